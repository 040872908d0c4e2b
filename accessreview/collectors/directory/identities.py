"""Whose an account is, as far as its own directory tells; other directories are joined later."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accessreview.collectors.directory.logins import login_of, login_pattern
from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.gaps import Gaps
from accessreview.ldap.ids import text, texts
from accessreview.model.errors import ConfigurationError
from accessreview.model.snapshot import Joined

ADMIN_PATTERN = "admin_pattern"
"""The key under which ``person_keys`` has the ordinary login that an administrator's holds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """``name`` as the snapshot's ``identity``: empty for a person of its own by no attribute.

    ``by`` tells how it came to it, None where nothing was joined; ``detail`` in a few words.
    """

    name: str = ""
    by: Joined | None = None
    detail: str = ""


_OWN = Identity()


def identities(
    source: str, accounts: Mapping[str, DirectoryObject], schema: DirectorySchema, notes: Gaps
) -> dict[str, Identity]:
    """Whose each account is, by the account's id.

    An account's own identity attribute comes first. An account named by ``admin_pattern`` without
    one shares the identity of the ordinary account, which is ``source/id`` where that has none.
    Where that is not exactly one account, none is chosen.

    Raises:
        ConfigurationError: ``admin_pattern`` is no regular expression with a group.
    """
    found = {
        one: Identity(value, Joined.ATTRIBUTE, name)
        for one, account in accounts.items()
        for name, value in (_own(account, schema),)
        if value
    }
    ordinary_logins = _ordinary_logins(accounts, schema)
    by_login: dict[str, list[str]] = {}
    if ordinary_logins:
        for one, account in accounts.items():
            by_login.setdefault(login_of(account, schema).casefold(), []).append(one)
    for one, ordinary_login in ordinary_logins.items():
        if one in found:
            continue
        ordinary = by_login.get(ordinary_login.casefold(), [])
        if len(ordinary) == 1 and ordinary[0] != one:
            own = _own(accounts[ordinary[0]], schema)[1]
            detail = f"admin_pattern: belongs to {ordinary_login}"
            found[one] = Identity(own or f"{source}/{ordinary[0]}", Joined.PATTERN, detail)
        else:
            notes.add(
                "An administrator's account has no single ordinary account beside it and counts as"
                " a person of its own",
                login_of(accounts[one], schema),
            )
            found[one] = Identity("", Joined.AMBIGUOUS, _why(ordinary_login, ordinary, one))
    return {one: found.get(one, _OWN) for one in accounts}


def person_keys(
    source: str, accounts: Mapping[str, DirectoryObject], schema: DirectorySchema
) -> Iterator[tuple[str, ...]]:
    """Rows of ``person_keys``: by what accounts of other directories may be told to be the same's.

    Every value of the attributes that tell persons, and what ``admin_pattern`` gave.
    """
    names = dict.fromkeys(
        name.lower() for name in (*schema.identity_attributes, *schema.person_attributes)
    )
    for one, account in accounts.items():
        attributes = account.entry.attributes
        for name in names:
            for value in dict.fromkeys(value.strip() for value in texts(attributes, (name,))):
                if value:
                    yield source, one, name, value
    for one, login in _ordinary_logins(accounts, schema).items():
        yield source, one, ADMIN_PATTERN, login


def _ordinary_logins(
    accounts: Mapping[str, DirectoryObject], schema: DirectorySchema
) -> dict[str, str]:
    """By the id of each administrator's account the login of the ordinary one it speaks of."""
    pattern = login_pattern(schema.admin_pattern, "administrators' accounts")
    if pattern is None:
        return {}
    if not pattern.groups:
        raise ConfigurationError(
            "The pattern of administrators' accounts needs a group that holds the ordinary login,"
            f" as in adm-(.+); it is {schema.admin_pattern}."
        )
    return {
        one: match[1] or ""
        for one, account in accounts.items()
        if (match := pattern.fullmatch(login_of(account, schema)))
    }


def _own(account: DirectoryObject, schema: DirectorySchema) -> tuple[str, str]:
    """The first identity attribute that it has, and its value; both empty if it has none."""
    for name in schema.identity_attributes:
        if value := text(account.entry.attributes, name.lower()):
            return name, value
    return "", ""


def _why(login: str, ordinary: list[str], itself: str) -> str:
    others = sorted(one for one in ordinary if one != itself)
    if not others:
        return f"admin_pattern: nobody else has the login {login}"
    return f"admin_pattern: several accounts have the login {login}: {', '.join(others)}"
