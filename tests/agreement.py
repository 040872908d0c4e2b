"""The engine held against the naive reference: every pair, every explanation, every finding."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from accessreview.analysis.effective import effective_access, effective_privileges
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.rules import Judgement, judge
from accessreview.model.access import AccountRef, EntityRef, Grant
from accessreview.model.finding import Example
from accessreview.model.policy import ConflictRule, Rule, Ruleset, Scope, SprawlRule
from accessreview.model.snapshot import Snapshot
from accessreview.snapshot.check import check
from tests.estates import snapshot_of
from tests.reference import Key, Reference

Pair = tuple[Key, Key]
"""An account and an entity."""
SHOWN = 3
"""How many examples of a finding are looked at."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much was compared, and a sentence for each difference."""

    pairs: int
    findings: int
    differences: tuple[str, ...]


def compare(snapshot: Snapshot, ruleset: Ruleset) -> Agreement:
    """Everything that both can answer about an estate."""
    estate, reference = build_estate(snapshot), Reference(snapshot)
    expected, judgement = reference.findings(ruleset), judge(estate, ruleset, keep=SHOWN)
    differences = (
        *different_access(estate, reference),
        *different_findings(judgement, expected),
        *different_examples(judgement, reference, ruleset),
    )
    pairs = len(reference.accounts) * len(reference.entities)
    return Agreement(pairs, len(expected), differences)


def access_table(estate: Estate) -> dict[Pair, frozenset[str]]:
    """The engine's whole answer; a pair without any privilege is not in it."""
    return {
        ((r.account.source, r.account.id), (r.entity.vcenter, r.entity.id)): frozenset(r.privileges)
        for r in effective_access(estate)
    }


def different_access(estate: Estate, reference: Reference) -> Iterator[str]:
    """The table of all, the climb from one entity, and what explanations say decides."""
    table = access_table(estate)
    for account in reference.accounts:
        for entity in reference.entities:
            expected = reference.effective(account, entity)
            refs = AccountRef(*account), EntityRef(*entity)
            answers = {
                "the table": table.pop((account, entity), frozenset()),
                "the climb": effective_privileges(estate, *refs),
                "the explanation": _explained(estate, reference, *refs),
            }
            for name, answer in answers.items():
                if answer != expected:
                    yield f"{account} on {entity}: {name} {sorted(answer)}, not {sorted(expected)}"
    for pair in table:
        yield f"{pair}: in the table, but no such account or entity is known"


def _explained(
    estate: Estate, reference: Reference, account: AccountRef, entity: EntityRef
) -> frozenset[str]:
    deciding = [grant for grant in explain(estate, account, entity) if grant.decides]
    return _given(reference, deciding)


def _given(reference: Reference, grants: Iterable[Grant]) -> frozenset[str]:
    roles = {(g.permission.key.entity.vcenter, g.permission.role) for g in grants}
    return frozenset[str]().union(*(reference.privileges[role] for role in roles))


def different_findings(judgement: Judgement, expected: set[tuple[str, str, int]]) -> Iterator[str]:
    listed = [(f.key.rule, f.key.subject, f.places) for f in judgement.findings]
    found = set(listed)
    if len(listed) != len(found):
        yield "a finding is listed twice"
    for one in sorted(found - expected):
        yield f"the engine alone finds {one}"
    for one in sorted(expected - found):
        yield f"the engine does not find {one}"


def different_examples(
    judgement: Judgement, reference: Reference, ruleset: Ruleset
) -> Iterator[str]:
    """Places shown are places of the finding, each told with all duties held there."""
    people, rules = reference.identities(), {rule.id: rule for rule in ruleset.rules}
    for finding in judgement.findings:
        rule, examples = rules[finding.key.rule], judgement.examples(finding)
        shown = {e.identity if isinstance(rule, SprawlRule) else e.place for e in examples}
        if not len(shown) == len(examples) == min(SHOWN, finding.places):
            yield f"{finding}: {len(shown)} different examples of {len(examples)}"
        for example in examples:
            accounts = people.get(example.identity, [])
            if not _is_true(example, rule, ruleset, reference, accounts):
                yield f"{finding}: not so on {example.place} for {example.identity}"


def _is_true(
    example: Example, rule: Rule, ruleset: Ruleset, reference: Reference, accounts: list[Key]
) -> bool:
    scope, threshold = Scope.OBJECT, 1
    if isinstance(rule, ConflictRule):
        scope, threshold = rule.scope, rule.threshold
    names = rule.duties if isinstance(rule, ConflictRule) else (rule.duty,)
    place = reference.place(scope, (example.place.vcenter, example.place.id))
    held = {
        name
        for name in names
        if any(reference.holds(accounts, entity, ruleset.duties[name]) for entity in place)
    }
    return (
        len(held) >= threshold
        and held == example.grants.keys()
        and all(
            all(grant.decides for grant in grants)
            and reference.satisfied(_given(reference, grants), ruleset.duties[name])
            for name, grants in example.grants.items()
        )
    )


# ------------------------------------------------------------------------------------ shrinking

Rows = Mapping[str, list[tuple[str, ...]]]


def smallest(snapshot: Snapshot, wrong: Callable[[Snapshot], bool]) -> Snapshot:
    """Take rows away, many and then few at a time, for as long as ``wrong`` stays true."""
    rows: Rows = {name: list(table.rows()) for name, table in snapshot.tables.items()}
    shrinking = True
    while shrinking:
        shrinking = False
        for name in rows:
            size = len(rows[name])
            while size:
                for start in range(0, len(rows[name]), size):
                    fewer = {**rows, name: rows[name][:start] + rows[name][start + size :]}
                    if len(fewer[name]) < len(rows[name]) and _is_still(snapshot, fewer, wrong):
                        rows, shrinking = fewer, True
                size //= 2
    return _with(snapshot, rows)


def _is_still(snapshot: Snapshot, rows: Rows, wrong: Callable[[Snapshot], bool]) -> bool:
    smaller = _with(snapshot, rows)
    return not check(smaller.sources, smaller.tables) and wrong(smaller)


def _with(snapshot: Snapshot, rows: Rows) -> Snapshot:
    return replace(snapshot_of(rows), sources=snapshot.sources)
