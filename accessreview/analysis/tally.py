"""How often one rule is broken by each kind of identity, vCenter after vCenter, and where first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.keys import Rows
from accessreview.analysis.places import Area, Places, Sites
from accessreview.analysis.population import LocalPopulation
from accessreview.analysis.vcenter import Flags, Vcenter
from accessreview.model.policy import Duty, Scope

Held = Mapping[str, Flags]
"""By duty: where it is held, as (regions, rows)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a rule is broken: an entity, a whole vCenter (0), or everything (no vCenter).

    ``where`` lists, for each duty, entities on one of which it is held if it is held there at all.
    """

    vcenter: Vcenter | None
    place: int
    where: Mapping[str, Sequence[tuple[Vcenter, int]]]


@dataclass(frozen=True, slots=True, eq=False)
class _SiteCount:
    """One vCenter's answer: ``places[row]``, and the numbers of its first sites, -1 for none."""

    vcenter: Vcenter
    map: Places
    sites: Sites
    row_of_kind: Rows
    places: Rows
    first: Rows

    def of_kinds(self) -> Rows:
        if not len(self.places):
            return np.zeros_like(self.row_of_kind)
        return np.where(self.row_of_kind >= 0, self.places[self.row_of_kind], 0)


class SiteTally:
    """For rules whose places are entities, or virtual machines with what they are placed on."""

    def __init__(
        self, duties: Sequence[Duty], threshold: int, *, placements: bool, keep: int
    ) -> None:
        self._duties = duties
        self._threshold = threshold
        self._placements = placements
        self._keep = keep
        self.seen: list[_SiteCount] = []

    def begin(self, vcenter: Vcenter, places: Places, local: LocalPopulation) -> None:
        gather = places.placements if self._placements else places.entities
        rows = len(local.rows)
        self.seen.append(
            _SiteCount(
                vcenter,
                places,
                gather(self._duties, self._threshold),
                local.row_of_kind,
                np.zeros(rows, dtype=np.int64),
                np.full((self._keep, rows), -1, dtype=np.int64),
            )
        )

    def see(self, start: int, held: Held) -> None:
        now = self.seen[-1]
        if not now.sites.places:
            return
        broken, columns = self._broken(now.sites, held), next(iter(held.values())).shape[1]
        sites = np.flatnonzero(broken.any(axis=1))
        rows = np.flatnonzero(np.unpackbits(np.bitwise_or.reduce(broken), count=columns))
        if not len(rows):
            return
        # (rows, sites), so that the first site of a row is found by reading on
        table = np.unpackbits(broken[sites], axis=1, count=columns).T[rows].astype(bool)
        sizes = now.sites.sizes()[sites].astype(np.float64)  # exact below 2 ** 53
        now.places[start + rows] = (table @ sizes).astype(np.int64)
        every = np.arange(len(rows))
        for position in range(self._keep):
            at = table.argmax(axis=1)
            now.first[position, start + rows] = np.where(table[every, at], sites[at], -1)
            table[every, at] = False

    def _broken(self, sites: Sites, held: Held) -> NDArray[np.uint8]:
        """Where ``threshold`` duties are held, as (sites, rows), eight rows to a byte."""
        width = -(-next(iter(held.values())).shape[1] // 8)
        shape = (len(sites.places), width)
        at_least = [np.full(shape, 255, dtype=np.uint8)]
        at_least += [np.zeros(shape, dtype=np.uint8) for _ in range(self._threshold)]
        for number, duty in enumerate(self._duties):
            if len(sites.sites[number]):
                packed = np.packbits(held[duty.id], axis=1)[sites.regions[number]]
                one = np.zeros(shape, dtype=np.uint8)
                one[sites.sites[number]] = np.bitwise_or.reduceat(packed, sites.starts[number])
                for count in range(self._threshold, 0, -1):
                    at_least[count] |= at_least[count - 1] & one
        return at_least[self._threshold]

    def places(self, kinds: int) -> Rows:
        """Per kind of identity, over all vCenters."""
        return sum((now.of_kinds() for now in self.seen), np.zeros(kinds, dtype=np.int64))

    def spots(self, kind: int, only: Vcenter | None = None) -> Iterator[Spot]:
        """The first places, by vCenter and id; one of each site, then more of the same sites."""
        for now in self.seen:
            row = int(now.row_of_kind[kind])
            if row < 0 or only not in (None, now.vcenter):
                continue
            sites = [site for site in now.first[:, row].tolist() if site >= 0]
            chosen = [now.sites.places[site][0] for site in sites]
            chosen += [place for site in sites for place in now.sites.places[site][1 : self._keep]]
            for place in chosen[: self._keep]:
                together = now.map.placed_together(place) if self._placements else (place,)
                near = [(now.vcenter, entity) for entity in together]
                yield Spot(now.vcenter, place, {duty.id: near for duty in self._duties})


@dataclass(frozen=True, slots=True, eq=False)
class _AreaCount:
    """One vCenter's answer: ``first[area, duty, row]`` points into the area's entities, or -1."""

    vcenter: Vcenter
    areas: tuple[Area, ...]
    row_of_kind: Rows
    first: NDArray[np.int32]

    def of_kinds(self) -> NDArray[np.int32]:
        if not self.first.shape[2]:
            return np.full((*self.first.shape[:2], len(self.row_of_kind)), -1, dtype=np.int32)
        found = self.first[:, :, self.row_of_kind]
        return np.where(self.row_of_kind >= 0, found, np.int32(-1))


class AreaTally:
    """For rules whose places are datacenters, vCenters, or everything at once."""

    def __init__(self, duties: Sequence[Duty], threshold: int, scope: Scope) -> None:
        self._duties = duties
        self._threshold = threshold
        self._scope = scope
        self._seen: list[_AreaCount] = []

    def begin(self, vcenter: Vcenter, places: Places, local: LocalPopulation) -> None:
        areas: tuple[Area, ...] = (
            places.datacenters(self._duties)
            if self._scope is Scope.DATACENTER
            else (places.whole(self._duties),)
        )
        shape = (len(areas), len(self._duties), len(local.rows))
        first = np.full(shape, -1, dtype=np.int32)
        self._seen.append(_AreaCount(vcenter, areas, local.row_of_kind, first))

    def see(self, start: int, held: Held) -> None:
        now = self._seen[-1]
        for number, area in enumerate(now.areas):
            for position, duty in enumerate(self._duties):
                if len(area.regions[position]):
                    table = np.ascontiguousarray(held[duty.id][area.regions[position]].T)
                    at = table.argmax(axis=1)
                    yes = table[np.arange(len(table)), at]
                    into = now.first[number, position, start : start + len(table)]
                    into[:] = np.where(yes, at, -1)

    def places(self, kinds: int) -> Rows:
        """Per kind of identity, over all vCenters; everything at once is one place."""
        if self._scope is Scope.ANYWHERE:
            held = np.zeros((len(self._duties), kinds), dtype=bool)
            for now in self._seen:
                held |= now.of_kinds()[0] >= 0
            everywhere: Rows = (held.sum(axis=0) >= self._threshold).astype(np.int64)
            return everywhere
        counts = np.zeros(kinds, dtype=np.int64)
        for now in self._seen:
            met = (now.of_kinds() >= 0).sum(axis=1) >= self._threshold
            counts += met.sum(axis=0)
        return counts

    def spots(self, kind: int) -> Iterator[Spot]:
        """Every place, by vCenter and id."""
        everywhere: dict[str, Sequence[tuple[Vcenter, int]]] = {}
        for now in self._seen:
            row = int(now.row_of_kind[kind])
            if row < 0:
                continue
            for number, area in enumerate(now.areas):
                found = {
                    duty.id: [(now.vcenter, area.entities[position][at])]
                    for position, duty in enumerate(self._duties)
                    if (at := int(now.first[number, position, row])) >= 0
                }
                if self._scope is Scope.ANYWHERE:
                    everywhere = {**found, **everywhere}
                elif len(found) >= self._threshold:
                    yield Spot(now.vcenter, area.place, found)
        if self._scope is Scope.ANYWHERE and len(everywhere) >= self._threshold:
            yield Spot(None, 0, everywhere)
