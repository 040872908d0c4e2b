"""Exact changes: what must be removed where, so that revoked access is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accessreview.model.access import AccountRef, GroupRef, PermissionKey
from accessreview.model.remediation import Change, MembershipRemoval, PermissionRemoval
from accessreview.model.review import ItemState, Outcome, ReviewItem

ChangeKey = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one account reaches one permission, as last read.

    ``groups`` are the account's own groups through which the permission is reached, by any chain;
    empty when the permission names the account itself.
    """

    subject: str
    account: AccountRef
    permission: PermissionKey
    role_name: str
    groups: frozenset[GroupRef]


@dataclass(frozen=True, slots=True)
class Directory:
    """Names and locators for the words of a change, and by what somebody is a member."""

    logins: Mapping[AccountRef, str]
    groups: Mapping[GroupRef, str]
    locators: Mapping[tuple[str, str], str]
    ways: Mapping[tuple[GroupRef, AccountRef], tuple[str, ...]]


def is_signed(item: ReviewItem, outcome: Outcome) -> bool:
    """Whether the item carries this decision, and finally."""
    return (
        item.state is ItemState.SIGNED
        and item.decision is not None
        and item.decision.outcome is outcome
    )


def change_key(change: Change) -> ChangeKey:
    """What makes two changes the same one, whatever their words and locators."""
    match change:
        case MembershipRemoval():
            return (
                "membership",
                change.group.source, change.group.id, change.member.source, change.member.id,
            )  # fmt: skip
        case PermissionRemoval():
            entity, kind = change.entity, "group" if change.is_group else "user"
            return ("permission", entity.vcenter, entity.id, change.principal.casefold(), kind)


def changes_of(
    item: ReviewItem, routes: Iterable[Route], directory: Directory
) -> tuple[Change, ...]:
    """The changes after which no account of the item's subject reaches its permission.

    A permission that names the account is removed itself. One that names a group stays, and so does
    every nesting of groups, because they serve others: the account leaves each group of its own
    that leads there. Empty when ``routes`` has none, which says that nothing is left to change.
    """
    access, found = item.access, dict[ChangeKey, Change]()
    for route in routes:
        if not route.groups:
            removal = PermissionRemoval(
                entity=access.permission.key.entity,
                entity_type=access.entity_type,
                place=access.place,
                principal=access.permission.key.principal,
                is_group=access.permission.key.is_group,
                role=access.permission.role,
                role_name=access.role_name,
                propagate=access.permission.propagates,
            )
            found[change_key(removal)] = removal
        for group in sorted(route.groups):
            membership = _membership(route.account, group, directory)
            found[change_key(membership)] = membership
    return tuple(found[key] for key in sorted(found))


def _membership(account: AccountRef, group: GroupRef, directory: Directory) -> MembershipRemoval:
    return MembershipRemoval(
        group=group,
        group_name=directory.groups.get(group, group.id),
        group_locator=directory.locators.get((group.source, group.id), ""),
        member=account,
        member_login=directory.logins.get(account, account.id),
        member_locator=directory.locators.get((account.source, account.id), ""),
        ways=directory.ways.get((group, account), ()),
    )


def sentence(change: Change) -> str:
    """The change in words, fit to follow "together with"."""
    match change:
        case MembershipRemoval():
            return f"taking {change.member_login} out of the group {change.group_name}"
        case PermissionRemoval():
            return (
                f"removing the permission of {change.principal} "
                f"({change.role_name}) on {change.place}"
            )
