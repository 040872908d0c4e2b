"""When an account was last used, as far as its directory keeps that, and how late it says so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accessreview.collectors.directory.times import filetime, generalized_time
from accessreview.ldap.ids import Attributes, text
from accessreview.ldap.settings import DirectoryKind


@dataclass(frozen=True, slots=True)
class LastUse:
    """A last use, and in words by which attribute it is known and how far that is true."""

    moment: datetime
    worth: str


@dataclass(frozen=True, slots=True)
class _Keeper:
    """An attribute that tells it; ``key`` is its name in lower case."""

    name: str
    key: str
    moment: Callable[[str], datetime | None]
    worth: str

    @classmethod
    def of(cls, name: str, moment: Callable[[str], datetime | None], limits: str) -> "_Keeper":
        return cls(name, name.lower(), moment, f"{name}, {limits}")

    def last(self, attributes: Attributes) -> datetime | None:
        return self.moment(text(attributes, self.key)) if self.key in attributes else None


def last_use(attributes: Attributes, kind: DirectoryKind) -> LastUse | None:
    """The latest that any attribute tells."""
    uses = [
        (moment, keeper.worth)
        for keeper in _KEEPERS[kind]
        if (moment := keeper.last(attributes)) is not None
    ]
    return LastUse(*max(uses)) if uses else None


def kept(accounts: Iterable[Attributes], kind: DirectoryKind) -> frozenset[str]:
    """The attributes of last use that the server keeps and shows: those that anybody has."""
    missing = dict.fromkeys(_KEEPERS[kind])
    for attributes in accounts:
        for keeper in [one for one in missing if one.last(attributes)]:
            del missing[keeper]
        if not missing:
            break
    return frozenset(keeper.name for keeper in _KEEPERS[kind] if keeper not in missing)


def why_never_used(attributes: Attributes, kind: DirectoryKind, kept_here: frozenset[str]) -> str:
    """Why an account without a last use counts as never used; empty if that is not known."""
    if kind is DirectoryKind.ACTIVE_DIRECTORY:
        # One right shows both attributes, so a zero in the one proves that the other is missing.
        is_shown = text(attributes, "lastlogon") == "0"
        if "lastLogonTimestamp" not in kept_here or not is_shown:
            return ""
        return "no lastLogonTimestamp, which others have, up to 14 days late"
    names = " and no ".join(keeper.name for keeper in _KEEPERS[kind] if keeper.name in kept_here)
    return f"no {names}, which others have; uses before it was kept are not known" if names else ""


def _filetime_text(value: str) -> datetime | None:
    try:
        return filetime(int(value)) if value else None
    except ValueError:
        return None


_BY_LDAP = "sign-ins by LDAP alone"
_HERE = "as the server that was read knows it"
_OF_OPENLDAP = (
    _Keeper.of("pwdLastSuccess", generalized_time, _BY_LDAP),
    _Keeper.of("authTimestamp", generalized_time, _BY_LDAP),
)
_KEEPERS: Final[Mapping[DirectoryKind, tuple[_Keeper, ...]]] = {
    DirectoryKind.ACTIVE_DIRECTORY: (
        _Keeper.of("lastLogonTimestamp", _filetime_text, "up to 14 days late"),
        _Keeper.of("lastLogon", _filetime_text, _HERE),
    ),
    DirectoryKind.OPENLDAP: _OF_OPENLDAP,
    DirectoryKind.DS389: (_Keeper.of("lastLoginTime", generalized_time, _BY_LDAP),),
    DirectoryKind.FREEIPA: (
        _Keeper.of("krbLastSuccessfulAuth", generalized_time, _HERE),
        _Keeper.of("lastLoginTime", generalized_time, _BY_LDAP),
    ),
    DirectoryKind.VMDIR: (),
    DirectoryKind.LDAP: _OF_OPENLDAP,
}
LAST_USE_ATTRIBUTES: Final = frozenset(
    keeper.key for keepers in _KEEPERS.values() for keeper in keepers
)
"""In lower case."""
