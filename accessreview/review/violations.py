"""Findings over time: which violations are open, closed, or no longer known."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.model.assessment import Violation, ViolationState
from accessreview.model.finding import Finding, FindingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What an assessment looked at: a snapshot with its sources, and the rules of a ruleset."""

    snapshot: str
    taken_at: datetime
    is_complete: bool
    sources: frozenset[str]
    rules: frozenset[str]


def carry(
    known: Iterable[Violation],
    findings: Iterable[Finding],
    assessed: Assessed,
    sources_of: Mapping[str, frozenset[str]],
    doubtful: Collection[FindingKey] = frozenset(),
) -> tuple[Violation, ...]:
    """Every violation as it stands after an assessment, in the order of their keys.

    What was found is open, again if need be. What was not found is closed only when the snapshot is
    complete, has every source that the violation was last seen with (``sources_of`` has them by
    snapshot), its rule was asked at all, and it is not ``doubtful``; otherwise it is not known. A
    snapshot older than the one that judged a violation last changes nothing of it.
    """
    before = {violation.key: violation for violation in known}
    found = {finding.key: finding for finding in findings}
    return tuple(_carried(before, found, assessed, sources_of, doubtful))


def _carried(
    before: Mapping[FindingKey, Violation],
    found: Mapping[FindingKey, Finding],
    assessed: Assessed,
    sources_of: Mapping[str, frozenset[str]],
    doubtful: Collection[FindingKey],
) -> Iterator[Violation]:
    for key in sorted({*before, *found}):
        violation = before.get(key)
        if violation is not None and _judged_at(violation) > assessed.taken_at:
            yield violation
        elif key in found:
            opened = _opened(found[key], assessed)
            first = opened.first_seen_at if violation is None else violation.first_seen_at
            yield replace(opened, first_seen_at=first)
        elif violation is not None and violation.state is not ViolationState.CLOSED:
            conclusive = (
                assessed.is_complete
                and sources_of[violation.last_snapshot] <= assessed.sources
                and key.rule in assessed.rules
                and key not in doubtful
            )
            yield (
                replace(violation, state=ViolationState.CLOSED, closed_at=assessed.taken_at)
                if conclusive
                else replace(violation, state=ViolationState.NOT_KNOWN)
            )
        elif violation is not None:
            yield violation


def _opened(finding: Finding, assessed: Assessed) -> Violation:
    return Violation(
        key=finding.key,
        severity=finding.severity,
        state=ViolationState.OPEN,
        places=finding.places,
        first_seen_at=assessed.taken_at,
        last_seen_at=assessed.taken_at,
        last_snapshot=assessed.snapshot,
    )


def _judged_at(violation: Violation) -> datetime:
    return max(violation.last_seen_at, violation.closed_at or violation.last_seen_at)
