"""LDIF as its two writers fold and encode it; which entries there are is said elsewhere."""

import base64
import hashlib
import uuid
from collections.abc import Iterable

Attributes = list[tuple[str, str | bytes]]


def ldif(entries: Iterable[tuple[str, Attributes]], *, width: int, newline: str) -> str:
    """One record an entry: the distinguished name, then attributes in the order given."""
    return "".join(
        newline.join(
            (
                *_lines("dn", dn, width),
                *(line for pair in attributes for line in _lines(*pair, width)),
            )
        )
        + newline
        + newline
        for dn, attributes in entries
    )


def _lines(attribute: str, value: str | bytes, width: int) -> Iterable[str]:
    if isinstance(value, bytes) or not value.isascii():
        raw = value.encode() if isinstance(value, str) else value
        line = f"{attribute}:: {base64.b64encode(raw).decode()}"
    else:
        line = f"{attribute}: {value}"
    yield line[:width]
    for start in range(width, len(line), width - 1):
        yield " " + line[start : start + width - 1]


def guid(name: str) -> uuid.UUID:
    """Always the same one for the same name."""
    return uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)
