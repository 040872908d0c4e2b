"""Whom a permission reaches, and by which direct memberships somebody comes to be in a group."""

from collections.abc import Iterable

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.model.access import AccountRef, GroupRef, PermissionKey
from accessreview.model.errors import NotFoundError


def permission_row(estate: Estate, key: PermissionKey) -> int:
    """The row of the table ``permissions`` with this key; the principal in whatever case.

    Raises:
        NotFoundError: the snapshot has no such permission.
    """
    vcenter, _ = estate.entity(key.entity)
    table = estate.snapshot["permissions"]
    folded, is_group = key.principal.casefold(), "true" if key.is_group else "false"
    entities = table["entity"]
    if key.entity.id in entities.values:
        code = entities.values.index(key.entity.id)
        for row in np.flatnonzero(entities.codes == code).tolist():
            if (
                table["source"][row] == vcenter.id
                and table["principal"][row].casefold() == folded
                and table["is_group"][row] == is_group
            ):
                return int(row)
    place = key.entity.id or "the global node"
    raise NotFoundError(f"{vcenter.id} has no permission of {key.principal} on {place}.")


def accounts_matching(estate: Estate, key: PermissionKey) -> tuple[AccountRef, ...]:
    """Every account that the permission names, itself or by groups at any depth; sorted.

    Raises:
        NotFoundError: the snapshot has no such permission.
    """
    principal = int(estate.principals.of_permission[permission_row(estate, key)])
    rows = estate.memberships.accounts_naming([principal])
    return tuple(sorted(estate.account_ref(row) for row in rows.tolist()))


def groups_named(estate: Estate, key: PermissionKey) -> tuple[GroupRef, ...]:
    """The groups that the permission names: none for an account or an orphan, several if ambiguous.

    Raises:
        NotFoundError: the snapshot has no such permission.
    """
    principal = int(estate.principals.of_permission[permission_row(estate, key)])
    if not estate.principals.is_group[principal]:
        return ()
    return tuple(sorted(map(estate.group_ref, estate.principals.matches[principal])))


def memberships_leading_to(
    estate: Estate, account: AccountRef, groups: Iterable[GroupRef]
) -> tuple[GroupRef, ...]:
    """The account's direct groups that are, or lie at any depth inside, one of ``groups``; sorted.

    Taking the account out of all of them takes it out of ``groups``, and out of nothing less will.

    Raises:
        NotFoundError: the snapshot has no such account or group.
    """
    goals = {group_row(estate, group) for group in groups}
    outer = estate.memberships.groups_of_group
    leading = []
    for direct in estate.memberships.groups_of_account[estate.account(account)]:
        waiting, seen = [direct], {direct}
        for group in waiting:  # grows while it is walked
            if group in goals:
                leading.append(estate.group_ref(direct))
                break
            new = [parent for parent in outer[group] if parent not in seen]
            seen.update(new)
            waiting.extend(new)
    return tuple(sorted(leading))


def group_row(estate: Estate, group: GroupRef) -> int:
    """The group's row.

    Raises:
        NotFoundError: no directory of the snapshot has it.
    """
    row = estate.group_keys.row(group.source, group.id)
    if row is None:
        raise NotFoundError(f"No group {group.id} was read from {group.source}.")
    return row
