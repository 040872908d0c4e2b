"""A ruleset against an estate: which rule is broken by whom, in how many places."""

from collections.abc import Iterator, Sequence
from itertools import islice

from accessreview.analysis.duties import DutyBits
from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import ExampleWriter, Told
from accessreview.analysis.places import Places
from accessreview.analysis.population import Population
from accessreview.analysis.tally import AreaTally, SiteTally
from accessreview.model.finding import Example, Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import ConflictRule, ReachRule, Rule, Ruleset, Scope, SprawlRule

Tally = SiteTally | AreaTally


def assess(estate: Estate, ruleset: Ruleset) -> Findings:
    """Every rule that is broken; deterministic in snapshot and ruleset."""
    return judge(estate, ruleset).findings


class Judgement:
    """The findings of one ruleset, and on request places of each with the grants behind them."""

    def __init__(
        self,
        estate: Estate,
        ruleset: Ruleset,
        population: Population,
        tallies: Sequence[tuple[Rule, Tally]],
        keep: int,
    ) -> None:
        self._population = population
        self._tallies = {rule.id: (rule, tally) for rule, tally in tallies}
        self._keep = keep
        used = {name: ruleset.duties[name] for rule in ruleset.rules for name in _duties(rule)}
        self._writer = ExampleWriter(estate, used)
        self.findings = Findings.of(
            [*_of_identities(population, tallies), *_of_vcenters(population, tallies)]
        )

    def examples(self, finding: Finding) -> tuple[Example, ...]:
        """Its first places by vCenter and id, with the deciding grants behind every duty there.

        At most as many as were to be kept; of a sprawl, the first place of that many identities.
        """
        return tuple(each for told in self.told(finding) for each in self._writer.examples(told))

    def told(self, finding: Finding) -> Iterator[Told]:
        """The same examples, by identity, as outlines that identities of equal classes share."""
        rule, tally = self._tallies[finding.key.rule]
        population, subject, tell = self._population, finding.key.subject, self._writer.tell
        if not isinstance(rule, SprawlRule):
            spots = islice(tally.spots(population.kind_of[subject]), self._keep)
            yield tell(rule.id, subject, population.accounts_of[subject], spots)
            return
        if not isinstance(tally, SiteTally):
            raise TypeError("a sprawl is counted by entities")
        count = next(now for now in tally.seen if now.vcenter.id == subject)
        holds = count.of_kinds() > 0
        who = (name for name, kind in population.kind_of.items() if holds[kind])
        for identity in islice(who, self._keep):
            spots = islice(tally.spots(population.kind_of[identity], count.vcenter), 1)
            yield tell((rule.id, subject), identity, population.accounts_of[identity], spots)


def judge(estate: Estate, ruleset: Ruleset, *, keep: int = 0) -> Judgement:
    """Apply every rule; ``keep`` is how many places of each finding can be shown afterwards."""
    population = Population.of(estate)
    tallies = [(rule, _tally(rule, ruleset, keep)) for rule in ruleset.rules]
    used = {name: ruleset.duties[name] for rule in ruleset.rules for name in _duties(rule)}
    for vcenter in estate.vcenters.values():
        local, places, tests = population.within(vcenter), Places(vcenter), DutyBits(vcenter, used)
        for _, tally in tallies:
            tally.begin(vcenter, places, local)
        for start, states in local.chunks(vcenter, tests.bit_of_role, tests.words):
            held = {duty: tests.held(duty, states) for duty in used}
            for _, tally in tallies:
                tally.see(start, held)
    return Judgement(estate, ruleset, population, tallies, keep)


def _duties(rule: Rule) -> tuple[str, ...]:
    return rule.duties if isinstance(rule, ConflictRule) else (rule.duty,)


def _tally(rule: Rule, ruleset: Ruleset, examples: int) -> Tally:
    duties = [ruleset.duties[name] for name in _duties(rule)]
    if not isinstance(rule, ConflictRule):
        return SiteTally(duties, 1, placements=False, keep=max(1, examples))
    if rule.scope in (Scope.OBJECT, Scope.PLACEMENT):
        placements = rule.scope is Scope.PLACEMENT
        return SiteTally(duties, rule.threshold, placements=placements, keep=examples)
    return AreaTally(duties, rule.threshold, rule.scope)


def _of_identities(
    population: Population, tallies: Sequence[tuple[Rule, Tally]]
) -> Iterator[Finding]:
    broken: dict[int, list[tuple[Rule, int]]] = {}
    for rule, tally in tallies:
        if isinstance(rule, SprawlRule):
            continue
        allowed = rule.max_objects if isinstance(rule, ReachRule) else 0
        places = tally.places(len(population.kinds))
        for kind in (places > allowed).nonzero()[0].tolist():
            broken.setdefault(kind, []).append((rule, int(places[kind])))
    for identity, kind in population.kind_of.items():
        for rule, count in broken.get(kind, ()):
            key = FindingKey(rule.id, SubjectKind.IDENTITY, identity)
            yield Finding(key, rule.kind, rule.severity, count)


def _of_vcenters(
    population: Population, tallies: Sequence[tuple[Rule, Tally]]
) -> Iterator[Finding]:
    sizes = population.sizes()
    for rule, tally in tallies:
        if not (isinstance(rule, SprawlRule) and isinstance(tally, SiteTally)):
            continue
        for count in tally.seen:
            holders = int(sizes[count.of_kinds() > 0].sum())
            if holders > rule.max_identities:
                key = FindingKey(rule.id, SubjectKind.VCENTER, count.vcenter.id)
                yield Finding(key, rule.kind, rule.severity, holders)
