"""Files that other tools wrote, read as if their server answered: bytes to raw values, strictly.

A file is refused as a whole or read as a whole; what it shows to be missing becomes a gap.
"""
