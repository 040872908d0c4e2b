"""Groups closed over nesting, and accounts gathered into classes that reach the same principals.

A set of principals is a Python integer where one account is asked about, bit ``p`` standing for
principal ``p``, and a packed list where all are. Only principals that a permission names count,
which keeps the sets small however many groups there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from typing_extensions import override

from accessreview.analysis.keys import Keys
from accessreview.analysis.order import parents_first
from accessreview.analysis.principals import Principals
from accessreview.analysis.sets import Numbers, Rows, Sets, distinct
from accessreview.model.columns import Table
from accessreview.model.keys import Pairs


@dataclass(frozen=True, slots=True, eq=False)
class DirectMemberships:
    """Pairs of row numbers as the snapshot has them: account in group, and group in group."""

    account: Numbers
    group: Numbers
    child: Numbers
    parent: Numbers
    account_count: int
    group_count: int


class Masks(Sequence[int]):
    """Packed sets of principals, read as integers."""

    def __init__(self, sets: Sets) -> None:
        self.sets = sets

    @override
    def __len__(self) -> int:
        return len(self.sets)

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...

    @override
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        return mask_of(self.sets[range(len(self))[index]])


def mask_of(items: Iterable[int]) -> int:
    """The set of these principals as an integer."""
    mask = 0
    for item in items:
        mask |= 1 << item
    return mask


@dataclass(frozen=True, slots=True, eq=False)
class Memberships:
    """Who is in which group directly, and which principals that makes them.

    ``groups_of_account`` and ``groups_of_group`` are direct memberships by row number.
    ``reach`` holds a group's principals, its own included; ``named`` those that name an account
    itself. Account ``a`` is all principals of ``classes[class_of[a]]``; class 0 is nobody.
    """

    groups_of_account: Sets
    groups_of_group: Sets
    reach: Sequence[int]
    named: dict[int, int]
    classes: Masks
    class_of: Numbers

    def principals_of(self, account: int) -> int:
        return self.classes[int(self.class_of[account])]

    def accounts_naming(self, principals: Iterable[int]) -> Rows:
        """The accounts that are any of these principals, ascending."""
        sets = self.classes.sets
        named = np.zeros(len(sets), dtype=bool)
        for principal in principals:
            named[sets.holding(principal)] = True
        return np.flatnonzero(named[self.class_of])


def number_memberships(
    members: Table, accounts: Keys, groups: Keys, counts: tuple[int, int]
) -> DirectMemberships:
    """Turn the table into row numbers; ``counts`` are the numbers of accounts and groups."""
    holder = groups.rows(members["group_source"], members["group"])
    pairs = Pairs(members["member_source"], members["member"])
    account, child = accounts.of_pairs(pairs), groups.of_pairs(pairs)
    joined = np.flatnonzero((account >= 0)[pairs.of_row] & (holder >= 0))
    nested = np.flatnonzero((child >= 0)[pairs.of_row] & (holder >= 0))
    return DirectMemberships(
        account=account[pairs.of_row[joined]],
        group=holder[joined],
        child=child[pairs.of_row[nested]],
        parent=holder[nested],
        account_count=counts[0],
        group_count=counts[1],
    )


def close_memberships(direct: DirectMemberships, principals: Principals) -> Memberships:
    """Close all memberships over nesting, at whatever depth."""
    reach = close_groups(direct.child, direct.parent, direct.group_count, principals)
    named: dict[int, int] = {}
    for number, matches in enumerate(principals.matches):
        if not principals.is_group[number]:
            for match in matches:
                named[match] = named.get(match, 0) | 1 << number
    classes, class_of = _classify(direct, reach, named)
    return Memberships(
        groups_of_account=Sets.of_pairs(direct.account, direct.group, direct.account_count),
        groups_of_group=Sets.of_pairs(direct.child, direct.parent, direct.group_count),
        reach=reach,
        named=named,
        classes=Masks(classes),
        class_of=class_of,
    )


def close_groups(
    child: Rows | Numbers, parent: Rows | Numbers, count: int, principals: Principals
) -> tuple[int, ...]:
    """The principals that each group is, by whatever nesting; cycles are one group."""
    return close_over(child, parent, own_principals(count, principals))


def own_principals(count: int, principals: Principals) -> list[int]:
    """For each group the principals that name it."""
    own = [0] * count
    for number, matches in enumerate(principals.matches):
        if principals.is_group[number]:
            for match in matches:
                own[match] |= 1 << number
    return own


def close_over(
    child: Rows | Numbers, parent: Rows | Numbers, own: Sequence[int]
) -> tuple[int, ...]:
    """What each group has of its ``own``, and of every group that it is in at any depth."""
    count = len(own)
    if not len(child):
        return tuple(own)
    graph = coo_array((np.ones(len(child), dtype=np.int8), (child, parent)), shape=(count, count))
    ring_count, labels = connected_components(graph, directed=True, connection="strong")
    ring_of = labels.astype(np.int64)
    rings = [0] * ring_count
    for mask, ring in zip(own, ring_of.tolist(), strict=True):
        rings[ring] |= mask
    pairs = np.unique(ring_of[child] * ring_count + ring_of[parent])
    _pass_down(rings, np.divmod(pairs, ring_count))
    return tuple(rings[ring] for ring in ring_of.tolist())


def _pass_down(rings: list[int], nested: tuple[Rows, Rows]) -> None:
    """Give every ring of groups what those hold that it is nested in, outermost first."""
    above: list[list[int]] = [[] for _ in rings]
    for inner, outer in zip(*(part.tolist() for part in nested), strict=True):
        if inner != outer:
            above[inner].append(outer)
    for ring in parents_first(above)[0]:
        for outer in above[ring]:
            if rings[outer]:
                # an integer shared with the outer ring costs no memory, a union does
                rings[ring] = rings[ring] | rings[outer] if rings[ring] else rings[outer]


def _classify(
    direct: DirectMemberships, reach: Sequence[int], named: dict[int, int]
) -> tuple[Sets, Numbers]:
    """Give accounts with equal principals one class."""
    kinds: dict[int, int] = {0: 0}
    kind_of_group = np.array([kinds.setdefault(mask, len(kinds)) for mask in reach], dtype=np.int32)
    principals_of_kind = Sets.of_masks(tuple(kinds))
    counts = np.flatnonzero((kind_of_group > 0)[direct.group])
    kinds_of_account = Sets.of_pairs(
        direct.account[counts], kind_of_group[direct.group[counts]], direct.account_count
    )
    # Most accounts share their kinds of groups with others: unite those once.
    combinations, combination_of = distinct(kinds_of_account)
    unions = combinations.unions(principals_of_kind)
    accounts = np.array(sorted(named), dtype=np.int64)
    own = Sets.of_masks([named[account] for account in accounts.tolist()])
    by_groups = unions.take(combination_of[accounts].astype(np.int64))
    both = Sets.of_pairs(
        np.concatenate((own.owners(), by_groups.owners())),
        np.concatenate((own.items, by_groups.items)),
        len(accounts),
    )
    classes, number = distinct(unions.followed_by(both))
    class_of = number[combination_of]
    class_of[accounts] = number[len(unions) :]
    used = np.bincount(class_of, minlength=len(classes)) > 0
    used[0] = True
    return classes.take(np.flatnonzero(used)), (np.cumsum(used, dtype=np.int32) - 1)[class_of]
