"""A ruleset against an estate: which rule is broken by whom, in how many places."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import ExampleWriter, Outline, Told
from accessreview.analysis.identities import enabled_accounts
from accessreview.analysis.merge import findings, merge
from accessreview.analysis.population import Population
from accessreview.analysis.sets import Numbers, Sets
from accessreview.analysis.spots import Spot, spot_of_site, spots
from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.verdicts import Bench, Marks, SiteMarks, Verdicts, duties_of
from accessreview.model.finding import Example, Finding
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset, SprawlRule

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
        self._shown: dict[tuple[int, int, int], Spot] = {}
        self._rules = {rule.id: (number, rule) for number, rule in enumerate(ruleset.rules)}
        self.findings = findings(
            ruleset,
            merge(ruleset, [verdicts for _, verdicts, _ in judged], population.sizes()),
            population.identities.names,
            population.kind_of,
            [bench.vcenter.id for bench, _, _ in judged],
        )

    def person(self, identity: str) -> int:
        """The number of an identity, as ``told_of`` takes it."""
        return self._telling.numbers[identity]

    def accounts_of(self, identity: int) -> Sequence[int]:
        """The enabled accounts of an identity, as ``told_of`` counts them."""
        return self._telling.accounts[identity]

    def number_of_rule(self, rule: str) -> int:
        """The number of a rule by its id, as ``told_of`` takes it."""
        return self._rules[rule][0]

    def examples(self, finding: Finding) -> tuple[Example, ...]:
        """Its first places by vCenter and id, with the deciding grants behind every duty there.

        At most as many as were to be kept; of a sprawl, the first place of that many identities.
        """
        return tuple(
            each for told in self.told(finding) for each in self._telling.writer.examples(told)
        )

    def told(self, finding: Finding) -> Iterator[Told]:
        """The same examples, by identity, as outlines.

        They are equal for identities whose accounts are, one after the other, of equal classes.
        """
        number, rule = self._rules[finding.key.rule]
        if isinstance(rule, SprawlRule):
            return self.told_of_sprawl(number, finding.key.subject)
        return iter((self.told_of(number, self.person(finding.key.subject)),))

    def told_of(self, rule: int, identity: int) -> Told:
        """The examples of a finding about an identity, both by number."""
        outlines = self._outlined(rule, identity, None)
        name = self._population.identities.names[identity]
        return Told(name, self._telling.accounts[identity], outlines)

    def told_of_sprawl(self, rule: int, vcenter: str) -> Iterator[Told]:
        """The examples of a finding about a vCenter: the first place of each identity shown."""
        for identity in islice(self._holders(rule, vcenter), self._keep):
            outlines = self._outlined(rule, identity, vcenter)
            name = self._population.identities.names[identity]
            yield Told(name, self._telling.accounts[identity], outlines)

    def _outlined(self, rule: int, identity: int, only: str | None) -> tuple[Outline, ...]:
        if not self._keep:
            return ()
        found = self._spots(rule, self._telling.kinds[identity], only)
        return self._telling.writer.outlines(self._telling.accounts[identity], found)

    @cached_property
    def _telling(self) -> "_Telling":
        return _Telling.of(self._estate, self._ruleset, self._population)

    def _spots(self, rule: int, kind: int, only: str | None) -> Iterator[Spot]:
        """What to show of a kind, found only if somebody takes it: kinds come again and again."""
        first = int(self._begins[rule, kind])
        if self._keep == 1 and only is None:
            bench, verdicts, marks = self._judged[first]
            mark, column = marks[rule], verdicts.column_of[kind]
            if isinstance(mark, SiteMarks):  # a site shows the same place to everybody
                place = int(mark.sites.first[mark.first[0, column]])
                spot = self._shown.get((rule, first, place))
                if spot is None:
                    spot = spot_of_site(self._ruleset.rules[rule], bench, place)
                    self._shown[rule, first, place] = spot
                yield spot
                return
        columns = self._columns[kind, first:].tolist()
        marked = (
            (bench, marks[rule], column)
            for (bench, _, marks), column in zip(self._judged[first:], columns, strict=True)
            if column >= 0
        )
        found = spots(self._ruleset.rules[rule], marked, only=only)
        yield from islice(found, self._keep if only is None else 1)

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


@dataclass(frozen=True, slots=True, eq=False)
class _Telling:
    """What only examples need: identities by name, their enabled accounts and kinds by number."""

    writer: ExampleWriter
    numbers: Mapping[str, int]
    accounts: Sets
    kinds: Sequence[int]

    @classmethod
    def of(cls, estate: Estate, ruleset: Ruleset, population: Population) -> "_Telling":
        identities = population.identities
        used = {name: ruleset.duties[name] for rule in ruleset.rules for name in duties_of(rule)}
        return cls(
            writer=ExampleWriter(estate, used),
            numbers={name: number for number, name in enumerate(identities.names)},
            accounts=identities.accounts(enabled_accounts(estate)),
            kinds=population.kind_of.tolist(),
        )


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
