"""What a change of permissions or roles makes of a standing: whom it concerns is judged again."""

from dataclasses import replace

import numpy as np

from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.merge import Sums, holders_of
from accessreview.analysis.moving import close_again, masks_of, with_memberships
from accessreview.analysis.principals import Principals
from accessreview.analysis.standing import Standing, sums_of_kinds
from accessreview.analysis.vcenter import Entries, Vcenter
from accessreview.analysis.verdicts import Bench
from accessreview.model.access import Permission, PermissionKey
from accessreview.model.change import RoleChange
from accessreview.model.columns import Column, Table
from accessreview.model.errors import NotFoundError
from accessreview.snapshot.located import rows_where


def give(standing: Standing, permission: Permission) -> Standing:
    """The standing with this permission, in place of one of the same key.

    Raises:
        NotFoundError: its vCenter, entity or role is not there.
    """
    estate, key = standing.estate, permission.key
    vcenter, entity = estate.entity(key.entity)
    if permission.role not in vcenter.role_ids:
        raise NotFoundError(f"{vcenter.id} has no role {permission.role}.")
    standing, principal, is_new = _principal(standing, key)
    row = len(estate.snapshot["permissions"])
    standing = _listed(standing, permission, principal)
    vcenter = standing.estate.vcenters[vcenter.id]
    kept = _without(standing, vcenter, key)
    entries = kept
    if standing.estate.principals.matches[principal]:
        entries = kept.followed_by(
            row=row,
            node=vcenter.inventory.node[entity] if entity else GLOBAL,
            principal=principal,
            role=vcenter.role_ids.index(permission.role),
            propagates=permission.propagates,
            direct=not key.is_group,
        )
    standing = _rejudged(standing, vcenter.holding(entries), [principal])
    if not is_new:
        return standing
    matches = standing.estate.principals.matches[principal]
    memberships = standing.estate.memberships
    if key.is_group:
        groups = list(matches)
        return close_again(standing, memberships, standing.estate.principals, groups)
    named = dict(memberships.named)
    for account in matches:
        named[account] = named.get(account, 0) | 1 << principal
    memberships = replace(memberships, named=named)
    return with_memberships(standing, memberships, masks_of(memberships, list(matches)))


def take(standing: Standing, key: PermissionKey) -> Standing:
    """The standing without this permission.

    Raises:
        NotFoundError: there is none.
    """
    vcenter, _ = standing.estate.entity(key.entity)
    kept = _without(standing, vcenter, key)
    number = _number_of(standing.estate.principals, key)
    if len(kept) == len(vcenter.entries) and not _is_orphan(standing, number):
        place = key.entity.id or "the global node"
        raise NotFoundError(f"{vcenter.id} has no permission of {key.principal} on {place}.")
    if number is None or len(kept) == len(vcenter.entries):
        return standing
    return _rejudged(standing, vcenter.holding(kept), [number])


def _is_orphan(standing: Standing, number: int | None) -> bool:
    return number is not None and not standing.estate.principals.matches[number]


def change_role(standing: Standing, change: RoleChange) -> Standing:
    """The standing with other privileges in one role.

    Raises:
        NotFoundError: the vCenter has no such role.
    """
    vcenter = standing.estate.vcenters.get(change.vcenter)
    if vcenter is None or change.role not in vcenter.role_ids:
        raise NotFoundError(f"{change.vcenter} has no role {change.role}.")
    number = vcenter.role_ids.index(change.role)
    privileges = list(vcenter.privileges)
    privileges[number] = change.privileges
    concerned = np.unique(vcenter.entries.principal[vcenter.entries.role == number]).tolist()
    return _rejudged(standing, replace(vcenter, privileges=tuple(privileges)), concerned)


def _rejudged(standing: Standing, vcenter: Vcenter, principals: list[int]) -> Standing:
    """Judge those again whom these principals concern in one vCenter that has changed."""
    at = list(standing.estate.vcenters).index(vcenter.id)
    part = standing.parts[at]
    columns = part.columns_of(principals)
    bench = Bench(vcenter, standing.ruleset, known=part.bench)
    again = part.again(bench, columns)
    parts = (*standing.parts[:at], again, *standing.parts[at + 1 :])
    vcenters = {**standing.estate.vcenters, vcenter.id: vcenter}
    after = replace(standing, estate=replace(standing.estate, vcenters=vcenters), parts=parts)
    old, new = part.verdicts, again.verdicts
    other = (old.places[:, columns] != new.places[:, columns]).any(axis=0)
    other |= (old.held[:, columns] != new.held[:, columns]).any(axis=0)
    differs = np.zeros(old.places.shape[1] + 1, dtype=bool)  # the last one is of nobody here
    differs[columns[other]] = True
    kinds = np.flatnonzero(differs[new.column_of])
    sums = Sums(after.sums.places.copy(), after.sums.held.copy(), after.sums.holders.copy())
    sums.places[:, kinds], sums.held[:, kinds] = sums_of_kinds(after, kinds)
    sums.holders[:, at] = holders_of(again.verdicts, after.population.sizes())
    return replace(after, sums=sums)


def _without(standing: Standing, vcenter: Vcenter, key: PermissionKey) -> Entries:
    """The entries without the one of this key, if it is there."""
    number = _number_of(standing.estate.principals, key)
    entities = standing.estate.snapshot["permissions"]["entity"]
    rows = [
        row
        for row in vcenter.entries.row[vcenter.entries.principal == number].tolist()
        if entities[row] == key.entity.id
    ]
    return vcenter.entries.only(~np.isin(vcenter.entries.row, rows))


def _number_of(principals: Principals, key: PermissionKey) -> int | None:
    wanted = (key.principal.casefold(), key.is_group)
    known = zip(principals.names, principals.is_group, strict=True)
    return next((number for number, each in enumerate(known) if each == wanted), None)


def _principal(standing: Standing, key: PermissionKey) -> tuple[Standing, int, bool]:
    """The number of the principal that a permission names, and whether nothing named it before."""
    estate, principals = standing.estate, standing.estate.principals
    number = _number_of(principals, key)
    if number is not None:
        return standing, number, False
    folded = key.principal.casefold()
    names = estate.snapshot["principal_names"]
    keys = estate.group_keys if key.is_group else estate.account_keys
    matches = {
        keys.row(names["source"][row], names["id"][row])
        for row in rows_where(names["name"], lambda value: value.casefold() == folded).tolist()
    }
    more = Principals(
        names=(*principals.names, folded),
        is_group=(*principals.is_group, key.is_group),
        matches=(*principals.matches, tuple(sorted(m for m in matches if m is not None))),
        of_permission=principals.of_permission,
    )
    return replace(standing, estate=replace(estate, principals=more)), len(principals), True


def _listed(standing: Standing, permission: Permission, principal: int) -> Standing:
    """The permission as a further row of the table, so that it can be told of."""
    estate, key = standing.estate, permission.key
    table = estate.snapshot["permissions"]
    fields = (
        key.entity.vcenter,
        key.entity.id,
        key.principal,
        "true" if key.is_group else "false",
        permission.role,
        "true" if permission.propagates else "false",
    )
    columns = {
        name: _longer(table[name], field)
        for name, field in zip(table.schema.columns, fields, strict=True)
    }
    tables = {**estate.snapshot.tables, "permissions": Table(table.schema, columns)}
    principals = replace(
        estate.principals,
        of_permission=np.append(estate.principals.of_permission, principal),
    )
    snapshot = replace(estate.snapshot, tables=tables)
    return replace(standing, estate=replace(estate, snapshot=snapshot, principals=principals))


def _longer(column: Column, value: str) -> Column:
    values = list(column.values)
    if value not in values:
        values.append(value)
    codes = np.append(column.codes, np.int32(values.index(value)))
    return Column(codes, tuple(values))
