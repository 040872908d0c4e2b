"""Where access data comes from; each technology in a package of its own."""
