"""Carrying out what was decided, or handing it to a person as a script."""
