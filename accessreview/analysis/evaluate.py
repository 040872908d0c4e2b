"""What many sets of principals hold in every region of a vCenter, as bit planes.

An *atom* is a set of roles of which one is enough for something: for a rule a pattern, for a plain
answer a single role. What several roles, paths or accounts of one person give adds up by a bitwise
or of atoms; duties are put together from atoms afterwards.
"""

from collections.abc import Iterator

import numpy as np

from accessreview.analysis.planes import WORD, Flags, Union, Words, of_sets
from accessreview.analysis.sets import Rows, Sets
from accessreview.analysis.vcenter import Vcenter

_ENOUGH = 1 << 21
"""Words of state held at once; bounds memory and keeps it near the processor, not results."""

_FEW = 16
"""Words of columns that are evaluated together at least."""


def columns_at_once(vcenter: Vcenter, atoms: int) -> int:
    """How many sets are best evaluated together."""
    return WORD * max(_FEW, _ENOUGH // max(1, len(vcenter.regions) * atoms))


class Evaluator:
    """One vCenter's permissions, arranged for ``atoms``: of shape (roles, atoms)."""

    def __init__(self, vcenter: Vcenter, atoms: Flags) -> None:
        entries, regions = vcenter.entries, vcenter.regions
        self.atoms = atoms.shape[1]
        self._bearing = len(regions.bearing)
        self._regions = len(regions)
        used, plane = np.unique(entries.principal, return_inverse=True)
        self._planes = len(used)
        self._plane_of = np.full(vcenter.principals.bit_length() + 1, -1, dtype=np.int32)
        self._plane_of[used] = np.arange(len(used), dtype=np.int32)
        region = regions.of_entity[entries.node]
        self._own = _Entries(region, plane, entries.direct, atoms[entries.role])
        kept = entries.propagates
        self._passed = _Entries(
            region[kept], plane[kept], entries.direct[kept], atoms[entries.role[kept]]
        )
        self._levels = list(_levels(regions.inherits[: self._bearing]))
        later = regions.inherits[self._bearing :]
        sizes = [len(above) for above in later]
        self._inheriting = Union(
            np.repeat(np.arange(len(later)), sizes), _flat(later) if later else _nothing()
        )

    def states(self, sets: Sets) -> Words:
        """Planes of shape (regions, atoms, words), a column a set of ``sets``.

        Items of the sets that no permission of this vCenter names are passed over.
        """
        items = np.minimum(sets.items, len(self._plane_of) - 1)
        principals = of_sets(Sets(sets.starts, items), self._plane_of, self._planes)
        shape = (self._bearing, self.atoms, principals.shape[1])
        own, decided = self._own.planes(principals, shape)
        passed, stopped = self._passed.planes(principals, shape)
        states = np.zeros((self._regions, *shape[1:]), dtype=np.uint64)
        states[: self._bearing] = own
        for above in self._levels:
            inherited = above.of(passed)
            states[above.keys] |= inherited & ~decided[above.keys, None]
            passed[above.keys] |= inherited & ~stopped[above.keys, None]
        states[self._bearing + self._inheriting.keys] = self._inheriting.of(passed)
        return states


class _Entries:
    """The entries on the bearing nodes, those that name accounts replacing those of groups."""

    def __init__(self, region: Rows, plane: Rows, direct: Flags, atoms: Flags) -> None:
        self._kinds = []
        for kind in (~direct, direct):
            entry, atom = np.nonzero(atoms[kind])
            self._kinds.append(
                (
                    Union(region[kind], plane[kind]),
                    Union(region[kind][entry] * atoms.shape[1] + atom, plane[kind][entry]),
                )
            )

    def planes(self, principals: Words, shape: tuple[int, int, int]) -> tuple[Words, Words]:
        """What is given, of this shape, and where any entry applies, of (bearing, words)."""
        (group, by_group), (account, by_account) = self._kinds
        bearing, atoms, _ = shape
        given = by_group.into(principals, bearing * atoms).reshape(shape)
        applies = group.into(principals, bearing)
        if len(account):
            replaced = account.into(principals, bearing)
            given[account.keys] &= ~replaced[account.keys, None]
            given |= by_account.into(principals, bearing * atoms).reshape(shape)
            applies |= replaced
        return given, applies


def _levels(inherits: tuple[tuple[int, ...], ...]) -> Iterator[Union]:
    """For each depth below the bearing nodes that inherit nothing: who inherits from whom."""
    depth: list[int] = []
    at: dict[int, list[int]] = {}
    for region, above in enumerate(inherits):
        depth.append(1 + max((depth[source] for source in above), default=-1))
        at.setdefault(depth[region], []).append(region)
    for level in sorted(at.keys() - {0}):
        keys = [region for region in at[level] for _ in inherits[region]]
        yield Union(np.array(keys, dtype=np.int64), _flat([inherits[r] for r in at[level]]))


def _flat(lists: "tuple[tuple[int, ...], ...] | list[tuple[int, ...]]") -> Rows:
    return np.array([item for each in lists for item in each], dtype=np.int64)


def _nothing() -> Rows:
    return np.zeros(0, dtype=np.int64)
