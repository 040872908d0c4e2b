"""The command line: one file a noun; the only home of click."""
