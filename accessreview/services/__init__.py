"""The doing: load, call the thinking, save, record; the world only through ports."""
