"""The first places where a kind of identity breaks a rule, from the marks of every vCenter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.verdicts import AreaMarks, Bench, Marks, SiteMarks, duties_of
from accessreview.model.duties import counts_on
from accessreview.model.policy import ConflictRule, Rule, Scope


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a rule is broken: an entity, a whole vCenter (0), or everything (no vCenter).

    ``where`` lists, for each duty, entities on one of which it is held if it is held there at all.
    """

    vcenter: Vcenter | None
    place: int
    where: Mapping[str, Sequence[tuple[Vcenter, int]]]


def spots(
    rule: Rule, marked: Iterable[tuple[Bench, Marks, int]], *, only: str | None = None
) -> Iterator[Spot]:
    """Places by vCenter and id, as many as are marked; of each site one before further ones.

    ``marked`` gives each vCenter, its marks of this rule and the column of the kind there. The one
    spot of a scope beyond one vCenter is for ``first_spots`` to find.
    """
    for bench, marks, column in marked:
        if column < 0 or only not in (None, bench.vcenter.id):
            continue
        if isinstance(marks, SiteMarks):
            yield from _of_sites(rule, bench, marks, column)
        elif isinstance(rule, ConflictRule):
            for number, place in enumerate(marks.areas.places):
                found = _held(rule, bench, marks, column, number)
                if len(found) >= rule.threshold:
                    yield Spot(bench.vcenter, place, found)


def _of_sites(rule: Rule, bench: Bench, marks: SiteMarks, column: int) -> Iterator[Spot]:
    keep = len(marks.first)
    numbers = [site for site in marks.first[:, column].tolist() if site >= 0]
    places = [int(marks.sites.first[site]) for site in numbers]
    if len(places) < keep:
        places += islice(_further(bench, marks, numbers, keep), keep - len(places))
    for place in places:
        yield spot_of_site(rule, bench, place)


def spot_of_site(rule: Rule, bench: Bench, place: int) -> Spot:
    """An entity, or a virtual machine with what it is placed on, as a place of the rule."""
    together = isinstance(rule, ConflictRule) and rule.scope is Scope.PLACEMENT
    entities = bench.places.placed_together(place) if together else (place,)
    types = bench.vcenter.inventory.types
    where = {
        name: [
            (bench.vcenter, entity)
            for entity in entities
            if counts_on(bench.ruleset.duties[name], types[entity])
        ]
        for name in duties_of(rule)
    }
    return Spot(bench.vcenter, place, where)


def _further(bench: Bench, marks: SiteMarks, numbers: Sequence[int], keep: int) -> Iterator[int]:
    """More places of the same sites, of each site those after its first by id."""
    for site in numbers:
        if marks.sites.sizes[site] > 1:
            alike = np.flatnonzero(marks.sites.site_of == site)[1:keep]
            for rank in alike.tolist():
                yield int(bench.places.by_id[rank])


def _held(
    rule: ConflictRule, bench: Bench, marks: AreaMarks, column: int, area: int
) -> dict[str, Sequence[tuple[Vcenter, int]]]:
    first = marks.first[area, :, column].tolist()
    return {
        duty: [(bench.vcenter, int(marks.areas.entities[position][area][at]))]
        for position, (duty, at) in enumerate(zip(rule.duties, first, strict=True))
        if at >= 0
    }
