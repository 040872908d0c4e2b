from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.model.assessment import Violation, ViolationState
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.policy import RuleKind, Severity
from accessreview.review.violations import Assessed, carry

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


def opened(day: int = 0) -> Violation:
    (violation,) = carry([], [FINDING], assessed(day), OF)
    return violation


def test_what_is_found_is_open_from_the_time_of_its_snapshot() -> None:
    violation = opened()
    assert (violation.state, violation.first_seen_at, violation.places) == (
        ViolationState.OPEN,
        START,
        2,
    )
    (seen,) = carry([violation], [replace(FINDING, places=5)], assessed(1), OF)
    assert (seen.first_seen_at, seen.last_seen_at, seen.places, seen.last_snapshot) == (
        START,
        START + timedelta(days=1),
        5,
        "s1",
    )


def test_a_complete_snapshot_without_it_closes_it() -> None:
    (violation,) = carry([opened()], [], assessed(1), OF)
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
    (violation,) = carry([opened()], [], assessed(1, **short), OF)
    assert violation.state is ViolationState.NOT_KNOWN
    (proven,) = carry([violation], [], assessed(2), OF)
    assert proven.state is ViolationState.CLOSED


def test_what_comes_back_is_open_again_since_it_was_first_seen() -> None:
    closed = carry([opened()], [], assessed(1), OF)
    (back,) = carry(closed, [FINDING], assessed(2), OF)
    assert (back.state, back.first_seen_at, back.closed_at) == (ViolationState.OPEN, START, None)


def test_what_is_closed_stays_closed_by_a_partial_snapshot() -> None:
    closed = carry([opened()], [], assessed(1), OF)
    assert carry(closed, [], assessed(2, is_complete=False), OF) == closed


def test_an_older_snapshot_changes_nothing() -> None:
    violation = opened(5)
    assert carry([violation], [], assessed(3), OF) == (violation,)
    closed = carry([violation], [], assessed(6), OF)
    assert carry(closed, [FINDING], assessed(5), OF) == closed
