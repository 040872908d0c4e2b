"""Memberships that stand at the account or are told by login: numbers, roles, ``memberUid``."""

from collections.abc import Iterator
from functools import cached_property

from accessreview.collectors.directory.objects import (
    DirectoryObject,
    DirectoryObjects,
    classes_of,
)
from accessreview.collectors.directory.products import Product
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import decoded, first, sid_text, text, texts
from accessreview.snapshot.gaps import Gaps

Pair = tuple[str, str, str]
"""A group's id, a member's, and the attribute by which it is one."""

_COMPUTED_ROLES = frozenset(
    {"nscomplexroledefinition", "nsfilteredroledefinition", "nsnestedroledefinition"}
)


def by_primary_group(found: DirectoryObjects, product: Product, notes: Gaps) -> Iterator[Pair]:
    """The group that the domain's SID and the account's number name."""
    attribute = product.primary_group.lower()
    if not attribute:
        return
    groups = {_sid(group): group.id for group in found.groups.values()}
    for account in found.accounts.values():
        if number := text(account.entry.attributes, attribute):
            sid = f"{_sid(account).rpartition('-')[0]}-{number}"
            if sid in groups:
                yield groups[sid], account.id, product.primary_group
            else:
                notes.add("The primary group of accounts was not read", sid)


def by_group_number(found: DirectoryObjects, product: Product) -> Iterator[Pair]:
    """Groups and accounts that share a number."""
    numbered = {name.lower() for name in product.numbered_classes}
    attribute = product.group_number.lower()
    if not attribute:
        return
    by_number: dict[str, list[str]] = {}
    for account in found.accounts.values():
        if number := text(account.entry.attributes, attribute):
            by_number.setdefault(number, []).append(account.id)
    for group in found.groups.values():
        if numbered & classes_of(group.entry.attributes):
            for account_id in by_number.get(text(group.entry.attributes, attribute), ()):
                yield group.id, account_id, product.group_number


def by_roles(found: DirectoryObjects, product: Product, gaps: Gaps, notes: Gaps) -> Iterator[Pair]:
    """Roles that an account says it has; some are computed by the server when it is asked."""
    if not product.roles:
        return
    computed = product.roles[0].lower()
    shown = False
    for account in found.accounts.values():
        shown = shown or computed in account.entry.attributes
        for attribute in product.roles:
            for value in account.entry.attributes.get(attribute.lower(), ()):
                role = found.id_of(value)
                if role in found.groups:
                    yield role, account.id, product.roles[0]
                else:
                    notes.add("A role of accounts was not read", decoded(value))
    if not shown:
        for group in found.groups.values():
            if _COMPUTED_ROLES & classes_of(group.entry.attributes):
                gaps.add(
                    f"Not one account shows {product.roles[0]}, so who has a role that the server"
                    " computes is not known; let the account used here read that attribute",
                    group.entry.dn,
                )


class Logins:
    """Accounts by what they sign in with."""

    def __init__(self, found: DirectoryObjects, schema: DirectorySchema) -> None:
        self._accounts = found.accounts
        self._names = [name.lower() for name in schema.login_attributes]

    @cached_property
    def _exact(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for account in self._accounts.values():
            for login in texts(account.entry.attributes, self._names):
                found.setdefault(login, []).append(account.id)
        return found

    @cached_property
    def _folded(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for login, ids in self._exact.items():
            found.setdefault(login.casefold(), []).extend(ids)
        return found

    def ids(self, login: str, group: DirectoryObject, notes: Gaps) -> list[str]:
        """All accounts with it, as for a principal that several objects carry: none is chosen."""
        ids = self._exact.get(login) or self._folded.get(login.casefold(), [])
        case = f"{login} in {group.entry.dn}"
        if ids and login not in self._exact:
            notes.add("A member's login was matched without regard to case", case)
        if len(ids) > 1:
            notes.add("A member's login is that of several accounts; all of them count", case)
        return ids


def _sid(one: DirectoryObject) -> str:
    return sid_text(first(one.entry.attributes, "objectsid"))
