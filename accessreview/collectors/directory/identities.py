"""Whose an account is, as far as its own directory tells; other directories are joined later."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from accessreview.collectors.directory.logins import login_of, login_pattern
from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import text, texts
from accessreview.model.errors import ConfigurationError
from accessreview.model.snapshot import Joined
from accessreview.snapshot.gaps import Gaps

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


@dataclass(frozen=True, slots=True)
class NamedAccounts:
    """The accounts of one source by their ids, and by the same ids what they sign in with.

    ``ordinary`` has administrators' accounts alone, with the login of the ordinary account beside.
    """

    source: str
    accounts: Mapping[str, DirectoryObject]
    logins: Mapping[str, str]
    ordinary: Mapping[str, str]


def named_accounts(
    source: str, accounts: Mapping[str, DirectoryObject], schema: DirectorySchema
) -> NamedAccounts:
    """Find the login of each, and by ``admin_pattern`` the ordinary login that it speaks of.

    Raises:
        ConfigurationError: ``admin_pattern`` is no regular expression with a group.
    """
    logins = {one: login_of(account, schema) for one, account in accounts.items()}
    pattern = login_pattern(schema.admin_pattern, "administrators' accounts")
    if pattern is None:
        return NamedAccounts(source, accounts, logins, {})
    if not pattern.groups:
        raise ConfigurationError(
            "The pattern of administrators' accounts needs a group that holds the ordinary login,"
            f" as in adm-(.+); it is {schema.admin_pattern}."
        )
    matches = {one: pattern.fullmatch(login) for one, login in logins.items()}
    ordinary = {one: match[1] or "" for one, match in matches.items() if match}
    return NamedAccounts(source, accounts, logins, ordinary)


def identities(named: NamedAccounts, schema: DirectorySchema, notes: Gaps) -> dict[str, Identity]:
    """Whose each account is, by the account's id.

    An account's own identity attribute comes first. An account named by ``admin_pattern`` without
    one shares the identity of the ordinary account, which is ``source/id`` where that has none.
    Where that is not exactly one account, none is chosen.
    """
    names = [(name, name.lower()) for name in schema.identity_attributes]
    found = {
        one: Identity(value, Joined.ATTRIBUTE, name)
        for one, account in named.accounts.items()
        for name, value in (_own(account, names),)
        if value
    }
    by_login: dict[str, list[str]] = {}
    if named.ordinary:
        for one, login in named.logins.items():
            by_login.setdefault(login.casefold(), []).append(one)
    for one, login in named.ordinary.items():
        if one in found:
            continue
        those = by_login.get(login.casefold(), [])
        if len(those) == 1 and those[0] != one:
            own = _own(named.accounts[those[0]], names)[1]
            detail = f"admin_pattern: belongs to {login}"
            found[one] = Identity(own or f"{named.source}/{those[0]}", Joined.PATTERN, detail)
        else:
            notes.add(
                "An administrator's account has no single ordinary account beside it and counts as"
                " a person of its own",
                named.logins[one],
            )
            found[one] = Identity("", Joined.AMBIGUOUS, _why(login, those, one))
    return {one: found.get(one, _OWN) for one in named.accounts}


def person_keys(named: NamedAccounts, schema: DirectorySchema) -> Iterator[tuple[str, ...]]:
    """Rows of ``person_keys``: by what accounts of other directories may be told to be the same's.

    Every value of the attributes that tell persons, and what ``admin_pattern`` gave.
    """
    names = dict.fromkeys(
        name.lower() for name in (*schema.identity_attributes, *schema.person_attributes)
    )
    for one, account in named.accounts.items():
        attributes = account.entry.attributes
        for name in names:
            values = [value.strip() for value in texts(attributes, (name,))]
            for value in dict.fromkeys(filter(None, values)):
                yield named.source, one, name, value
    for one, login in named.ordinary.items():
        yield named.source, one, ADMIN_PATTERN, login


def _own(account: DirectoryObject, names: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The first of these attributes that it has, and its value; both empty if it has none.

    They are given as they are spelled, and in lower case.
    """
    for name, key in names:
        if value := text(account.entry.attributes, key):
            return name, value
    return "", ""


def _why(login: str, ordinary: list[str], itself: str) -> str:
    others = sorted(one for one in ordinary if one != itself)
    if not others:
        return f"admin_pattern: nobody else has the login {login}"
    return f"admin_pattern: several accounts have the login {login}: {', '.join(others)}"
