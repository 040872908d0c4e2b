"""Where duties can meet in one vCenter: entities, placements, datacenters, the whole.

Places in which the same regions count for the same duties are one site, with a size.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.keys import Rows
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.duties import counts_on
from accessreview.model.policy import Duty

_COMPUTE = frozenset({"ComputeResource", "ClusterComputeResource"})


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Sites in the order of their first place by id.

    ``places`` lists a site's entities by id. For each duty: ``sites[d]`` are those where it may be
    held, and it is held there if it is in any of the regions that begin at ``starts[d]`` in
    ``regions[d]``.
    """

    places: tuple[tuple[int, ...], ...]
    sites: tuple[Rows, ...]
    starts: tuple[Rows, ...]
    regions: tuple[Rows, ...]

    def sizes(self) -> Rows:
        return np.array([len(places) for places in self.places], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """One large place: for each duty the regions that count, and an entity of each.

    Regions come in the order of these entities' ids.
    """

    place: int
    regions: tuple[Rows, ...]
    entities: tuple[tuple[int, ...], ...]


class Places:
    """The places of one vCenter, gathered once for all rules."""

    def __init__(self, vcenter: Vcenter) -> None:
        self._inventory = inventory = vcenter.inventory
        self._rank = {entity: rank for rank, entity in enumerate(inventory.by_id)}
        self._region: list[int] = vcenter.regions.of_entity.tolist()
        self._cells: dict[tuple[int, str], list[int]] = defaultdict(list)
        for entity in inventory.by_id:
            self._cells[self._cell(entity)].append(entity)
        self._placements: dict[frozenset[tuple[int, str]], list[int]] = defaultdict(list)
        for entity in inventory.by_id:
            if inventory.types[entity] == "VirtualMachine":
                together = frozenset(map(self._cell, self.placed_together(entity)))
                self._placements[together].append(entity)

    def placed_together(self, machine: int) -> tuple[int, ...]:
        """A machine, what it is placed on, and the compute resources of the hosts among that."""
        inventory = self._inventory
        found = {machine: None}
        for on in inventory.placed_on.get(machine, ()):
            found[on] = None
            parent = inventory.above[on][0] if inventory.above[on] else 0
            if inventory.types[on] == "HostSystem" and inventory.types[parent] in _COMPUTE:
                found[parent] = None
        return tuple(found)

    def entities(self, duties: Sequence[Duty], threshold: int) -> Sites:
        """Every entity where at least ``threshold`` of the duties can count."""
        return self._sites(
            (([cell], entities) for cell, entities in self._cells.items()), duties, threshold
        )

    def placements(self, duties: Sequence[Duty], threshold: int) -> Sites:
        """Every virtual machine with what it is placed on."""
        return self._sites(self._placements.items(), duties, threshold)

    def datacenters(self, duties: Sequence[Duty]) -> tuple[Area, ...]:
        """Every datacenter with all that lies in it, by id."""
        inside: dict[int, list[int]] = defaultdict(list)
        datacenters = self._inventory.datacenters()
        for entity in self._inventory.by_id:
            for datacenter in datacenters[entity]:
                inside[datacenter].append(entity)
        order = sorted(inside, key=self._rank.__getitem__)
        return tuple(self._area(place, inside[place], duties) for place in order)

    def whole(self, duties: Sequence[Duty]) -> Area:
        return self._area(0, self._inventory.by_id, duties)

    def _cell(self, entity: int) -> tuple[int, str]:
        return self._region[entity], self._inventory.types[entity]

    def _area(self, place: int, entities: Iterable[int], duties: Sequence[Duty]) -> Area:
        first: dict[tuple[int, str], int] = {}
        for entity in entities:
            first.setdefault(self._cell(entity), entity)
        regions, chosen = [], []
        for duty in duties:
            counting: dict[int, int] = {}
            for (region, kind), entity in first.items():
                if counts_on(duty, kind):
                    counting.setdefault(region, entity)
            regions.append(np.array(list(counting), dtype=np.int64))
            chosen.append(tuple(counting.values()))
        return Area(place, tuple(regions), tuple(chosen))

    def _sites(
        self,
        groups: Iterable[tuple[Iterable[tuple[int, str]], Sequence[int]]],
        duties: Sequence[Duty],
        threshold: int,
    ) -> Sites:
        merged: dict[tuple[tuple[int, ...], ...], list[int]] = defaultdict(list)
        for cells, places in groups:
            some = tuple(cells)
            key = tuple(
                tuple(sorted({region for region, kind in some if counts_on(duty, kind)}))
                for duty in duties
            )
            if sum(map(bool, key)) >= threshold:
                merged[key].extend(places)
        for places in merged.values():
            places.sort(key=self._rank.__getitem__)
        order = sorted(merged, key=lambda key: self._rank[merged[key][0]])
        packed = [self._packed([key[duty] for key in order]) for duty in range(len(duties))]
        sites, starts, regions = zip(*packed, strict=True)
        return Sites(tuple(tuple(merged[key]) for key in order), sites, starts, regions)

    @staticmethod
    def _packed(lists: Sequence[tuple[int, ...]]) -> tuple[Rows, Rows, Rows]:
        lengths = np.array([len(regions) for regions in lists], dtype=np.int64)
        sites = np.flatnonzero(lengths)
        starts = np.cumsum(lengths[sites]) - lengths[sites]
        flat = np.array([region for regions in lists for region in regions], dtype=np.int64)
        return sites, starts, flat
