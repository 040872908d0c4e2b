"""A ruleset against an estate: which rule is broken by whom, in how many places."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from accessreview.analysis.alike import cases
from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import ExampleWriter, Outline, Told
from accessreview.analysis.first_spots import first_spots
from accessreview.analysis.identities import enabled_accounts
from accessreview.analysis.merge import findings, merge
from accessreview.analysis.population import Population
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.analysis.spots import Spot, spots
from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.verdicts import Bench, Marks, Verdicts, duties_of
from accessreview.model.finding import Example, Finding
from accessreview.model.findings import Findings
from accessreview.model.policy import ConflictRule, Ruleset, Scope, SprawlRule

Progress = Callable[[int, int], None]
"""Told how many vCenters are done, of how many."""

_Judged = tuple[Bench, Verdicts, tuple[Marks, ...]]
Each = Callable[[Callable[[Vcenter], _Judged], Iterable[Vcenter]], Iterable[_Judged]]
"""Applies a function to every vCenter, in order like ``map``, one by one or several at once."""


def assess(
    estate: Estate, ruleset: Ruleset, *, each: Each = map, progress: Progress | None = None
) -> Findings:
    """Every rule that is broken; deterministic in snapshot and ruleset."""
    return judge(estate, ruleset, each=each, progress=progress).findings


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The examples of many findings, a row each, by finding and then in their order.

    ``finding`` counts the findings asked about, ``identity`` numbers ``Judgement.names``, and
    ``outline`` numbers ``outlines``.
    """

    finding: Rows
    identity: Rows
    outline: Rows
    outlines: Sequence[Outline]

    @classmethod
    def of(
        cls,
        finding: Rows,
        identity: Rows,
        different: Sequence[Sequence[Outline]],
        which: Rows,
    ) -> "Shown":
        """From what is shown of identities, each of which has one of some ``different`` rows."""
        sizes = np.array([*map(len, different)], dtype=np.int64)
        parts = Sets(np.append(0, np.cumsum(sizes)), np.arange(sizes.sum(), dtype=np.int32))
        parts = parts.take(which)
        return cls(
            np.repeat(finding, parts.sizes()),
            np.repeat(identity, parts.sizes()),
            parts.items.astype(np.int64),
            [outline for row in different for outline in row],
        )


class Judgement:
    """The findings of one ruleset, and on request places of each with the grants behind them."""

    def __init__(
        self,
        estate: Estate,
        ruleset: Ruleset,
        population: Population,
        judged: Sequence[_Judged],
        keep: int,
    ) -> None:
        self._estate = estate
        self._population = population
        self._judged = judged
        self._keep = keep
        self._ruleset = ruleset
        self._rules = {rule.id: (number, rule) for number, rule in enumerate(ruleset.rules)}
        self.findings = findings(
            ruleset,
            merge(ruleset, [verdicts for _, verdicts, _ in judged], population.sizes()),
            population.identities.names,
            population.kind_of,
            [bench.vcenter.id for bench, _, _ in judged],
        )

    @property
    def names(self) -> Sequence[str]:
        """The identities by number."""
        return self._population.identities.names

    @cached_property
    def accounts(self) -> Sets:
        """The enabled accounts of each identity, by number."""
        return self._population.identities.accounts(enabled_accounts(self._estate))

    def examples(self, finding: Finding) -> tuple[Example, ...]:
        """Its first places by vCenter and id, with the deciding grants behind every duty there.

        At most as many as were to be kept; of a sprawl, the first place of that many identities.
        """
        return tuple(each for told in self._told(finding) for each in self._writer.examples(told))

    def shown(self, rule: int, subjects: Rows) -> Shown:
        """The same of all findings of one rule about some subjects, as ``findings`` numbers both.

        What they have in common is found once: their examples differ by little more than names.
        """
        number, asked = self._rules[self.findings.rules[rule].id]
        if isinstance(asked, SprawlRule):
            first = len(self.findings.identities)
            told = [
                (finding, *each)
                for finding, subject in enumerate(subjects.tolist())
                for each in self._of_sprawl(number, self.findings.vcenters[subject - first])
            ]
            finding, identity = np.array([row[:2] for row in told], dtype=np.int64).reshape(-1, 2).T
            return Shown.of(finding, identity, [row[2] for row in told], np.arange(len(told)))
        identities = self._people[subjects]
        return Shown.of(np.arange(len(subjects)), identities, *self._outlined(number, identities))

    def _told(self, finding: Finding) -> Iterator[Told]:
        number, rule = self._rules[finding.key.rule]
        if isinstance(rule, SprawlRule):
            for identity, outlines in self._of_sprawl(number, finding.key.subject):
                yield Told(self.names[identity], self.accounts[identity], outlines)
            return
        identity = self._numbers[finding.key.subject]
        different, which = self._outlined(number, np.array([identity]))
        yield Told(finding.key.subject, self.accounts[identity], different[int(which[0])])

    def _of_sprawl(self, rule: int, vcenter: str) -> Iterator[tuple[int, tuple[Outline, ...]]]:
        """The first place of each identity shown."""
        for identity in islice(self._holders(rule, vcenter), self._keep):
            kind = int(self._population.kind_of[identity])
            found = islice(self._spots(rule, kind, vcenter), 1)
            of_account = map(self._estate.memberships.principals_of, self.accounts[identity])
            yield identity, self._writer.outlines(tuple(of_account), found)

    def _outlined(self, rule: int, identities: Rows) -> tuple[list[tuple[Outline, ...]], Rows]:
        """The different outlines of these identities, and which of them each has."""
        if not self._keep:
            return [()], np.zeros(len(identities), dtype=np.int64)
        kinds, kind_of = np.unique(self._population.kind_of[identities], return_inverse=True)
        found, spots_of = self._first_spots(rule, kinds)
        accounts, memberships = self.accounts.take(identities), self._estate.memberships
        different, which = cases(
            memberships.classes.sets,
            memberships.class_of[accounts.items],
            accounts,
            spots_of[kind_of],
            self._writer.near(found),
        )
        return [self._writer.outlines(masks, found[spot]) for spot, masks in different], which

    def _first_spots(self, rule: int, kinds: Numbers) -> tuple[list[tuple[Spot, ...]], Rows]:
        """What to show of these kinds, and which of that to show of each."""
        asked = self._ruleset.rules[rule]
        anywhere = isinstance(asked, ConflictRule) and asked.scope is Scope.ANYWHERE
        if self._keep > 1 and not anywhere:
            several = (islice(self._spots(rule, kind), self._keep) for kind in kinds.tolist())
            return [*map(tuple, several)], np.arange(len(kinds))
        marked = [(bench, marks[rule]) for bench, _, marks in self._judged]
        begins, columns = self._begins[rule, kinds], self._columns[kinds]
        found, which = first_spots(asked, marked, begins, columns)
        return [(spot,) for spot in found], which

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """The identities by name."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def _people(self) -> Rows:
        """The identities among the findings' subjects, in their order."""
        return np.array([self._numbers[name] for name in self.findings.identities], dtype=np.int64)

    @cached_property
    def _writer(self) -> ExampleWriter:
        rules, duties = self._ruleset.rules, self._ruleset.duties
        used = {name: duties[name] for rule in rules for name in duties_of(rule)}
        return ExampleWriter(self._estate, used)

    def _spots(self, rule: int, kind: int, only: str | None = None) -> Iterator[Spot]:
        """What can be shown of a kind, found only if somebody takes it."""
        first = int(self._begins[rule, kind])
        columns = self._columns[kind, first:].tolist()
        marked = (
            (bench, marks[rule], column)
            for (bench, _, marks), column in zip(self._judged[first:], columns, strict=True)
        )
        return spots(self._ruleset.rules[rule], marked, only=only)

    @cached_property
    def _columns(self) -> Numbers:
        """By kind and vCenter the column of the verdicts."""
        return np.stack([verdicts.column_of for _, verdicts, _ in self._judged], axis=1)

    @cached_property
    def _begins(self) -> Numbers:
        """By rule and kind the first vCenter with a place; 0 for a scope beyond one vCenter."""
        begins = np.zeros((len(self._ruleset.rules), len(self._population.kinds)), dtype=np.int32)
        for number in reversed(range(len(self._judged))):
            _, verdicts, _ = self._judged[number]
            known = np.flatnonzero(verdicts.column_of >= 0)
            rule, at = np.nonzero(verdicts.places[:, verdicts.column_of[known]])
            begins[rule, known[at]] = number
        return begins

    def _holders(self, rule: int, vcenter: str) -> Iterator[int]:
        """The identities behind a sprawl, by name."""
        verdicts = next(v for bench, v, _ in self._judged if bench.vcenter.id == vcenter)
        column = verdicts.column_of[self._population.kind_of]
        holds = (column >= 0) & (verdicts.places[rule] > 0)[column]
        names = self._population.identities.names
        yield from sorted(holds.nonzero()[0].tolist(), key=names.__getitem__)


def judge(
    estate: Estate,
    ruleset: Ruleset,
    *,
    keep: int = 0,
    each: Each = map,
    progress: Progress | None = None,
) -> Judgement:
    """Apply every rule; ``keep`` is how many places of each finding can be shown afterwards."""
    population = Population.of(estate)

    def judged(vcenter: Vcenter) -> _Judged:
        bench = Bench(vcenter, ruleset)
        return bench, *bench.judge(population.within(vcenter), keep)

    done: list[_Judged] = []
    for one in each(judged, estate.vcenters.values()):
        done.append(one)
        if progress is not None:
            progress(len(done), len(estate.vcenters))
    return Judgement(estate, ruleset, population, done, keep)
