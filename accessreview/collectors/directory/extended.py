"""Values that name a member: plain names, and names with ids in front of them.

Active Directory writes ``<GUID=…>;<SID=…>;CN=…`` where it is asked to, with the ids as text or as
hexadecimal bytes.
"""

import re
from dataclasses import dataclass

from accessreview.ldap.ids import sid_text

_ID = re.compile(r"<(?P<what>[A-Za-z_]+)=(?P<value>[^<>]*)>;?")
_FOREIGN = re.compile(
    r"(?:cn|externalobjectid)="
    r"(?P<id>s-1(?:-\d+)+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\\0a[^,]*)?"
    r",cn=foreignsecurityprincipals,"
)
_DELETED = re.compile(r"[^,]*\\0adel:")
_OF_SOMEBODY = ("S-1-5-21-", "S-1-7-21-", "S-1-12-1-")
"""How the SIDs of accounts and groups begin: of domains, of vCenter's directory, of Entra ID."""


@dataclass(frozen=True, slots=True)
class MemberName:
    """A distinguished name, and the SID beside it where the server gave one."""

    dn: str
    sid: str = ""

    @classmethod
    def of(cls, value: str) -> "MemberName":
        """Read a value; what is no extended name is a plain one as it stands."""
        sid, at = "", 0
        while found := _ID.match(value, at):
            if found["what"].upper() == "SID":
                sid = _sid(found["value"])
            at = found.end()
        return cls(value[at:], sid) if value[at:] else cls(value, sid)


def foreign_id(key: str) -> str:
    """The SID or ``entryUUID`` for which an entry stands in; empty if it stands for itself.

    ``key`` is its canonical name: ``cn=s-1-…,cn=foreignsecurityprincipals,…`` in Active Directory,
    ``externalobjectid=…`` in vCenter's own directory.
    """
    found = _FOREIGN.match(key)
    if not found:
        return ""
    id_ = found["id"]
    return id_.upper() if id_.startswith("s-") else id_


def is_well_known(id_: str) -> bool:
    """Whether a SID is the same everywhere and names no account, as that of "Everyone" does."""
    return id_.startswith("S-") and not id_.startswith(_OF_SOMEBODY)


def is_deleted(key: str) -> bool:
    """Whether a canonical name is what Active Directory calls an object that was deleted."""
    return bool(_DELETED.match(key))


def _sid(value: str) -> str:
    if value.upper().startswith("S-"):
        return value.upper()
    try:
        return sid_text(bytes.fromhex(value))
    except ValueError:
        return ""
