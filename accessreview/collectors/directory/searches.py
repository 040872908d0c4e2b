"""The search by which a dynamic group finds its members: the URL in ``memberURL`` (RFC 4516)."""

from dataclasses import dataclass
from urllib.parse import unquote

from accessreview.ldap.port import Scope

_SCOPES: dict[str, Scope] = {"": "BASE", "base": "BASE", "one": "LEVEL", "sub": "SUBTREE"}
_ANY = "(objectClass=*)"


@dataclass(frozen=True, slots=True)
class MemberSearch:
    base: str
    scope: Scope
    filter: str

    @classmethod
    def of(cls, url: str) -> "MemberSearch":
        """Read a URL; which attributes it names does not matter, for entries are the members.

        Raises:
            ValueError: it cannot be carried out here; the message says why.
        """
        scheme, found, rest = url.partition("://")
        if scheme.lower() != "ldap" or not found:
            raise ValueError("it is no ldap URL")
        host, _, rest = rest.partition("/")
        if host:
            raise ValueError("it asks another server")
        base, _, scope, filter_, extensions = (*map(unquote, rest.split("?", 4)), *[""] * 4)[:5]
        if extensions.startswith("!") or ",!" in extensions:
            raise ValueError("it demands an extension")
        if scope.lower() not in _SCOPES:
            raise ValueError(f"{scope} is no scope")
        return cls(base, _SCOPES[scope.lower()], filter_ or _ANY)
