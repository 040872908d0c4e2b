"""What the rest of the program sees of a directory, whichever library speaks to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from accessreview.ldap.root import Domain, ServerIdentity
from accessreview.ldap.settings import ServerSettings

Scope = Literal["BASE", "LEVEL", "SUBTREE"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as read: attributes by lower-case name without options, all of their values."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]


class Connection(Protocol):
    """A sign-in to one server that stands; whatever fails is an error with a sentence.

    ``settings`` are those in use: their host is the server that answered. ``referrals`` gathers
    the URLs of subtrees that lie on other servers, ``pages_read`` counts the pages of all
    searches.
    """

    @property
    def settings(self) -> ServerSettings: ...
    @property
    def referrals(self) -> Sequence[str]: ...
    @property
    def pages_read(self) -> int: ...
    @property
    def is_open(self) -> bool: ...

    @property
    def identity(self) -> ServerIdentity:
        """What the server says of itself; asked for when it is first looked at."""
        ...

    def domains(self) -> tuple[Domain, ...]:
        """The domains of an Active Directory's forest; of any other directory none."""
        ...

    def pages(
        self, base: str, filter_: str, attributes: Sequence[str], scope: Scope = "SUBTREE"
    ) -> Iterator[Entry]:
        """Yield every entry found; when it ends without an error, those were all."""
        ...

    def entry(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """Read one entry; None if there is none of that name, or none that may be seen."""
        ...


class WritingConnection(Connection, Protocol):
    def delete_values(self, dn: str, values: Mapping[str, Sequence[bytes]]) -> int:
        """Delete exactly these values in one operation; return the server's result code."""
        ...
