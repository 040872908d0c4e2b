"""What a change of memberships makes of a standing: accounts move to other classes."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from accessreview.analysis.membership import Masks, Memberships, close_over, own_principals
from accessreview.analysis.merge import Sums
from accessreview.analysis.principals import Principals
from accessreview.analysis.reached import group_row
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.analysis.standing import Standing, sums_of_kinds
from accessreview.model.change import MembershipChange
from accessreview.model.errors import NotFoundError


def change_membership(standing: Standing, change: MembershipChange) -> Standing:
    """The standing with one direct membership more or less.

    Raises:
        NotFoundError: the group or the member is not there, or the membership to end.
    """
    estate = standing.estate
    outer = group_row(estate, change.group)
    account = estate.account_keys.row(change.member.source, change.member.id)
    inner = estate.group_keys.row(change.member.source, change.member.id)
    memberships = estate.memberships
    if account is not None and inner is None:
        groups = _joined(memberships.groups_of_account, account, outer, change)
        memberships = replace(memberships, groups_of_account=groups)
        return with_memberships(standing, memberships, masks_of(memberships, [account]))
    if inner is None:
        raise NotFoundError(
            f"Neither an account nor a group {change.member.id} was read from "
            f"{change.member.source}."
        )
    nested = _joined(memberships.groups_of_group, inner, outer, change)
    return close_again(
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


def masks_of(memberships: Memberships, accounts: Rows | list[int]) -> dict[int, int]:
    """The principals of these accounts by what their groups reach now, where that is new."""
    found = {}
    for account in accounts:
        mask = memberships.named.get(int(account), 0)
        for group in memberships.groups_of_account[int(account)]:
            mask |= memberships.reach[group]
        if mask != memberships.principals_of(int(account)):
            found[int(account)] = mask
    return found


def close_again(
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
    return with_memberships(standing, memberships, masks_of(memberships, accounts))


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


def with_memberships(
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
    places, held = sums_of_kinds(after, np.array(new, dtype=np.int64))
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
