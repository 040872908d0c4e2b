"""One vCenter's part in every rule: in how many places each kind of identity breaks it there.

The parts of several vCenters, computed together or apart, add up to the whole (``merge.py``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.duties import DutyAtoms
from accessreview.analysis.evaluate import Evaluator
from accessreview.analysis.places import Areas, Places, Sites
from accessreview.analysis.planes import Flags, Words, at_least, counts, first, flags
from accessreview.analysis.population import LocalPopulation
from accessreview.analysis.sets import Numbers, Rows
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.policy import ConflictRule, Duty, Rule, Ruleset, Scope

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What one vCenter says, a column for each of its kinds of identity.

    ``places`` is of shape (rules, columns): the places within the vCenter where the rule is broken;
    for a scope beyond one vCenter 0. ``held`` is of shape (duties of the ruleset in order, columns)
    and says which duties are held on any entity. ``column_of`` gives each subject its column, -1
    for one whom no permission here names; what a subject is, is for the caller to say.
    """

    vcenter: str
    column_of: Numbers
    places: Counts
    held: Flags

    def of_subjects(self, kind_of: Numbers) -> "Verdicts":
        """The same, by what the subjects of now are part of."""
        return replace(self, column_of=self.column_of[kind_of])


def duties_of(rule: Rule) -> tuple[str, ...]:
    """The duties that a rule is about."""
    return rule.duties if isinstance(rule, ConflictRule) else (rule.duty,)


@dataclass(frozen=True, slots=True, eq=False)
class SiteMarks:
    """The first sites where each column breaks a rule: ``first[position, column]``, else -1."""

    sites: Sites
    first: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class AreaMarks:
    """Where each duty is first held: ``first[area, duty, column]`` numbers the area's, else -1."""

    areas: Areas
    first: Numbers


Marks = SiteMarks | AreaMarks


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """Where each rule may be broken, None for one that no single vCenter decides.

    ``whole`` is the vCenter as one area, for all duties in use.
    """

    whole: Areas
    of_rules: tuple[Sites | Areas | None, ...]

    @classmethod
    def of(cls, places: Places, ruleset: Ruleset, used: Sequence[Duty]) -> "Grounds":
        return cls(
            places.whole(used), tuple(_ground(places, ruleset, rule) for rule in ruleset.rules)
        )


def _ground(places: Places, ruleset: Ruleset, rule: Rule) -> Sites | Areas | None:
    duties: Sequence[Duty] = [ruleset.duties[name] for name in duties_of(rule)]
    if not isinstance(rule, ConflictRule) or rule.scope is Scope.OBJECT:
        return places.entities(duties, _threshold(rule))
    match rule.scope:
        case Scope.PLACEMENT:
            return places.placements(duties, rule.threshold)
        case Scope.DATACENTER:
            return places.datacenters(duties)
        case Scope.VCENTER:
            return places.whole(duties)
        case Scope.ANYWHERE:
            return None


class Bench:
    """One vCenter made ready to be judged by a ruleset, for any sets of principals."""

    def __init__(self, vcenter: Vcenter, ruleset: Ruleset, known: "Bench | None" = None) -> None:
        """``known`` is one of the same vCenter before a change; what still holds is taken over."""
        self.vcenter = vcenter
        same_regions = known is not None and known.vcenter.regions is vcenter.regions
        self.places: Places = (
            known.places if known is not None and same_regions else Places(vcenter)
        )
        self.ruleset = ruleset
        used = {name: ruleset.duties[name] for rule in ruleset.rules for name in duties_of(rule)}
        self._duties = DutyAtoms(vcenter, used)
        self._used = tuple(used)
        self._evaluator = Evaluator(vcenter, self._duties.atoms)
        self.grounds: Grounds = (
            known.grounds
            if known is not None and same_regions and known.ruleset is ruleset
            else Grounds.of(self.places, ruleset, tuple(used.values()))
        )

    def judge(
        self, local: LocalPopulation, keep: int = 0, only: Collection[int] | None = None
    ) -> tuple[Verdicts, tuple[Marks, ...]]:
        """The verdicts, and for each rule marks of the first ``keep`` places if any are wanted.

        With ``only`` the places of the other rules, by number, are left 0.
        """
        columns, rules = len(local.rows), self.ruleset.rules
        places = np.zeros((len(rules), columns), dtype=np.int64)
        held = np.zeros((len(self.ruleset.duties), columns), dtype=bool)
        order = {name: position for position, name in enumerate(self.ruleset.duties)}
        marks = self._unmarked(columns, keep)
        for rows, states in local.chunks(self.vcenter, self._evaluator):
            by_duty = {name: self._duties.held(name, states) for name in self._used}
            for position, name in enumerate(self._used):
                here = self.grounds.whole.unions[position].into(by_duty[name], 1)
                held[order[name], rows] = flags(here[0], len(rows))
            for number, rule in enumerate(rules):
                ground = self.grounds.of_rules[number]
                together = [by_duty[name] for name in duties_of(rule)]
                broken = None
                if ground is not None and (only is None or number in only):
                    broken = _broken(ground, together, _threshold(rule))
                    places[number, rows] = counts(broken, ground.sizes, len(rows))
                if marks:
                    _mark(marks[number], broken, together, rows)
        return Verdicts(self.vcenter.id, local.row_of_kind, places, held), marks

    def _unmarked(self, columns: int, keep: int) -> tuple[Marks, ...]:
        if not keep:
            return ()
        return tuple(
            SiteMarks(ground, np.full((keep, columns), -1, dtype=np.int32))
            if isinstance(ground, Sites)
            else self._unmarked_areas(ground, rule, columns)
            for ground, rule in zip(self.grounds.of_rules, self.ruleset.rules, strict=True)
        )

    def _unmarked_areas(self, ground: Areas | None, rule: Rule, columns: int) -> AreaMarks:
        duties = [self.ruleset.duties[name] for name in duties_of(rule)]
        areas = self.places.whole(duties) if ground is None else ground
        return AreaMarks(areas, np.full((len(areas), len(duties), columns), -1, dtype=np.int32))


def _threshold(rule: Rule) -> int:
    return rule.threshold if isinstance(rule, ConflictRule) else 1


def _broken(ground: Sites | Areas, held: Sequence[Words], threshold: int) -> Words:
    """Where so many of the duties are held, of shape (sites or areas, words)."""
    if not len(ground):
        return np.zeros((0, held[0].shape[1]), dtype=np.uint64)
    found = [
        union.into(planes, len(ground)) for union, planes in zip(ground.unions, held, strict=True)
    ]
    return at_least(found, [1] * len(found), threshold)


def _mark(marks: Marks, broken: Words | None, held: Sequence[Words], columns: Rows) -> None:
    count = len(columns)
    if isinstance(marks, SiteMarks):
        if broken is None:
            raise AssertionError("a rule of entities is broken in some site or in none")
        marks.first[:, columns] = first(broken, count, len(marks.first))
        return
    for duty, planes in enumerate(held):
        for area, regions in enumerate(marks.areas.regions[duty]):
            if len(regions):
                marks.first[area, duty, columns] = first(planes[regions], count)[0]
