"""What a directory said, as plain values: the seam between reading and translating.

A live connection and an LDIF file both become these; one translation follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry: its distinguished name verbatim, its attributes by lower-case name, raw bytes.

    Attribute options are gone (``;binary``), and so are ranges: values are complete.
    """

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class RawDirectory:
    """All entries read from one directory; ``gaps`` say in sentences what could not be read."""

    entries: tuple[RawEntry, ...]
    gaps: tuple[str, ...] = ()
