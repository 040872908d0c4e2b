"""Some entities of one vCenter, and the part of its permissions that can matter to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from accessreview.analysis.keys import Rows
from accessreview.analysis.membership import mask_of
from accessreview.analysis.vcenter import Vcenter


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """``vcenter`` without the regions that do not matter; ``sizes`` counts the entities by region.

    A region of size 0 is there because others inherit from it.
    """

    vcenter: Vcenter
    sizes: Rows

    @classmethod
    def of(cls, vcenter: Vcenter, entities: Rows) -> "Area":
        regions = vcenter.regions
        sizes = np.bincount(regions.of_entity[entities], minlength=len(regions))
        waiting: list[int] = np.flatnonzero(sizes).tolist()
        needed = set(waiting)
        for region in waiting:  # grows while it is walked
            new = [above for above in regions.inherits[region] if above not in needed]
            needed.update(new)
            waiting.extend(new)
        kept = np.array(sorted(needed), dtype=np.int64)
        return cls(_only(vcenter, kept), sizes[kept])


def _only(vcenter: Vcenter, kept: Rows) -> Vcenter:
    """The vCenter with these regions alone, which inherit from no others."""
    regions, entries = vcenter.regions, vcenter.entries
    number = np.full(len(regions), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    numbers: list[int] = number.tolist()
    bearing = [regions.bearing[r] for r in kept.tolist() if r < len(regions.bearing)]
    of_entity = number[regions.of_entity]
    inside = entries.only(of_entity[entries.node] >= 0)
    return replace(
        vcenter,
        regions=replace(
            regions,
            bearing=tuple(bearing),
            inherits=tuple(
                tuple(numbers[above] for above in regions.inherits[r]) for r in kept.tolist()
            ),
            of_entity=of_entity,
        ),
        entries=inside,
        at={node: vcenter.at[node] for node in bearing},
        principals=mask_of(np.unique(inside.principal).tolist()),
    )


def entities_under(vcenter: Vcenter, entity: int) -> Rows:
    """The entity and all that have it among their ancestors on any path; everything is under 0."""
    above = vcenter.inventory.above
    if entity == 0:
        return np.arange(len(above))
    counts = np.fromiter(map(len, above), dtype=np.int64, count=len(above))
    parents = np.fromiter(chain.from_iterable(above), dtype=np.int64, count=int(counts.sum()))
    return reached_from(entity, parents, np.repeat(np.arange(len(above)), counts), len(above))


def reached_from(start: int, tails: Rows, heads: Rows, count: int) -> Rows:
    """All that the arrows from ``tails`` to ``heads`` lead to from ``start``, itself included."""
    arrows = coo_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(count, count))
    found = breadth_first_order(arrows.tocsr(), start, return_predecessors=False)
    return np.sort(found).astype(np.int64)


def of_types(vcenter: Vcenter, entities: Rows, types: Sequence[str] | frozenset[str]) -> Rows:
    """Those of the entities that are of one of these types; all of them if there are none."""
    if not types:
        return entities
    kinds = vcenter.inventory.types
    return np.array([e for e in entities.tolist() if kinds[e] in types], dtype=np.int64)
