"""Groups closed over nesting, and accounts gathered into classes that reach the same principals.

Sets of principals are Python integers: bit ``p`` stands for principal ``p``. Only principals that
a permission names count, which keeps the sets small however many groups there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from accessreview.analysis.keys import Keys, Ragged, Rows
from accessreview.analysis.order import parents_first
from accessreview.analysis.principals import Principals
from accessreview.model.columns import Table


@dataclass(frozen=True, slots=True, eq=False)
class Memberships:
    """Who is in which group directly, and which principals that makes them.

    ``groups_of_account`` and ``groups_of_group`` are direct memberships by row number.
    ``reach`` holds a group's principals, its own included; ``named`` those that name an account
    itself. Account ``a`` is all principals of ``classes[class_of[a]]``; class 0 is nobody.
    """

    groups_of_account: Ragged
    groups_of_group: Ragged
    reach: tuple[int, ...]
    named: dict[int, int]
    classes: tuple[int, ...]
    class_of: Rows

    def principals_of(self, account: int) -> int:
        return self.classes[int(self.class_of[account])]


def close_memberships(
    members: Table, principals: Principals, accounts: Keys, groups: Keys, counts: tuple[int, int]
) -> Memberships:
    """Close all memberships; ``counts`` are the numbers of accounts and groups."""
    account_count, group_count = counts
    holder = groups.rows(members["group_source"], members["group"])
    member_account = accounts.rows(members["member_source"], members["member"])
    member_group = groups.rows(members["member_source"], members["member"])
    nested = (member_group >= 0) & (holder >= 0)
    child, parent = member_group[nested], holder[nested]
    joined = (member_account >= 0) & (holder >= 0)
    account, group = member_account[joined], holder[joined]
    reach = close_groups(child, parent, group_count, principals)
    named: dict[int, int] = {}
    for number, matches in enumerate(principals.matches):
        if not principals.is_group[number]:
            for match in matches:
                named[match] = named.get(match, 0) | 1 << number
    groups_of_account = Ragged(account, group, account_count)
    classes, class_of = _classify(groups_of_account, account_count, reach, named)
    return Memberships(
        groups_of_account=groups_of_account,
        groups_of_group=Ragged(child, parent, group_count),
        reach=reach,
        named=named,
        classes=classes,
        class_of=class_of,
    )


def close_groups(child: Rows, parent: Rows, count: int, principals: Principals) -> tuple[int, ...]:
    """The principals that each group is, by whatever nesting; cycles are one group."""
    own = [0] * count
    for number, matches in enumerate(principals.matches):
        if principals.is_group[number]:
            for match in matches:
                own[match] |= 1 << number
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
    groups_of_account: Ragged, count: int, reach: Sequence[int], named: dict[int, int]
) -> tuple[tuple[int, ...], Rows]:
    """Give accounts with equal principals one class."""
    kinds: dict[int, int] = {0: 0}
    kind_of_group = np.array([kinds.setdefault(mask, len(kinds)) for mask in reach], dtype=np.int64)
    masks = list(kinds)
    owner = np.repeat(np.arange(count), np.diff(groups_of_account.starts))
    kind = kind_of_group[groups_of_account.items] if len(owner) else owner
    pairs = np.unique(owner[kind > 0] * len(masks) + kind[kind > 0])
    owner, kind = np.divmod(pairs, len(masks))
    active, starts = np.unique(owner, return_index=True)
    ends = np.append(starts, len(owner))[1:].tolist()
    unions: dict[tuple[int, ...], int] = {}
    classes: dict[int, int] = {0: 0}
    class_of = np.zeros(count, dtype=np.int64)
    kinds_in_order = kind.tolist()
    for account, start, end in zip(active.tolist(), starts.tolist(), ends, strict=True):
        together = tuple(kinds_in_order[start:end])
        mask = unions.get(together)
        if mask is None:
            mask = 0
            for one in together:
                mask |= masks[one]
            unions[together] = mask
        mask |= named.get(account, 0)
        class_of[account] = classes.setdefault(mask, len(classes))
    for account, mask in named.items():
        if not class_of[account]:  # in no group that matters
            class_of[account] = classes.setdefault(mask, len(classes))
    return tuple(classes), class_of
