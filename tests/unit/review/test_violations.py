from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model.assessment import Violation, ViolationState
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import RuleKind, Severity
from accessreview.model.violations import ViolationTable
from accessreview.review.violations import Assessed, carry, missing

START = datetime(2026, 3, 2, tzinfo=UTC)
KEY = FindingKey("SOD-1", SubjectKind.IDENTITY, "dan")
FINDING = Finding(KEY, RuleKind.CONFLICT, Severity.CRITICAL, 2)
SOURCES = frozenset({"vc", "dir"})
OF = {f"s{day}": SOURCES for day in range(9)}


def assessed(day: int, **changes: object) -> Assessed:
    base = Assessed(
        snapshot=f"s{day}",
        taken_at=START + timedelta(days=day),
        is_complete=True,
        sources=SOURCES,
        rules=frozenset({"SOD-1"}),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def after(
    known: Iterable[Violation],
    findings: Iterable[Finding],
    assessed: Assessed,
    doubtful: frozenset[FindingKey] = frozenset(),
) -> tuple[Violation, ...]:
    """All violations as they stand afterwards, by key."""
    known, findings = list(known), Findings.of(findings)
    standing = {each.key: each for each in known}
    for table in carry(ViolationTable.of(known), findings, assessed, OF, doubtful):
        standing |= {each.key: each for each in table}
    return tuple(standing[key] for key in sorted(standing))


def opened(day: int = 0) -> Violation:
    (violation,) = after([], [FINDING], assessed(day))
    return violation


def test_what_is_found_is_open_from_the_time_of_its_snapshot() -> None:
    violation = opened()
    assert (violation.state, violation.first_seen_at, violation.places) == (
        ViolationState.OPEN,
        START,
        2,
    )
    (seen,) = after([violation], [replace(FINDING, places=5)], assessed(1))
    assert (seen.first_seen_at, seen.last_seen_at, seen.places, seen.last_snapshot) == (
        START,
        START + timedelta(days=1),
        5,
        "s1",
    )


def test_a_complete_snapshot_without_it_closes_it() -> None:
    (violation,) = after([opened()], [], assessed(1))
    assert (violation.state, violation.closed_at) == (
        ViolationState.CLOSED,
        START + timedelta(days=1),
    )
    assert violation.last_snapshot == "s0"


@pytest.mark.parametrize(
    "short",
    [{"is_complete": False}, {"sources": frozenset({"vc"})}, {"rules": frozenset({"OTHER"})}],
    ids=["partial", "a source is missing", "the rule was not asked"],
)
def test_nothing_is_closed_by_what_was_not_looked_at(short: dict[str, object]) -> None:
    (violation,) = after([opened()], [], assessed(1, **short))
    assert violation.state is ViolationState.NOT_KNOWN
    (proven,) = after([violation], [], assessed(2))
    assert proven.state is ViolationState.CLOSED


def test_what_comes_back_is_open_again_since_it_was_first_seen() -> None:
    closed = after([opened()], [], assessed(1))
    (back,) = after(closed, [FINDING], assessed(2))
    assert (back.state, back.first_seen_at, back.closed_at) == (ViolationState.OPEN, START, None)


def test_what_is_closed_stays_closed_by_a_partial_snapshot() -> None:
    closed = after([opened()], [], assessed(1))
    assert after(closed, [], assessed(2, is_complete=False)) == closed


def test_an_older_snapshot_changes_nothing() -> None:
    violation = opened(5)
    assert after([violation], [], assessed(3)) == (violation,)
    closed = after([violation], [], assessed(6))
    assert after(closed, [FINDING], assessed(5)) == closed


def test_what_is_doubtful_is_not_known() -> None:
    (violation,) = after([opened()], [], assessed(1), frozenset({KEY}))
    assert violation.state is ViolationState.NOT_KNOWN
    (other,) = after([opened()], [], assessed(1), frozenset({replace(KEY, subject="amy")}))
    assert other.state is ViolationState.CLOSED


def test_what_is_missing_is_neither_found_nor_closed() -> None:
    closed = replace(opened(), key=replace(KEY, subject="amy"), state=ViolationState.CLOSED)
    known = ViolationTable.of([opened(), closed])
    assert [each.key for each in missing(known, Findings.of([]))] == [KEY]
    assert list(missing(known, Findings.of([FINDING]))) == []


def carried(
    known: Iterable[Violation], findings: Iterable[Finding], assessed: Assessed
) -> tuple[Violation, ...]:
    """The same one by one, as plainly as it can be said."""
    before = {violation.key: violation for violation in known}
    found = {finding.key: finding for finding in findings}
    standing = []
    for key in sorted({*before, *found}):
        violation = before.get(key)
        if violation and max(violation.last_seen_at, violation.closed_at or START) > (
            assessed.taken_at
        ):
            standing.append(violation)
        elif key in found:
            standing.append(
                Violation(
                    key=key,
                    severity=found[key].severity,
                    state=ViolationState.OPEN,
                    places=found[key].places,
                    first_seen_at=violation.first_seen_at if violation else assessed.taken_at,
                    last_seen_at=assessed.taken_at,
                    last_snapshot=assessed.snapshot,
                )
            )
        elif violation and violation.state is not ViolationState.CLOSED:
            conclusive = assessed.is_complete and key.rule in assessed.rules
            standing.append(
                replace(violation, state=ViolationState.CLOSED, closed_at=assessed.taken_at)
                if conclusive and OF[violation.last_snapshot] <= assessed.sources
                else replace(violation, state=ViolationState.NOT_KNOWN)
            )
        elif violation:
            standing.append(violation)
    return tuple(standing)


FOUND = st.dictionaries(
    st.builds(
        FindingKey,
        st.sampled_from(["SOD-1", "SOD-2"]),
        st.sampled_from(SubjectKind),
        st.sampled_from(["amy", "dan", "vc"]),
    ),
    st.integers(1, 3),
).map(
    lambda found: [
        Finding(key, RuleKind.CONFLICT, Severity.CRITICAL, places) for key, places in found.items()
    ]
)
LOOKS = st.builds(
    lambda day, complete, sources, rules: assessed(
        day, is_complete=complete, sources=sources, rules=rules
    ),
    st.integers(0, 8),
    st.booleans(),
    st.sampled_from([SOURCES, frozenset({"vc"})]),
    st.sampled_from([frozenset({"SOD-1"}), frozenset({"SOD-1", "SOD-2"})]),
)


@given(st.lists(st.tuples(FOUND, LOOKS), max_size=6))
def test_all_at_once_is_as_one_by_one(looks: list[tuple[list[Finding], Assessed]]) -> None:
    standing: tuple[Violation, ...] = ()
    for findings, look in looks:
        expected = carried(standing, findings, look)
        assert after(standing, findings, look) == expected
        standing = expected
