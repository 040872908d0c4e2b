"""Immutable ids of directory objects, and the text of their values."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from accessreview.ldap.settings import DirectoryKind

Attributes = Mapping[str, Sequence[bytes]]

_SID_HEADER = 8
_SID_PART = 4
_GUID_LENGTH = 16
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDS = MappingProxyType(
    {
        DirectoryKind.ACTIVE_DIRECTORY: "objectSid",
        DirectoryKind.OPENLDAP: "entryUUID",
        DirectoryKind.DS389: "nsUniqueId",
        DirectoryKind.FREEIPA: "nsUniqueId",  # not every group has an ipaUniqueID
        DirectoryKind.VMDIR: "objectSid",
        DirectoryKind.LDAP: "entryUUID",  # RFC 4530, of a server that is none of these
    }
)


def object_id(kind: DirectoryKind, attributes: Attributes, unique_id: str = "") -> str:
    """Return what never changes while the object lives; empty when it was not read.

    ``unique_id`` names the attribute that holds it where that is not one usual for the kind.
    """
    return id_reader(kind, unique_id)(attributes)


def id_reader(kind: DirectoryKind, unique_id: str = "") -> Callable[[Attributes], str]:
    """Return what does that for many objects of one directory."""
    name = id_attribute(kind, unique_id).lower()
    decode = _DECODERS.get(name, _stripped)
    return lambda attributes: decode(first(attributes, name))


def id_attribute(kind: DirectoryKind, unique_id: str = "") -> str:
    """The one attribute that holds an object's id.

    Active Directory's is the SID, for it is what permissions and foreign groups carry. There is no
    second choice: an object whose SID is hidden for a while must not come back as another one.
    """
    return unique_id or _IDS[kind]


def sid_text(raw: bytes) -> str:
    """``S-1-5-21-…`` of a binary SID, or of one that is text already; empty if it is neither."""
    if raw.startswith(b"S-1-"):
        return raw.decode("ascii", "replace")
    if len(raw) < _SID_HEADER or len(raw) != _SID_HEADER + _SID_PART * raw[1]:
        return ""
    if not raw[1]:
        return _sid_head(raw)
    number = int.from_bytes(raw[-_SID_PART:], "little")
    return f"{_sid_head(raw[:-_SID_PART])}-{number}"


@lru_cache(maxsize=1024)  # all objects of a domain share it
def _sid_head(raw: bytes) -> str:
    authority = int.from_bytes(raw[2:_SID_HEADER], "big")
    parts = (
        int.from_bytes(raw[at : at + _SID_PART], "little")
        for at in range(_SID_HEADER, len(raw), _SID_PART)
    )
    return "-".join(("S", str(raw[0]), str(authority), *map(str, parts)))


def guid_text(raw: bytes) -> str:
    """The usual spelling of a binary GUID, or of one that is text already; empty if it is neither.

    Of vCenter's own directory it is text, of Active Directory it is bytes.
    """
    if len(raw) == _GUID_LENGTH:
        return str(UUID(bytes_le=raw))
    text_ = decoded(raw).strip("{}").lower()
    return text_ if _GUID.fullmatch(text_) else ""


def uuid_text(raw: bytes) -> str:
    """An id that is text already, in the one spelling that is compared."""
    return decoded(raw).strip().lower()


def _stripped(raw: bytes) -> str:
    return decoded(raw).strip()


_DECODERS: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {
        "objectsid": sid_text,
        "objectguid": guid_text,
        "entryuuid": uuid_text,
        "ipauniqueid": uuid_text,
        "nsuniqueid": uuid_text,
    }
)


def first(attributes: Attributes, name: str) -> bytes:
    values = attributes.get(name)
    return values[0] if values else b""


def text(attributes: Attributes, name: str) -> str:
    """First value as text, without surrounding blanks; empty when there is none."""
    values = attributes.get(name)
    return decoded(values[0]).strip() if values else ""


def texts(attributes: Attributes, names: Iterable[str]) -> tuple[str, ...]:
    return tuple([decoded(value) for name in names for value in attributes.get(name, ())])


def decoded(value: bytes) -> str:
    """UTF-8, with NUL and bytes that are none spelled out: shown wrong, never lost or merged."""
    text_ = value.decode("utf-8", "backslashreplace")
    return text_.replace("\0", "\\x00") if "\0" in text_ else text_
