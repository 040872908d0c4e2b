"""Values as they stand in a search filter."""

import re

_SPECIAL = re.compile(r"[\\*()\x00]")


def escaped(value: str) -> str:
    """A value that means nothing but itself in a filter (RFC 4515, 3)."""
    return _SPECIAL.sub(lambda found: f"\\{ord(found[0]):02x}", value)
