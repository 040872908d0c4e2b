"""An estate judged by a ruleset, kept so that it can be asked again after a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.merge import Sums, broken_places, findings, merge, sprawls
from accessreview.analysis.planes import Flags
from accessreview.analysis.population import LocalPopulation, Population
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.verdicts import Bench, Counts, Verdicts
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One vCenter: how it judges, whom it tells apart, and what it said of them."""

    bench: Bench
    local: LocalPopulation
    verdicts: Verdicts

    @classmethod
    def of(cls, vcenter: Vcenter, population: Population, ruleset: Ruleset) -> "Part":
        bench, local = Bench(vcenter, ruleset), population.within(vcenter)
        return cls(bench, local, bench.judge(local)[0])

    def again(self, bench: Bench, columns: Rows) -> "Part":
        """The same people, these columns judged anew by another bench."""
        rows = self.local.rows.take(columns)
        said, _ = bench.judge(LocalPopulation(self.local.sets, rows, self.local.row_of_kind))
        places, held = self.verdicts.places.copy(), self.verdicts.held.copy()
        places[:, columns], held[:, columns] = said.places, said.held
        return Part(bench, self.local, replace(self.verdicts, places=places, held=held))

    def with_kinds(self, masks: Sequence[Sequence[int]], same_as: Numbers) -> "Part":
        """Further kinds: those of ``same_as`` behave like a known one, -1 are judged by masks.

        ``masks`` gives the sets of principals of every kind's accounts.
        """
        new = np.flatnonzero(same_as < 0)
        principals = self.bench.vcenter.principals
        sets: dict[int, int] = {}
        rows: dict[tuple[int, ...], int] = {}
        column_of = np.full(len(same_as), -1, dtype=np.int32)
        known = np.flatnonzero(same_as >= 0)
        column_of[known] = self.verdicts.column_of[same_as[known]]
        first = len(self.local.rows)
        for kind in new.tolist():
            here = {mask & principals for mask in masks[kind]} - {0}
            row = tuple(sorted(sets.setdefault(m, len(self.local.sets) + len(sets)) for m in here))
            if row:
                column_of[kind] = rows.setdefault(row, first + len(rows))
        local = LocalPopulation(
            self.local.sets.followed_by(Sets.of_masks(tuple(sets))),
            self.local.rows.followed_by(Sets.of(tuple(rows))),
            np.concatenate((self.local.row_of_kind, column_of)),
        )
        places, held = self.verdicts.places, self.verdicts.held
        if rows:
            blank = np.zeros((len(places), len(rows)), dtype=np.int64)
            places = np.concatenate((places, blank), axis=1)
            held = np.concatenate((held, np.zeros((len(held), len(rows)), dtype=bool)), axis=1)
        verdicts = Verdicts(self.verdicts.vcenter, local.row_of_kind, places, held)
        part = Part(self.bench, local, verdicts)
        return part.again(self.bench, np.arange(first, first + len(rows))) if rows else part

    def columns_of(self, principals: Iterable[int]) -> Rows:
        """The columns with any of these principals, ascending."""
        concerned = np.zeros(len(self.local.sets), dtype=bool)
        for principal in principals:
            concerned[self.local.sets.holding(principal)] = True
        return np.unique(self.local.rows.owners()[concerned[self.local.rows.items]])


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """``parts`` are in the order of the estate's vCenters; kinds are numbered by ``population``."""

    estate: Estate
    ruleset: Ruleset
    population: Population
    parts: tuple[Part, ...]
    sums: Sums

    @classmethod
    def of(cls, estate: Estate, ruleset: Ruleset) -> "Standing":
        """Judge everything once."""
        population = Population.of(estate)
        parts = tuple(Part.of(vcenter, population, ruleset) for vcenter in estate.vcenters.values())
        sums = merge(ruleset, [part.verdicts for part in parts], population.sizes())
        return cls(estate, ruleset, population, parts, sums)

    def findings(self) -> Findings:
        """All that is broken now."""
        return findings(
            self.ruleset,
            self.sums,
            self.population.identities.names,
            self.population.kind_of,
            [part.verdicts.vcenter for part in self.parts],
        )


def sums_of_kinds(standing: Standing, kinds: Rows) -> tuple[Counts, Flags]:
    """What all vCenters say of some kinds, of shapes (rules, kinds) and (duties, kinds)."""
    places = np.zeros((len(standing.ruleset.rules), len(kinds)), dtype=np.int64)
    held = np.zeros((len(standing.ruleset.duties), len(kinds)), dtype=bool)
    for part in standing.parts:
        columns = part.verdicts.column_of[kinds]
        known = np.flatnonzero(columns >= 0)
        places[:, known] += part.verdicts.places[:, columns[known]]
        held[:, known] |= part.verdicts.held[:, columns[known]]
    return places, held


@dataclass(frozen=True, slots=True)
class Difference:
    """Findings that are new or have more or fewer places, and what stood there before."""

    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]


def difference(before: Standing, after: Standing, moved: Rows) -> Difference:
    """What changed between two standings of the same ruleset.

    ``moved`` are the identities that are of another kind now; those whose kind says something else
    are found here.
    """
    known = before.sums.places.shape[1]
    other = (before.sums.places != after.sums.places[:, :known]).any(axis=0)
    other |= (before.sums.held != after.sums.held[:, :known]).any(axis=0)
    changed = other[before.population.kind_of]
    changed[moved] = True
    identities = np.flatnonzero(changed)
    return Difference(
        *(
            tuple(sorted((*people, *vcenters), key=lambda finding: finding.key))
            for people, vcenters in zip(
                _of_people(before, after, identities), _of_vcenters(before, after), strict=True
            )
        )
    )


def _of_people(
    before: Standing, after: Standing, identities: Rows
) -> tuple[list[Finding], list[Finding]]:
    old, new = (_broken(standing, identities) for standing in (before, after))
    rule, at = np.nonzero(old != new)
    names, subjects = after.population.identities.names, identities[at].tolist()
    gained, lost = (
        [
            _finding(after, number, SubjectKind.IDENTITY, names[subject], count)
            for number, subject, count in zip(
                rule.tolist(), subjects, places[rule, at].tolist(), strict=True
            )
            if count
        ]
        for places in (new, old)
    )
    return gained, lost


def _broken(standing: Standing, identities: Rows) -> Counts:
    kinds, which = np.unique(standing.population.kind_of[identities], return_inverse=True)
    held: Flags = standing.sums.held[:, kinds]
    return broken_places(standing.ruleset, standing.sums.places[:, kinds], held)[:, which]


def _of_vcenters(before: Standing, after: Standing) -> tuple[list[Finding], list[Finding]]:
    old = sprawls(before.ruleset, before.sums.holders)
    new = sprawls(after.ruleset, after.sums.holders)
    gained: list[Finding] = []
    lost: list[Finding] = []
    for number, at in zip(*(part.tolist() for part in np.nonzero(old != new)), strict=True):
        subject = after.parts[at].verdicts.vcenter
        for holders, into in ((new, gained), (old, lost)):
            if count := int(holders[number, at]):
                into.append(_finding(after, number, SubjectKind.VCENTER, subject, count))
    return gained, lost


def _finding(
    standing: Standing, number: int, kind: SubjectKind, subject: str, places: int
) -> Finding:
    rule = standing.ruleset.rules[number]
    return Finding(FindingKey(rule.id, kind, subject), rule.kind, rule.severity, places)
