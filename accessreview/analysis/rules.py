"""A ruleset against an estate: which rule is broken by whom, in how many places."""

from collections.abc import Iterator
from itertools import islice

from accessreview.analysis.duties import DutyBits
from accessreview.analysis.estate import Estate
from accessreview.analysis.examples import ExampleWriter
from accessreview.analysis.places import Places
from accessreview.analysis.population import Population
from accessreview.analysis.tally import AreaTally, SiteTally
from accessreview.model.finding import Example, Finding, FindingKey, SubjectKind
from accessreview.model.policy import ConflictRule, ReachRule, Rule, Ruleset, Scope, SprawlRule

Tally = SiteTally | AreaTally


def assess(estate: Estate, ruleset: Ruleset, *, examples: int = 3) -> tuple[Finding, ...]:
    """Every rule that is broken, by the finding's key; deterministic in snapshot and ruleset.

    Each finding carries at most ``examples`` of its places, the first by vCenter and id, with the
    deciding grants behind every duty there. A sprawl shows that many of its identities.
    """
    population = Population.of(estate)
    tallies = [(rule, _tally(rule, ruleset, examples)) for rule in ruleset.rules]
    used = {name: ruleset.duties[name] for rule in ruleset.rules for name in _duties(rule)}
    for vcenter in estate.vcenters.values():
        local, places, tests = population.within(vcenter), Places(vcenter), DutyBits(vcenter, used)
        for _, tally in tallies:
            tally.begin(vcenter, places, local)
        for start, states in local.chunks(vcenter, tests.bit_of_role, tests.words):
            held = {duty: tests.held(duty, states) for duty in used}
            for _, tally in tallies:
                tally.see(start, held)
    writer = ExampleWriter(estate, used)
    findings = [
        *_of_identities(population, tallies, writer, examples),
        *_of_vcenters(population, tallies, writer, examples),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.key))


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
    population: Population,
    tallies: list[tuple[Rule, Tally]],
    writer: ExampleWriter,
    examples: int,
) -> Iterator[Finding]:
    broken: dict[int, list[tuple[Rule, Tally, int]]] = {}
    for rule, tally in tallies:
        if isinstance(rule, SprawlRule):
            continue
        allowed = rule.max_objects if isinstance(rule, ReachRule) else 0
        places = tally.places(len(population.kinds))
        for kind in (places > allowed).nonzero()[0].tolist():
            broken.setdefault(kind, []).append((rule, tally, int(places[kind])))
    for identity, kind in population.kind_of.items():
        if kind in broken:
            writer.turn_to(identity, population.accounts_of[identity])
        for rule, tally, count in broken.get(kind, ()):
            yield Finding(
                key=FindingKey(rule.id, SubjectKind.IDENTITY, identity),
                kind=rule.kind,
                severity=rule.severity,
                places=count,
                examples=tuple(map(writer.write, islice(tally.spots(kind), examples))),
            )


def _of_vcenters(
    population: Population,
    tallies: list[tuple[Rule, Tally]],
    writer: ExampleWriter,
    examples: int,
) -> Iterator[Finding]:
    sizes = population.sizes()
    for rule, tally in tallies:
        if not (isinstance(rule, SprawlRule) and isinstance(tally, SiteTally)):
            continue
        for count in tally.seen:
            holds = count.of_kinds() > 0
            holders = int(sizes[holds].sum())
            if holders <= rule.max_identities:
                continue
            shown: list[Example] = []
            who = (name for name, kind in population.kind_of.items() if holds[kind])
            for identity in islice(who, examples):
                writer.turn_to(identity, population.accounts_of[identity])
                spots = tally.spots(population.kind_of[identity], count.vcenter)
                shown.extend(map(writer.write, islice(spots, 1)))
            yield Finding(
                key=FindingKey(rule.id, SubjectKind.VCENTER, count.vcenter.id),
                kind=rule.kind,
                severity=rule.severity,
                places=holders,
                examples=tuple(shown),
            )
