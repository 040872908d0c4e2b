"""Account states: what each kind of directory says of one, by which attribute and since when.

Which attribute means what in which product, with the sources: ``docs/reference/account-states.md``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from accessreview.collectors.directory.last_use import (
    LAST_USE_ATTRIBUTES,
    last_use,
    why_never_used,
)
from accessreview.collectors.directory.times import (
    filetime,
    generalized_time,
    rfc3339,
    unix_days,
)
from accessreview.ldap.ids import Attributes, text, texts
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import State

_DISABLED = 0x2
_LOCKED = 0x10
_NEVER_EXPIRES = 0x10000
_PASSWORD_EXPIRED = 0x800000
_PASSWORD_DOES_NOT_AGE = 0x800 | 0x1000 | 0x2000 | _NEVER_EXPIRES | 0x40000
"""Trusts of domains, machines and controllers; passwords that never expire; smart cards."""
_LOCKED_FOR_GOOD = "000001010000Z"
_NO_TIME = "19700101000000Z"
_DISABLING_ROLES = ("cn=nsdisabledrole,", "cn=nsmanageddisabledrole,")


@dataclass(frozen=True, slots=True)
class Fact:
    """One state of an account, as a row of the annex has it.

    ``bars`` tells whether the directory itself keeps it out by this until somebody acts. A lock
    that passes and a password that its owner can renew do not.
    """

    state: State
    since: str
    reason: str
    bars: bool = False


Probe = Callable[[Attributes, datetime], Iterator[Fact]]


def account_states(
    attributes: Attributes, kind: DirectoryKind, now: datetime, kept: frozenset[str]
) -> tuple[Fact, ...]:
    """What is remarkable of an account at ``now``; each state once, with all its reasons.

    ``kept`` is what ``last_use.kept`` says of all accounts of the directory.
    """
    is_told = not _TELLING[kind].isdisjoint(attributes)
    probes = _PROBES[kind] if is_told else ()
    facts = [fact for probe in probes for fact in probe(attributes, now)]
    facts += _last_use(attributes, kind, kept)
    return _each_once(facts) if len(facts) > 1 else tuple(facts)


def number(attributes: Attributes, name: str) -> int | None:
    """The first value as a number; None where there is none, or no number."""
    values = attributes.get(name)
    if not values:
        return None
    try:
        return int(values[0])
    except ValueError:
        pass
    try:
        return int(text(attributes, name))  # digits and spaces beyond ASCII
    except ValueError:
        return None


def _active_directory(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    control = number(attributes, "useraccountcontrol") or 0
    if control & _DISABLED:
        yield Fact(State.DISABLED, "", f"userAccountControl {control} (bit 0x2)", bars=True)
    if control & _NEVER_EXPIRES:
        reason = f"userAccountControl {control} (bit 0x10000)"
        yield Fact(State.PASSWORD_NEVER_EXPIRES, "", reason)
    ticks = number(attributes, "accountexpires")
    end = filetime(ticks)
    if end and end <= now:
        yield Fact(State.EXPIRED, rfc3339(end), f"accountExpires {ticks}", bars=True)
    yield from _active_directory_lock(attributes)
    if number(attributes, "pwdlastset") == 0:
        if not control & _PASSWORD_DOES_NOT_AGE:
            yield Fact(State.MUST_CHANGE_PASSWORD, "", "pwdLastSet 0")
    elif (number(attributes, "msds-user-account-control-computed") or 0) & _PASSWORD_EXPIRED:
        expiry = filetime(number(attributes, "msds-userpasswordexpirytimecomputed"))
        reason = "msDS-User-Account-Control-Computed (bit 0x800000)"
        yield Fact(State.PASSWORD_EXPIRED, rfc3339(expiry), reason)


def _active_directory_lock(attributes: Attributes) -> Iterator[Fact]:
    """By what the server computes of it; it alone knows which policy holds for the account."""
    ticks = number(attributes, "lockouttime")
    computed = number(attributes, "msds-user-account-control-computed")
    if computed is None and ticks:
        since = rfc3339(filetime(ticks))
        reason = (
            f"lockoutTime {ticks}; it may have passed, for msDS-User-Account-Control-Computed"
            " was not read"
        )
        yield Fact(State.LOCKED, since, reason)
    elif (computed or 0) & _LOCKED:
        reason = "msDS-User-Account-Control-Computed (bit 0x10)"
        yield Fact(State.LOCKED, rfc3339(filetime(ticks)), reason)


def _password_policy(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    """OpenLDAP's overlay ``ppolicy``."""
    locked = text(attributes, "pwdaccountlockedtime")
    if locked == _LOCKED_FOR_GOOD:
        yield Fact(State.DISABLED, "", f"pwdAccountLockedTime {locked}", bars=True)
    elif locked:
        reason = (
            f"pwdAccountLockedTime {locked}; it may have passed, as pwdLockoutDuration of the"
            " policy says"
        )
        yield Fact(State.LOCKED, rfc3339(generalized_time(locked)), reason)
    pause = generalized_time(text(attributes, "pwdaccounttmplockoutend"))
    if pause and now < pause:
        yield Fact(State.LOCKED, "", f"pwdAccountTmpLockoutEnd {rfc3339(pause)}")
    start = generalized_time(text(attributes, "pwdstarttime"))
    end = generalized_time(text(attributes, "pwdendtime"))
    if start and end and end <= start:
        reason = f"pwdEndTime {rfc3339(end)} before pwdStartTime {rfc3339(start)}"
        yield Fact(State.DISABLED, "", reason, bars=True)
    elif end and end <= now:
        reason = f"pwdEndTime {text(attributes, 'pwdendtime')}"
        yield Fact(State.EXPIRED, rfc3339(end), reason, bars=True)
    if grace := max(texts(attributes, ("pwdgraceusetime",)), default=""):
        reason = f"pwdGraceUseTime {grace}: signed in after the password had expired"
        yield Fact(State.PASSWORD_EXPIRED, "", reason)


def _reset(attributes: Attributes, _now: datetime) -> Iterator[Fact]:
    if _is_true(attributes, "pwdreset"):
        changed = generalized_time(text(attributes, "pwdchangedtime"))
        yield Fact(State.MUST_CHANGE_PASSWORD, rfc3339(changed), "pwdReset TRUE")


def _shadow(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    days = number(attributes, "shadowexpire")
    end = unix_days(days)
    if end and end <= now:
        reason = f"shadowExpire {days}; binds Unix systems, and nobody who signs in by LDAP"
        yield Fact(State.EXPIRED, rfc3339(end), reason)


def _netscape(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    """389 Directory Server, and FreeIPA, which is built on it."""
    if _is_true(attributes, "nsaccountlock"):
        roles = texts(attributes, ("nsrole", "nsroledn"))
        by = next((f", by the role {role}" for role in roles if _is_disabling(role)), "")
        reason = f"nsAccountLock {text(attributes, 'nsaccountlock')}{by}"
        yield Fact(State.DISABLED, "", reason, bars=True)
    yield from _netscape_lock(attributes, now)
    expiry = text(attributes, "passwordexpirationtime")
    end = generalized_time(expiry)
    if expiry == _NO_TIME:
        yield Fact(State.MUST_CHANGE_PASSWORD, "", f"passwordExpirationTime {expiry}")
    elif end and end <= now:
        reason = f"passwordExpirationTime {expiry}"
        yield Fact(State.PASSWORD_EXPIRED, rfc3339(end), reason)


def _netscape_lock(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    unlock = text(attributes, "accountunlocktime")
    end = generalized_time(unlock)
    count = text(attributes, "passwordretrycount")
    failed = f", passwordRetryCount {count}" if count else ""
    if unlock == _NO_TIME:
        reason = f"accountUnlockTime {unlock}{failed}: until the password is reset"
        yield Fact(State.LOCKED, "", reason)
    elif end and now < end:
        yield Fact(State.LOCKED, "", f"accountUnlockTime {unlock}{failed}")


def _kerberos(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    """Attributes of principals; 389 Directory Server alone lets them bind nobody."""
    value = text(attributes, "krbprincipalexpiration")
    end = generalized_time(value)
    if end and value != _NO_TIME and end <= now:
        reason = f"krbPrincipalExpiration {value}"
        yield Fact(State.EXPIRED, rfc3339(end), reason)
    expiry = text(attributes, "krbpasswordexpiration")
    end = generalized_time(expiry)
    if end and end <= now:
        reason = f"krbPasswordExpiration {expiry}"
        if expiry == text(attributes, "krblastpwdchange"):
            yield Fact(State.MUST_CHANGE_PASSWORD, rfc3339(end), f"{reason}, krbLastPwdChange same")
        else:
            yield Fact(State.PASSWORD_EXPIRED, rfc3339(end), reason)


def _freeipa(attributes: Attributes, now: datetime) -> Iterator[Fact]:
    """FreeIPA refuses expired principals by LDAP as well."""
    for fact in _kerberos(attributes, now):
        yield replace(fact, bars=fact.state is State.EXPIRED)


def _vmdir(attributes: Attributes, _now: datetime) -> Iterator[Fact]:
    control = number(attributes, "useraccountcontrol") or 0
    if control & _DISABLED:
        yield Fact(State.DISABLED, "", f"userAccountControl {control} (bit 0x2)", bars=True)
    if control & _LOCKED:
        reason = (
            f"userAccountControl {control} (bit 0x10); it may have passed, for the bit goes at the"
            " next sign-in"
        )
        yield Fact(State.LOCKED, "", reason)
    if control & _PASSWORD_EXPIRED:
        reason = f"userAccountControl {control} (bit 0x800000)"
        yield Fact(State.PASSWORD_EXPIRED, "", reason)


_PROBES: Final[Mapping[DirectoryKind, tuple[Probe, ...]]] = {
    DirectoryKind.ACTIVE_DIRECTORY: (_active_directory,),
    DirectoryKind.OPENLDAP: (_password_policy, _reset, _shadow),
    DirectoryKind.DS389: (_netscape, _reset, _kerberos, _shadow),
    DirectoryKind.FREEIPA: (_netscape, _reset, _freeipa, _shadow),
    DirectoryKind.VMDIR: (_vmdir,),
    DirectoryKind.LDAP: (_password_policy, _reset, _shadow),
}


_OF_OPENLDAP = (
    *("pwdAccountLockedTime", "pwdAccountTmpLockoutEnd", "pwdStartTime", "pwdEndTime"),
    *("pwdReset", "pwdChangedTime", "pwdGraceUseTime", "shadowExpire"),
    *("pwdLastSuccess", "authTimestamp", "createTimestamp"),
)
_OF_389 = (
    *("nsAccountLock", "nsRole", "nsRoleDN", "accountUnlockTime", "passwordRetryCount"),
    *("passwordExpirationTime", "pwdReset", "pwdChangedTime", "shadowExpire"),
    *("krbPrincipalExpiration", "krbPasswordExpiration", "krbLastPwdChange"),
    *("krbLastSuccessfulAuth", "lastLoginTime", "createTimestamp"),
)
STATE_ATTRIBUTES: Final[Mapping[DirectoryKind, tuple[str, ...]]] = {
    DirectoryKind.ACTIVE_DIRECTORY: (
        *("userAccountControl", "accountExpires", "lockoutTime", "pwdLastSet", "whenCreated"),
        *("msDS-User-Account-Control-Computed", "msDS-UserPasswordExpiryTimeComputed"),
        *("lastLogonTimestamp", "lastLogon", "servicePrincipalName"),
    ),
    DirectoryKind.OPENLDAP: _OF_OPENLDAP,
    DirectoryKind.DS389: _OF_389,
    DirectoryKind.FREEIPA: _OF_389,
    DirectoryKind.VMDIR: ("userAccountControl",),
    DirectoryKind.LDAP: _OF_OPENLDAP,
}
"""What must be asked for by name: most of it is computed or operational."""

_USUAL = frozenset({"createtimestamp", "whencreated", *LAST_USE_ATTRIBUTES})
_TELLING: Final[Mapping[DirectoryKind, frozenset[str]]] = {
    kind: frozenset(name.lower() for name in names) - _USUAL
    for kind, names in STATE_ATTRIBUTES.items()
}
"""Without any of these, which most accounts have not, there is no state but the last use."""


def _last_use(
    attributes: Attributes, kind: DirectoryKind, kept: frozenset[str]
) -> tuple[Fact, ...]:
    if used := last_use(attributes, kind):
        return (Fact(State.USED, rfc3339(used.moment), used.worth),)
    if reason := why_never_used(attributes, kind, kept):
        created = text(attributes, "whencreated") or text(attributes, "createtimestamp")
        return (Fact(State.NEVER_USED, rfc3339(generalized_time(created)), reason),)
    return ()


def _each_once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    found: dict[State, Fact] = {}
    for fact in facts:
        if known := found.get(fact.state):
            first, second = (fact, known) if fact.bars and not known.bars else (known, fact)
            found[fact.state] = replace(
                first,
                since=first.since or second.since,
                reason=f"{first.reason}; {second.reason}",
            )
        else:
            found[fact.state] = fact
    return tuple(found.values())


def _is_disabling(role: str) -> bool:
    """Whether it is one that gives ``nsAccountLock``; it keeps nobody out without that."""
    return role.lower().replace(" ", "").startswith(_DISABLING_ROLES)


def _is_true(attributes: Attributes, name: str) -> bool:
    return text(attributes, name).upper() == "TRUE"
