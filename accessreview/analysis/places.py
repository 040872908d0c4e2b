"""Where duties can meet in one vCenter: entities, placements, datacenters, the whole.

Places in which the same regions count for the same duties are one site, with a size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.planes import Flags, Union
from accessreview.analysis.sets import Numbers, Rows, Sets, distinct
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.duties import counts_on
from accessreview.model.policy import Duty

_COMPUTE = frozenset({"ComputeResource", "ClusterComputeResource"})


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Sites in the order of their first place by id.

    A duty may be held in the regions that ``unions[duty]`` has under the site's number.
    ``site_of`` gives the site of every entity by id that is a place, else -1.
    """

    sizes: Rows
    first: Rows
    unions: tuple[Union, ...]
    site_of: Numbers

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Large places by id: for each duty the regions that count, and an entity of each.

    ``regions[duty][area]`` come in the order of these entities' ids.
    """

    places: Sequence[int]
    regions: tuple[tuple[Rows, ...], ...]
    entities: tuple[tuple[Rows, ...], ...]
    unions: tuple[Union, ...]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def sizes(self) -> Rows:
        """Each counts once."""
        return np.ones(len(self.places), dtype=np.int64)


class Places:
    """The places of one vCenter, gathered once for all rules."""

    def __init__(self, vcenter: Vcenter) -> None:
        self._inventory = inventory = vcenter.inventory
        self.by_id = np.array(inventory.by_id, dtype=np.int64)
        self._rank = np.zeros(len(inventory.ids), dtype=np.int64)
        self._rank[self.by_id] = np.arange(len(self.by_id))
        self._regions = len(vcenter.regions)
        self._region = vcenter.regions.of_entity
        kinds: dict[str, int] = {}
        self._kind = np.array(
            [kinds.setdefault(each, len(kinds)) for each in inventory.types], dtype=np.int64
        )
        self._kinds = tuple(kinds)
        cells, cell = np.unique(self._region * len(kinds) + self._kind, return_inverse=True)
        self._cell: Rows = cell
        self._region_of_cell, self._kind_of_cell = np.divmod(cells, len(kinds))

    def placed_together(self, machine: int) -> tuple[int, ...]:
        """A machine, what it is placed on, and the compute resources of the hosts among that."""
        inventory = self._inventory
        found = {machine: None}
        for on in inventory.placed_on.get(machine, ()):
            found[on] = None
            above = inventory.parent[on] if inventory.types[on] == "HostSystem" else -1
            if above >= 0 and inventory.types[above] in _COMPUTE:
                found[above] = None
        return tuple(found)

    def entities(self, duties: Sequence[Duty], threshold: int) -> Sites:
        """Every entity where at least ``threshold`` of the duties can count."""
        single = Sets(np.arange(len(self.by_id) + 1), self._cell[self.by_id].astype(np.int32))
        return self._sites(single, self.by_id, duties, threshold)

    def placements(self, duties: Sequence[Duty], threshold: int) -> Sites:
        """Every virtual machine with what it is placed on."""
        types = self._inventory.types
        machines = [entity for entity in self.by_id.tolist() if types[entity] == "VirtualMachine"]
        together = [self.placed_together(machine) for machine in machines]
        owners = np.repeat(np.arange(len(machines)), [len(each) for each in together])
        cells = self._cell[np.array([e for each in together for e in each], dtype=np.int64)]
        sets = Sets.of_pairs(owners, cells, len(machines))
        return self._sites(sets, np.array(machines, dtype=np.int64), duties, threshold)

    def datacenters(self, duties: Sequence[Duty]) -> Areas:
        """Every datacenter with all that lies in it, by id."""
        around = self._inventory.datacenters()
        order = [dc for dc in self.by_id.tolist() if self._inventory.types[dc] == "Datacenter"]
        number = {datacenter: area for area, datacenter in enumerate(order)}
        pairs = [
            (number[datacenter], entity)
            for entity in self.by_id.tolist()
            for datacenter in around[entity]
        ]
        area, entity = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return self._areas(order, area, entity, duties)

    def whole(self, duties: Sequence[Duty]) -> Areas:
        return self._areas([0], np.zeros_like(self.by_id), self.by_id, duties)

    def _counting(self, duty: Duty) -> Flags:
        """In which cells the duty counts."""
        kinds = np.array([counts_on(duty, kind) for kind in self._kinds], dtype=bool)
        return kinds[self._kind_of_cell]

    def _areas(
        self, places: Sequence[int], area: Rows, entity: Rows, duties: Sequence[Duty]
    ) -> Areas:
        """From pairs of area and entity, the entities of each in the order of their ids."""
        regions, entities, unions = [], [], []
        for duty in duties:
            counts = self._counting(duty)[self._cell[entity]]
            where, what = area[counts], entity[counts]
            _, first = np.unique(where * self._regions + self._region[what], return_index=True)
            # the first of each area and region, in the order of areas and then of ids
            first = first[np.lexsort((self._rank[what[first]], where[first]))]
            where, what = where[first], what[first]
            bounds = np.searchsorted(where, np.arange(1, len(places)))
            regions.append(tuple(np.split(self._region[what], bounds)))
            entities.append(tuple(np.split(what, bounds)))
            unions.append(Union(where, self._region[what]))
        return Areas(places, tuple(regions), tuple(entities), tuple(unions))

    def _sites(self, cells: Sets, places: Rows, duties: Sequence[Duty], threshold: int) -> Sites:
        """``cells`` holds the cells of each of ``places``, which are in the order of their ids."""
        alike, number = distinct(cells)
        owners, region = alike.owners(), self._region_of_cell[alike.items]
        counting = [self._counting(duty)[alike.items] for duty in duties]
        where = [
            Sets.of_pairs(owners[counts], region[counts] + position * self._regions, len(alike))
            for position, counts in enumerate(counting)
        ]
        possible = sum((each.sizes() > 0 for each in where), np.zeros(len(alike), dtype=np.int64))
        everything = Sets.of_pairs(
            np.concatenate([each.owners() for each in where]),
            np.concatenate([each.items for each in where]),
            len(alike),
        )
        keep = possible >= threshold
        # places whose duties count in the same regions are one site
        merged, site = distinct(everything.take(np.flatnonzero(keep)))
        site_of_alike = np.full(len(alike), -1, dtype=np.int64)
        site_of_alike[keep] = site - 1
        site_of_place = site_of_alike[number]
        held = np.flatnonzero(site_of_place >= 0)
        _, first = np.unique(site_of_place[held], return_index=True)
        order = np.argsort(first)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        site_of_place[held] = rank[site_of_place[held]]
        merged = merged.take(order + 1)
        duty, region = np.divmod(merged.items, self._regions)
        owners = merged.owners()
        site_of = np.full(len(self.by_id), -1, dtype=np.int32)
        site_of[self._rank[places]] = site_of_place
        return Sites(
            sizes=np.bincount(site_of_place[held], minlength=len(merged)),
            first=places[held[first[order]]],
            unions=tuple(
                Union(owners[duty == position], region[duty == position])
                for position in range(len(duties))
            ),
            site_of=site_of,
        )
