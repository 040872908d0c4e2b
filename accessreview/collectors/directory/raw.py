"""What a directory said, as plain values: the seam between reading and translating.

A live connection and an LDIF file both become these; one translation follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accessreview.ldap.root import Domain


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry: its distinguished name verbatim, its attributes by lower-case name, raw bytes.

    Attribute options are gone (``;binary``), and so are ranges: values are complete.
    """

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class RawDirectory:
    """All entries read from one directory; ``gaps`` say in sentences what could not be read.

    ``notes`` are remarks that hide nobody. ``found`` holds by the text of a ``memberURL`` the names
    of the entries that its search found. ``referred`` are the names of subtrees that lie on other
    servers. ``domains`` is what the directory calls its domains itself. ``figures`` are counts of
    the reading, for the table ``counts``.
    """

    entries: tuple[RawEntry, ...]
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    referred: tuple[str, ...] = ()
    domains: tuple[Domain, ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)
