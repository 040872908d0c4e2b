"""What a group, a role or a permission contributes: whom it gives what, and what it hides.

It is held against an estate without it: a permission that is not there, a role that no permission
gives, a group that nobody is in and that is in no other. Nothing else changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from typing_extensions import override

from accessreview.analysis.area import reached_from
from accessreview.analysis.asked import role_number
from accessreview.analysis.deciding import Decided, Deciding
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows, bits
from accessreview.analysis.membership import close_groups
from accessreview.analysis.pages import Paged
from accessreview.analysis.people import (
    Flags,
    enabled_flags,
    identity_name,
    identity_numbers,
)
from accessreview.analysis.reached import group_row, permission_row
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey


@dataclass(frozen=True, slots=True, order=True)
class Contributed:
    """The same privileges on ``entities`` entities of one vCenter; ``first`` is the first by id."""

    vcenter: str
    first: str
    privileges: tuple[str, ...]
    entities: int


@dataclass(frozen=True, slots=True)
class Affected:
    """One account that the thing names, or that is in it; each part sorted.

    Privileges that come through the thing are split into those that it ``alone`` gives, which
    would vanish with it, and those that would remain by ``another`` way. What it ``hides`` would
    be gained without it. All three are empty where nearer permissions decide throughout.
    """

    account: AccountRef
    identity: str
    enabled: bool
    alone: tuple[Contributed, ...]
    another: tuple[Contributed, ...]
    hides: tuple[Contributed, ...]


def contribution_of_permission(estate: Estate, key: PermissionKey) -> "Contribution":
    """What a permission contributes to everybody it names; the principal in whatever case.

    Raises:
        NotFoundError: the snapshot has no such permission.
    """
    return _of_rows(estate, [permission_row(estate, key)])


def contribution_of_role(estate: Estate, vcenter: str, role: str) -> "Contribution":
    """What all permissions with a role of one vCenter contribute; the role by id or name.

    Raises:
        NotFoundError: there is no such vCenter or role, or several roles of the name.
    """
    found, _ = estate.entity(EntityRef(vcenter, ""))
    entries = found.entries
    return _of_rows(estate, entries.row[entries.role == role_number(found, role)].tolist())


def contribution_of_group(estate: Estate, group: GroupRef) -> "Contribution":
    """What a group contributes to its members at any depth.

    It does so by permissions that name it and by those of the groups that it is in itself.

    Raises:
        NotFoundError: no directory of the snapshot has it.
    """
    row = group_row(estate, group)
    memberships, groups = estate.memberships, len(estate.snapshot["groups"])
    nested = memberships.groups_of_group
    child, parent = nested.owners(), nested.items.astype(np.int64)
    inside = np.zeros(groups, dtype=bool)
    inside[reached_from(row, parent, child, groups)] = True
    direct = memberships.groups_of_account
    accounts = np.unique(direct.owners()[inside[direct.items]])
    principals = estate.principals
    kept = child != row
    reach = close_groups(
        child[kept],
        parent[kept],
        groups,
        replace(
            principals,
            matches=tuple(
                tuple(match for match in matches if not (is_group and match == row))
                for matches, is_group in zip(principals.matches, principals.is_group, strict=True)
            ),
        ),
    )
    mask = memberships.reach[row]
    through = np.flatnonzero(_named(mask, len(principals))[principals.of_permission])
    return Contribution(
        estate,
        accounts if mask else accounts[:0],
        frozenset(through.tolist()),
        _Without(estate, frozenset(), reach),
    )


def _named(mask: int, count: int) -> Flags:
    named = np.zeros(count, dtype=bool)
    named[list(bits(mask))] = True
    return named


def _of_rows(estate: Estate, rows: Sequence[int]) -> "Contribution":
    principals = {int(estate.principals.of_permission[row]) for row in rows}
    accounts = estate.memberships.accounts_naming(principals)
    gone = frozenset(rows)
    return Contribution(estate, accounts, gone, _Without(estate, gone, None))


@dataclass(frozen=True, slots=True)
class _Without:
    """The estate without the thing: ``gone`` permissions, and what groups then reach, if that."""

    estate: Estate
    gone: frozenset[int]
    reach: Sequence[int] | None

    def principals_of(self, account: int) -> int:
        memberships = self.estate.memberships
        if self.reach is None:
            return memberships.principals_of(account)
        mask = memberships.named.get(account, 0)
        for group in memberships.groups_of_account[account]:
            mask |= self.reach[group]
        return mask


class Contribution(Paged[Affected]):
    """By identity and account; its length is exact, its rows are made when they are looked at."""

    def __init__(
        self, estate: Estate, accounts: Rows, through: frozenset[int], without: _Without
    ) -> None:
        self._estate, self._without = estate, without
        order = np.argsort(identity_numbers(estate, accounts), kind="stable")
        self._accounts = accounts[order]
        rows = np.array(sorted(through), dtype=np.int64)
        vcenters = sorted(estate.vcenters.values(), key=lambda vcenter: vcenter.id)
        self._comparisons = [
            _Comparison(vcenter, through, without.gone)
            for vcenter in vcenters
            if np.isin(vcenter.entries.row, rows).any()
        ]

    @override
    def __len__(self) -> int:
        return len(self._accounts)

    @override
    def page(self, numbers: range) -> list[Affected]:
        memberships, enabled = self._estate.memberships, enabled_flags(self._estate)
        known: dict[tuple[int, int], tuple[_Parts, ...]] = {}
        found = []
        for account in self._accounts[numbers].tolist():
            key = memberships.principals_of(account), self._without.principals_of(account)
            if key not in known:
                known[key] = tuple(comparison.of(*key) for comparison in self._comparisons)
            alone, another, hides = (
                tuple(part for parts in known[key] for part in parts[which]) for which in range(3)
            )
            found.append(
                Affected(
                    self._estate.account_ref(account),
                    identity_name(self._estate, account),
                    bool(enabled[account]),
                    alone,
                    another,
                    hides,
                )
            )
        return found


_Parts = tuple[list[Contributed], list[Contributed], list[Contributed]]
_Privileges = frozenset[str]


class _Comparison:
    """One vCenter with the thing and without it, for one account after the other."""

    def __init__(self, vcenter: Vcenter, through: frozenset[int], gone: frozenset[int]) -> None:
        self._vcenter, self._through, self._gone = vcenter, through, gone
        self._deciding = Deciding(vcenter)
        regions = vcenter.regions
        by_id = np.asarray(vcenter.inventory.by_id, dtype=np.int64)
        of_entity = regions.of_entity[by_id]
        self._sizes: list[int] = np.bincount(of_entity, minlength=len(regions)).tolist()
        self._first = np.zeros(len(regions), dtype=np.int64)
        self._first[of_entity[::-1]] = by_id[::-1]  # the last one written is the first by id
        self._known: dict[tuple[frozenset[int], ...], tuple[_Privileges, ...]] = {}

    def of(self, before: int, after: int) -> _Parts:
        """What comes through the thing alone, what by another way too, and what it hides."""
        found: tuple[dict[_Privileges, tuple[str, int]], ...] = ({}, {}, {})
        had, has = self._deciding.of(before), self._deciding.of(after, self._gone)
        ids = self._vcenter.inventory.ids
        for region, size in enumerate(self._sizes):
            if not size or not (had[region] or has[region]):
                continue
            entity = ids[int(self._first[region])]
            for parts, privileges in zip(found, self._split(had[region], has[region]), strict=True):
                if privileges:
                    first, count = parts.get(privileges, (entity, 0))
                    parts[privileges] = min(first, entity), count + size
        alone, another, hides = (
            sorted(
                Contributed(self._vcenter.id, first, tuple(sorted(privileges)), count)
                for privileges, (first, count) in parts.items()
            )
            for parts in found
        )
        return alone, another, hides

    def _split(self, had: Decided, has: Decided) -> tuple[_Privileges, ...]:
        roles = (
            frozenset(entry.role for entry in had if entry.row in self._through),
            frozenset(entry.role for entry in had),
            frozenset(entry.role for entry in has),
        )
        if roles not in self._known:
            through, before, after = map(self._given, roles)
            self._known[roles] = before - after, through & after, after - before
        return self._known[roles]

    def _given(self, roles: Iterable[int]) -> _Privileges:
        return frozenset[str]().union(*(self._vcenter.privileges[role] for role in roles))
