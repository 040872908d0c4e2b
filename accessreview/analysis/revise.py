"""What a change to memberships, permissions, roles or rules makes of a standing.

Only what depends on the change is computed again: the accounts whose principals change, and in one
vCenter the people whom a changed permission or role concerns. The result equals judging everything
anew. A standing after a change answers for access and findings; what its estate has in tables is
what was read, with permissions added at the end and those taken away still listed.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.membership import Masks, Memberships, close_over, own_principals
from accessreview.analysis.merge import Sums, holders_of
from accessreview.analysis.principals import Principals
from accessreview.analysis.reached import group_row
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.analysis.standing import Difference, Part, Standing, difference
from accessreview.analysis.vcenter import Entries, Flags, Vcenter
from accessreview.analysis.verdicts import Bench, Counts, Verdicts, duties_of
from accessreview.model.access import Permission, PermissionKey
from accessreview.model.change import (
    Change,
    MembershipChange,
    PermissionRemoved,
    PermissionSet,
    RoleChange,
    RulesetChange,
)
from accessreview.model.columns import Column, Table
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Ruleset
from accessreview.snapshot.located import rows_where


def revise(standing: Standing, change: Change) -> tuple[Standing, Difference]:
    """The standing after the change, and the findings that come and go by it.

    Raises:
        NotFoundError: the change names something that is not there.
    """
    if isinstance(change, RulesetChange):
        return _other_rules(standing, change.ruleset)
    after = _revised(standing, change)
    moved = np.flatnonzero(after.population.kind_of != standing.population.kind_of)
    return after, difference(standing, after, moved)


def _revised(
    standing: Standing, change: MembershipChange | PermissionSet | PermissionRemoved | RoleChange
) -> Standing:
    match change:
        case MembershipChange():
            return _member(standing, change)
        case PermissionSet():
            return _give(standing, change.permission)
        case PermissionRemoved():
            return _take(standing, change.key)
        case RoleChange():
            return _role(standing, change)


# ------------------------------------------------------------------------------------ memberships


def _member(standing: Standing, change: MembershipChange) -> Standing:
    estate = standing.estate
    outer = group_row(estate, change.group)
    account = estate.account_keys.row(change.member.source, change.member.id)
    inner = estate.group_keys.row(change.member.source, change.member.id)
    memberships = estate.memberships
    if account is not None and inner is None:
        groups = _joined(memberships.groups_of_account, account, outer, change)
        memberships = replace(memberships, groups_of_account=groups)
        return _with_memberships(standing, memberships, _masks(memberships, [account]))
    if inner is None:
        raise NotFoundError(
            f"Neither an account nor a group {change.member.id} was read from "
            f"{change.member.source}."
        )
    nested = _joined(memberships.groups_of_group, inner, outer, change)
    return _closed_again(
        standing, replace(memberships, groups_of_group=nested), estate.principals, [inner]
    )


def _joined(sets: Sets, member: int, group: int, change: MembershipChange) -> Sets:
    groups = set(sets[member])
    if change.present:
        groups.add(group)
    elif group in groups:
        groups.remove(group)
    else:
        raise NotFoundError(
            f"{change.member.id} of {change.member.source} is no direct member of the group "
            f"{change.group.id}."
        )
    return sets.with_set(member, sorted(groups))


def _masks(memberships: Memberships, accounts: Rows | list[int]) -> dict[int, int]:
    """The principals of these accounts by what their groups reach now, where that is new."""
    found = {}
    for account in accounts:
        mask = memberships.named.get(int(account), 0)
        for group in memberships.groups_of_account[int(account)]:
            mask |= memberships.reach[group]
        if mask != memberships.principals_of(int(account)):
            found[int(account)] = mask
    return found


def _closed_again(
    standing: Standing, memberships: Memberships, principals: Principals, groups: list[int]
) -> Standing:
    """Close the given groups and all inside them anew, and move the accounts in these."""
    nested = memberships.groups_of_group
    inside = _inside(nested, groups)
    position = {group: at for at, group in enumerate(inside)}
    names = own_principals(len(nested), principals)
    own, child, parent = [], [], []
    for group in inside:
        mask = names[group]
        for outer in nested[group]:
            if outer in position:
                child.append(position[group])
                parent.append(position[outer])
            else:
                mask |= memberships.reach[outer]
        own.append(mask)
    closed = close_over(np.array(child, dtype=np.int64), np.array(parent, dtype=np.int64), own)
    reach = list(memberships.reach)
    changed = np.zeros(len(nested), dtype=bool)
    for group, mask in zip(inside, closed, strict=True):
        changed[group] = reach[group] != mask
        reach[group] = mask
    memberships = replace(memberships, reach=reach)
    joined = memberships.groups_of_account
    accounts = np.unique(joined.owner_of(np.flatnonzero(changed[joined.items])))
    return _with_memberships(standing, memberships, _masks(memberships, accounts))


def _inside(nested: Sets, groups: list[int]) -> list[int]:
    """These groups and all that are in them at any depth."""
    found = np.zeros(len(nested), dtype=bool)
    found[groups] = True
    owners = nested.owners()
    while True:
        new = owners[found[nested.items] & ~found[owners]]
        if not len(new):
            return [int(group) for group in np.flatnonzero(found)]
        found[new] = True


def _with_memberships(
    standing: Standing, memberships: Memberships, masks: Mapping[int, int]
) -> Standing:
    """Give accounts other principals, in classes of their own, and judge whoever they belong to."""
    if not masks:
        return replace(standing, estate=replace(standing.estate, memberships=memberships))
    old = {account: memberships.principals_of(account) for account in masks}
    classes = memberships.classes.sets
    numbers: dict[int, int] = {0: 0}
    class_of = memberships.class_of.copy()
    for account, mask in masks.items():
        class_of[account] = numbers.setdefault(mask, len(classes) + len(numbers) - 1)
    classes = classes.followed_by(Sets.of_masks(list(numbers)[1:]))
    memberships = replace(memberships, classes=Masks(classes), class_of=class_of)
    estate = replace(standing.estate, memberships=memberships)
    return _moved(replace(standing, estate=estate), old)


def _moved(standing: Standing, old: Mapping[int, int]) -> Standing:
    """Find the kinds of the identities whose accounts had ``old`` principals."""
    memberships, population = standing.estate.memberships, standing.population
    identities = population.identities
    usable = _usable_of(standing, identities.of_account[list(old)])
    first = len(population.kinds)
    kinds: dict[tuple[int, ...], int] = {}
    stood: list[int] = []
    masks: list[list[int]] = []
    changes: list[int] = []
    kind_of = population.kind_of.copy()
    for identity, accounts in usable.items():
        classes = {int(memberships.class_of[account]) for account in accounts}
        key = tuple(sorted(classes - {0}))
        if key and key not in kinds:
            stood.append(int(population.kind_of[identity]))
            masks.append([memberships.classes[number] for number in key])
            changes.append(_changed(memberships, accounts, old))
        kind_of[identity] = kinds.setdefault(key, first + len(kinds)) if key else 0
    population = replace(
        population,
        classes=memberships.classes.sets,
        kinds=population.kinds.followed_by(Sets.of(tuple(kinds))),
        kind_of=kind_of,
    )
    parts = []
    for part in standing.parts:
        concerned = part.bench.vcenter.principals
        same = [
            -1 if change & concerned else kind for change, kind in zip(changes, stood, strict=True)
        ]
        parts.append(part.with_kinds(masks, np.array(same, dtype=np.int32)))
    return _added_up(standing, replace(standing, population=population, parts=tuple(parts)))


def _usable_of(standing: Standing, identities: Rows | Numbers) -> dict[int, list[int]]:
    """The enabled accounts of these identities, none of them left out."""
    of_account = standing.population.identities.of_account
    wanted = np.zeros(int(of_account.max(initial=0)) + 1, dtype=bool)
    wanted[identities] = True
    found: dict[int, list[int]] = {int(identity): [] for identity in np.unique(identities)}
    enabled = standing.estate.snapshot["accounts"]["enabled"]
    for account in np.flatnonzero(wanted[of_account]).tolist():
        if enabled[account] == "true":
            found[int(of_account[account])].append(account)
    return found


def _changed(memberships: Memberships, accounts: list[int], old: Mapping[int, int]) -> int:
    """The principals that any of the accounts gained or lost."""
    changed = 0
    for account in accounts:
        if account in old:
            changed |= old[account] ^ memberships.principals_of(account)
    return changed


def _added_up(before: Standing, after: Standing) -> Standing:
    """The sums of ``after``, whose kinds begin with those of ``before``."""
    known = before.sums.places.shape[1]
    new = range(known, len(after.population.kinds))
    places, held = _of_kinds(after, np.array(new, dtype=np.int64))
    holders = before.sums.holders.copy()
    moved = np.flatnonzero(before.population.kind_of != after.population.kind_of)
    for number, part in enumerate(after.parts):
        for kinds, sign in ((before.population.kind_of, -1), (after.population.kind_of, 1)):
            columns = part.verdicts.column_of[kinds[moved]]
            said = part.verdicts.places[:, columns[columns >= 0]] > 0
            holders[:, number] += sign * said.sum(axis=1)
    return replace(
        after,
        sums=Sums(
            np.concatenate((before.sums.places, places), axis=1),
            np.concatenate((before.sums.held, held), axis=1),
            holders,
        ),
    )


def _of_kinds(standing: Standing, kinds: Rows) -> tuple[Counts, Flags]:
    places = np.zeros((len(standing.ruleset.rules), len(kinds)), dtype=np.int64)
    held = np.zeros((len(standing.ruleset.duties), len(kinds)), dtype=bool)
    for part in standing.parts:
        columns = part.verdicts.column_of[kinds]
        known = np.flatnonzero(columns >= 0)
        places[:, known] += part.verdicts.places[:, columns[known]]
        held[:, known] |= part.verdicts.held[:, columns[known]]
    return places, held


# ---------------------------------------------------------------------------- permissions and roles


def _give(standing: Standing, permission: Permission) -> Standing:
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
        return _closed_again(standing, memberships, standing.estate.principals, groups)
    named = dict(memberships.named)
    for account in matches:
        named[account] = named.get(account, 0) | 1 << principal
    memberships = replace(memberships, named=named)
    return _with_memberships(standing, memberships, _masks(memberships, list(matches)))


def _take(standing: Standing, key: PermissionKey) -> Standing:
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


def _role(standing: Standing, change: RoleChange) -> Standing:
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
    concerned = np.zeros(part.verdicts.places.shape[1] + 1, dtype=bool)
    concerned[columns] = True
    kinds = np.flatnonzero(concerned[again.verdicts.column_of])
    sums = Sums(after.sums.places.copy(), after.sums.held.copy(), after.sums.holders.copy())
    sums.places[:, kinds], sums.held[:, kinds] = _of_kinds(after, kinds)
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


# ------------------------------------------------------------------------------------------- rules


def _other_rules(standing: Standing, ruleset: Ruleset) -> tuple[Standing, Difference]:
    """Keep what the rules that are the same said, and judge by the others."""
    same = {
        number: known
        for number, rule in enumerate(ruleset.rules)
        for known, old in enumerate(standing.ruleset.rules)
        if rule == old
        and all(
            ruleset.duties[name] == standing.ruleset.duties.get(name) for name in duties_of(rule)
        )
    }
    others = frozenset(range(len(ruleset.rules))) - same.keys()
    parts = tuple(_by_other_rules(part, ruleset, same, others) for part in standing.parts)
    after = replace(standing, ruleset=ruleset, parts=parts)
    every = np.arange(len(standing.population.kinds))
    sizes = standing.population.sizes()
    holders = np.stack([holders_of(part.verdicts, sizes) for part in parts], axis=1)
    after = replace(after, sums=Sums(*_of_kinds(after, every), holders))
    old, new = set(standing.findings()), set(after.findings())
    return after, Difference(
        tuple(sorted(new - old, key=lambda each: each.key)),
        tuple(sorted(old - new, key=lambda each: each.key)),
    )


def _by_other_rules(
    part: Part, ruleset: Ruleset, same: Mapping[int, int], others: frozenset[int]
) -> Part:
    bench = Bench(part.bench.vcenter, ruleset, known=part.bench)
    said, _ = bench.judge(part.local, only=others)
    for number, known in same.items():
        said.places[number] = part.verdicts.places[known]
    verdicts = Verdicts(said.vcenter, part.verdicts.column_of, said.places, said.held)
    return Part(bench, part.local, verdicts)
