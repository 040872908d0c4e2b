"""The first spot where each kind of identity breaks a rule, found for many kinds at once."""

from collections.abc import Sequence

import numpy as np

from accessreview.analysis.sets import Numbers, Rows
from accessreview.analysis.spots import Spot, spot_of_site
from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.verdicts import AreaMarks, Bench, Marks, SiteMarks, duties_of
from accessreview.model.policy import ConflictRule, Rule, Scope

Marked = Sequence[tuple[Bench, Marks]]


def first_spots(
    rule: Rule, marked: Marked, begins: Numbers, columns: Numbers
) -> tuple[list[Spot], Rows]:
    """The different first spots of some kinds that break the rule, and which each kind has.

    ``marked`` gives each vCenter and its marks of this rule, ``columns`` the columns there of each
    kind, a row a kind, and ``begins`` the vCenter where each kind has its first place.
    """
    if isinstance(rule, ConflictRule) and rule.scope is Scope.ANYWHERE:
        rows = _anywhere(rule, marked, columns)
    else:
        rows = _within(rule, marked, begins, columns)
    different, which = np.unique(rows, axis=0, return_inverse=True)
    return [_spot(rule, marked, row) for row in different.tolist()], which.reshape(-1)


def _within(rule: Rule, marked: Marked, begins: Numbers, columns: Numbers) -> Rows:
    """By kind the vCenter, the site or area, and for areas where in it each duty is held."""
    threshold = rule.threshold if isinstance(rule, ConflictRule) else 1
    rows = np.full((len(columns), 2 + len(duties_of(rule))), -1, dtype=np.int64)
    for number in np.unique(begins).tolist():
        here, mark = np.flatnonzero(begins == number), marked[number][1]
        rows[here, 0] = number
        if isinstance(mark, SiteMarks):
            rows[here, 1] = mark.first[0, columns[here, number]]
            continue
        for area in reversed(range(len(mark.areas))):
            at = mark.first[area][:, columns[here, number]].T
            broken = (at >= 0).sum(axis=1) >= threshold
            rows[here[broken], 1], rows[here[broken], 2:] = area, at[broken]
    return rows


def _anywhere(rule: Rule, marked: Marked, columns: Numbers) -> Rows:
    """By kind the first vCenter where each duty is held, then where in it each is held."""
    duties = len(duties_of(rule))
    rows = np.full((len(columns), 2 * duties), -1, dtype=np.int64)
    where, held = rows[:, :duties], rows[:, duties:]
    for number, (_, mark) in reversed([*enumerate(marked)]):
        if isinstance(mark, AreaMarks):
            here = np.flatnonzero(columns[:, number] >= 0)
            at = np.full((len(columns), duties), -1, dtype=np.int64)
            at[here] = mark.first[0][:, columns[here, number]].T
            where[at >= 0], held[at >= 0] = number, at[at >= 0]
    return rows


def _spot(rule: Rule, marked: Marked, row: Sequence[int]) -> Spot:
    if isinstance(rule, ConflictRule) and rule.scope is Scope.ANYWHERE:
        half = len(row) // 2
        return Spot(None, 0, _where(rule, marked, row[:half], 0, row[half:]))
    number, place, *held = row
    bench, mark = marked[number]
    if isinstance(mark, SiteMarks):
        return spot_of_site(rule, bench, int(mark.sites.first[place]))
    where = _where(rule, marked, [number] * len(held), place, held)
    return Spot(bench.vcenter, mark.areas.places[place], where)


def _where(
    rule: Rule, marked: Marked, numbers: Sequence[int], area: int, held: Sequence[int]
) -> dict[str, Sequence[tuple[Vcenter, int]]]:
    found: dict[str, Sequence[tuple[Vcenter, int]]] = {}
    for position, (duty, number, at) in enumerate(zip(duties_of(rule), numbers, held, strict=True)):
        bench, mark = marked[number]
        if at >= 0 and isinstance(mark, AreaMarks):
            found[duty] = [(bench.vcenter, int(mark.areas.entities[position][area][at]))]
    return found
