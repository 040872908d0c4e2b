"""Immutable ids of directory objects, and the text of their values."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from accessreview.ldap.settings import DirectoryKind

Attributes = Mapping[str, Sequence[bytes]]

_SID_HEADER = 8
_SID_PART = 4


def object_id(kind: DirectoryKind, attributes: Attributes) -> str:
    """Return what never changes while the object lives; empty when it was not read.

    Active Directory: the SID as text (it is what permissions carry), else the GUID. OpenLDAP:
    ``entryUUID``.
    """
    match kind:
        case DirectoryKind.ACTIVE_DIRECTORY:
            return sid_text(first(attributes, "objectsid")) or guid_text(
                first(attributes, "objectguid")
            )
        case DirectoryKind.OPENLDAP:
            return text(attributes, "entryuuid").lower()


def sid_text(raw: bytes) -> str:
    """``S-1-5-21-…`` of a binary SID, or of one that is text already; empty if it is neither."""
    if raw.startswith(b"S-1-"):
        return raw.decode("ascii", "replace")
    if len(raw) < _SID_HEADER or len(raw) != _SID_HEADER + _SID_PART * raw[1]:
        return ""
    authority = int.from_bytes(raw[2:_SID_HEADER], "big")
    parts = (
        int.from_bytes(raw[at : at + _SID_PART], "little")
        for at in range(_SID_HEADER, len(raw), _SID_PART)
    )
    return "-".join(("S", str(raw[0]), str(authority), *map(str, parts)))


def guid_text(raw: bytes) -> str:
    """The usual spelling of a binary GUID; empty if it is none."""
    return str(UUID(bytes_le=raw)) if len(raw) == len(UUID(int=0).bytes) else ""


def first(attributes: Attributes, name: str) -> bytes:
    return next(iter(attributes.get(name, ())), b"")


def text(attributes: Attributes, name: str) -> str:
    """First value as text, without surrounding blanks; empty when there is none."""
    return decoded(first(attributes, name)).strip()


def texts(attributes: Attributes, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(decoded(value) for name in names for value in attributes.get(name, ()))


def decoded(value: bytes) -> str:
    """UTF-8, with bytes that are none spelled out: shown wrong, but never lost or merged."""
    return value.decode("utf-8", "backslashreplace")
