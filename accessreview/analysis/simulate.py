"""Who would gain and lose what if memberships or permissions were taken away.

Taking away can give: an entry that is gone no longer hides a wider one above it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from accessreview.analysis.effective import PrivilegesByRegion
from accessreview.analysis.estate import Estate
from accessreview.analysis.membership import close_groups
from accessreview.analysis.reached import group_row, permission_row
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.errors import NotFoundError

Membership = tuple[GroupRef, AccountRef | GroupRef]
"""A group and one of its direct members."""


@dataclass(frozen=True, slots=True, order=True)
class AccessShift:
    """The same privileges gained or lost by one account on ``entities`` entities of one vCenter.

    ``entity`` is the first of them by id.
    """

    account: AccountRef
    entity: EntityRef
    privileges: tuple[str, ...]
    entities: int


@dataclass(frozen=True, slots=True)
class SimulatedChange:
    """All that would change in effective privileges, sorted; accounts enabled or not."""

    gained: tuple[AccessShift, ...]
    lost: tuple[AccessShift, ...]


def simulate(
    estate: Estate,
    *,
    without_members: Iterable[Membership] = (),
    without_permissions: Iterable[PermissionKey] = (),
) -> SimulatedChange:
    """Compare everybody's effective privileges before and after taking all of these away.

    Raises:
        NotFoundError: something to take away is not in the snapshot.
    """
    rows = frozenset(permission_row(estate, key) for key in without_permissions)
    after = {vcenter.id: vcenter.without(rows) for vcenter in estate.vcenters.values()}
    return _compared(
        estate, after, _masks_without(estate, without_members), _named_by(estate, rows)
    )


def compare(before: Estate, after: Estate) -> SimulatedChange:
    """Everybody's effective privileges in an estate and in what changes have made of it.

    ``after`` must come from ``before`` by ``revise``: same accounts, same inventories.
    """
    old, new = before.memberships, after.memberships
    moved = np.flatnonzero(old.class_of != new.class_of).tolist()
    concerned = {
        principal
        for ident, vcenter in before.vcenters.items()
        for principal in _concerned(vcenter, after.vcenters[ident])
    }
    named = {*old.accounts_naming(concerned).tolist(), *new.accounts_naming(concerned).tolist()}
    masks = {account: new.principals_of(account) for account in moved}
    return _compared(before, after.vcenters, masks, named)


def compare_principals(
    estate: Estate, vcenter: str, principals: Mapping[int, int]
) -> SimulatedChange:
    """What would change in one vCenter if these accounts were these principals instead.

    Both are given as numbers: rows of ``accounts``, and sets of principals as bits.
    """
    only = {vcenter: estate.vcenters[vcenter]}
    return _compared(replace(estate, vcenters=only), only, principals, set())


def _concerned(before: Vcenter, after: Vcenter) -> set[int]:
    """The principals of all entries that came, went or mean something else."""
    if before is after:
        return set()
    old, new = (
        {
            (node, entry, vcenter.privileges[entry.role])
            for node, entries in vcenter.at.items()
            for entry in entries
        }
        for vcenter in (before, after)
    )
    return {entry.principal for _, entry, _ in old ^ new}


def _compared(
    estate: Estate, after: Mapping[str, Vcenter], changed: Mapping[int, int], named: set[int]
) -> SimulatedChange:
    """``changed`` are the new principals of accounts, ``named`` those whom entries concern."""
    shifts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for account, mask in changed.items():
        shifts[estate.memberships.principals_of(account), mask].append(account)
    for account in named - changed.keys():
        mask = estate.memberships.principals_of(account)
        shifts[mask, mask].append(account)
    gained: list[AccessShift] = []
    lost: list[AccessShift] = []
    for vcenter in estate.vcenters.values():
        comparison = _Comparison(vcenter, after[vcenter.id], shifts)
        for pair, accounts in shifts.items():
            for result, found in zip((gained, lost), comparison.of(*pair), strict=True):
                result.extend(
                    AccessShift(estate.account_ref(account), entity, privileges, count)
                    for account in accounts
                    for privileges, (entity, count) in found.items()
                )
    return SimulatedChange(tuple(sorted(gained)), tuple(sorted(lost)))


def _masks_without(estate: Estate, cuts: Iterable[Membership]) -> dict[int, int]:
    """The principals of every account that these memberships may matter to, without them."""
    memberships = estate.memberships
    accounts: dict[int, set[int]] = defaultdict(set)
    nested: set[tuple[int, int]] = set()
    for group, member in cuts:
        outer = group_row(estate, group)
        account = estate.account_keys.row(member.source, member.id)
        inner = estate.group_keys.row(member.source, member.id)
        if account is not None and outer in memberships.groups_of_account[account]:
            accounts[account].add(outer)
        elif inner is not None and outer in memberships.groups_of_group[inner]:
            nested.add((inner, outer))
        else:
            raise NotFoundError(
                f"{member.id} of {member.source} is no direct member of the group {group.id}."
            )
    reach: Sequence[int] = memberships.reach
    affected: Iterable[int] = tuple(accounts)
    if nested:
        reach = _reach_without(estate, nested)
        affected = range(len(estate.snapshot["accounts"]))
    masks = {}
    for account in affected:
        mask = memberships.named.get(account, 0)
        for direct in memberships.groups_of_account[account]:
            if direct not in accounts.get(account, ()):
                mask |= reach[direct]
        if mask != memberships.principals_of(account):
            masks[account] = mask
    return masks


def _reach_without(estate: Estate, nested: set[tuple[int, int]]) -> tuple[int, ...]:
    outer = estate.memberships.groups_of_group
    count = len(estate.snapshot["groups"])
    child = outer.owners()
    kept = np.array(
        [pair not in nested for pair in zip(child.tolist(), outer.items.tolist(), strict=True)],
        dtype=bool,
    )
    return close_groups(child[kept], outer.items[kept], count, estate.principals)


def _named_by(estate: Estate, rows: frozenset[int]) -> set[int]:
    """The accounts that any of these permissions names."""
    principals = {int(estate.principals.of_permission[row]) for row in rows}
    return set(estate.memberships.accounts_naming(principals).tolist())


Shifts = dict[tuple[str, ...], tuple[EntityRef, int]]
"""By privileges: the first entity and the number of entities that they come or go on."""


class _Comparison:
    """One vCenter before and after, for pairs of principal sets before and after."""

    def __init__(self, before: Vcenter, after: Vcenter, pairs: Iterable[tuple[int, int]]) -> None:
        self._vcenter = before
        self._unchanged = before is after
        self._before, self._after = PrivilegesByRegion(before), PrivilegesByRegion(after)
        masks = [pair for pair in pairs if self._matters(*pair)]
        self._before.load(mask for mask, _ in masks)
        self._after.load(mask for _, mask in masks)
        self._places: dict[tuple[int, int], tuple[EntityRef, int]] = {}
        for number in before.inventory.by_id:
            key = (int(before.regions.of_entity[number]), int(after.regions.of_entity[number]))
            first, count = self._places.get(
                key, (EntityRef(before.id, before.inventory.ids[number]), 0)
            )
            self._places[key] = (first, count + 1)

    def of(self, before: int, after: int) -> tuple[Shifts, Shifts]:
        """What is gained and what is lost."""
        gained: Shifts = {}
        lost: Shifts = {}
        if not self._matters(before, after):
            return gained, lost
        had, has = self._before.of(before), self._after.of(after)
        for (old, new), place in self._places.items():
            if had[old] != has[new]:
                self._add(gained, has[new], had[old], place)
                self._add(lost, had[old], has[new], place)
        return gained, lost

    def _matters(self, before: int, after: int) -> bool:
        return not (self._unchanged and (before ^ after) & self._vcenter.principals == 0)

    @staticmethod
    def _add(
        shifts: Shifts,
        more: tuple[str, ...],
        less: tuple[str, ...],
        place: tuple[EntityRef, int],
    ) -> None:
        privileges = tuple(sorted(frozenset(more).difference(less)))
        if privileges:
            entity, count = place
            first, sofar = shifts.get(privileges, (entity, 0))
            shifts[privileges] = (min(first, entity), sofar + count)
