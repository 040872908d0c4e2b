"""What an account says of itself: who it belongs to, what it is, whether it can be used."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from accessreview.collectors.directory.objects import DirectoryObject, classes_of
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.gaps import Gaps
from accessreview.ldap.ids import Attributes, text
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.errors import ConfigurationError

_DISABLED_BIT = 0x2
_NEVER = frozenset({0, 0x7FFFFFFFFFFFFFFF})
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LOCKED_FOR_GOOD = "000001010000Z"
_MACHINE_CLASSES = frozenset({"computer", "msds-managedserviceaccount"})
_PERSONAL = ("givenname", "mail", "manager")


def login_of(account: DirectoryObject, schema: DirectorySchema) -> str:
    """What one signs in with; the common name where there is no such attribute."""
    attributes = account.entry.attributes
    return text(attributes, schema.login_attribute) or text(attributes, "cn") or account.entry.dn


def identity_finder(
    source: str, accounts: Mapping[str, DirectoryObject], schema: DirectorySchema, notes: Gaps
) -> Callable[[DirectoryObject], str]:
    """Return what says whose an account is, as the ``identity`` of the snapshot has it.

    An account's own identity attribute comes first. An account named by ``admin_pattern`` without
    one shares the identity of the ordinary account, which is ``source/id`` where that has none.

    Raises:
        ConfigurationError: ``admin_pattern`` is no regular expression with a group.
    """
    pattern = _pattern(schema.admin_pattern, "administrators' accounts")
    if pattern and not pattern.groups:
        raise ConfigurationError(
            "The pattern of administrators' accounts needs a group that holds the ordinary login,"
            f" as in adm-(.+); it is {schema.admin_pattern}."
        )
    by_login: dict[str, list[DirectoryObject]] = {}
    if pattern:
        for account in accounts.values():
            by_login.setdefault(login_of(account, schema).casefold(), []).append(account)

    def identity(account: DirectoryObject) -> str:
        if own := _own_identity(account, schema):
            return own
        login = login_of(account, schema)
        match = pattern.fullmatch(login) if pattern else None
        if not match:
            return ""
        ordinary = by_login.get((match[1] or "").casefold(), [])
        if len(ordinary) != 1 or ordinary[0] is account:
            notes.add(
                "An administrator's account has no single ordinary account beside it and counts as"
                " a person of its own",
                login,
            )
            return ""
        return _own_identity(ordinary[0], schema) or f"{source}/{ordinary[0].id}"

    return identity


def kind_finder(schema: DirectorySchema) -> Callable[[DirectoryObject, str], str]:
    """Return what says of an account and its identity ``human``, ``service`` or ``unknown``."""
    service = _pattern(schema.service_pattern, "service accounts")

    def kind(account: DirectoryObject, identity: str) -> str:
        attributes = account.entry.attributes
        if (
            classes_of(attributes) & _MACHINE_CLASSES
            or "serviceprincipalname" in attributes
            or (service and service.fullmatch(login_of(account, schema)))
        ):
            return "service"
        is_person = identity or any(name in attributes for name in _PERSONAL)
        return "human" if is_person else "unknown"

    return kind


def is_enabled(account: DirectoryObject, kind: DirectoryKind, now: datetime, notes: Gaps) -> bool:
    """Whether the directory would let it sign in at ``now``; in doubt it would.

    Only what the directory itself enforces counts. Active Directory: bit 0x2 of
    ``userAccountControl`` and a past ``accountExpires``; a lockout passes by itself. OpenLDAP:
    the password policy's lock for good and a past ``pwdEndTime``; other locks pass, and
    ``shadowExpire`` binds nobody who signs in by LDAP.
    """
    attributes = account.entry.attributes
    match kind:
        case DirectoryKind.ACTIVE_DIRECTORY:
            control = _number(attributes, "useraccountcontrol")
            if control is None:
                notes.add(
                    "The state of an account could not be read, so it counts as enabled",
                    account.entry.dn,
                )
                return True
            return not control & _DISABLED_BIT and not _has_expired(attributes, now)
        case DirectoryKind.OPENLDAP:
            end = _generalized_time(text(attributes, "pwdendtime"))
            is_locked = text(attributes, "pwdaccountlockedtime") == _LOCKED_FOR_GOOD
            return not is_locked and (end is None or now < end)


def _own_identity(account: DirectoryObject, schema: DirectorySchema) -> str:
    for name in schema.identity_attributes:
        if value := text(account.entry.attributes, name.lower()):
            return value
    return ""


def _pattern(expression: str, what: str) -> re.Pattern[str] | None:
    try:
        return re.compile(expression, re.IGNORECASE) if expression else None
    except re.error as error:
        raise ConfigurationError(
            f"The pattern of {what} is no regular expression: {expression}: {error}."
        ) from None


def _has_expired(attributes: Attributes, now: datetime) -> bool:
    ticks = _number(attributes, "accountexpires")
    if ticks is None or ticks in _NEVER:
        return False
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=ticks // 10) <= now
    except OverflowError:
        return ticks < 0


def _number(attributes: Attributes, name: str) -> int | None:
    try:
        return int(text(attributes, name))
    except ValueError:
        return None


def _generalized_time(value: str) -> datetime | None:
    """RFC 4517 time in UTC down to seconds, as OpenLDAP writes it; None for anything else."""
    try:
        seconds = value.partition(".")[0].rstrip("Z")
        return datetime.strptime(seconds, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
