"""Findings over time: which violations are open, closed, or no longer known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from accessreview.model.assessment import ViolationState
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.violations import Coded, Truths, ViolationTable

_NOWHERE = -1
_KINDS = (SubjectKind.IDENTITY, SubjectKind.VCENTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What an assessment looked at: a snapshot with its sources, and the rules of a ruleset."""

    snapshot: str
    taken_at: datetime
    is_complete: bool
    sources: frozenset[str]
    rules: frozenset[str]


def carry(
    known: ViolationTable,
    findings: Findings,
    assessed: Assessed,
    sources_of: Mapping[str, frozenset[str]],
    doubtful: Collection[FindingKey] = frozenset(),
) -> tuple[ViolationTable, ViolationTable]:
    """The violations that an assessment tells something of: those found, those that are not.

    What was found is open, again if need be. What was not found is closed only when the snapshot is
    complete, has every source that the violation was last seen with (``sources_of`` has them by
    snapshot for all that are ``missing``), its rule was asked at all, and it is not ``doubtful``;
    otherwise it is not known. A snapshot older than the one that judged a violation last changes
    nothing of it.
    """
    row_of = _rows_of(known, findings)
    later = _judged_after(known, assessed.taken_at)
    opened = _opened(known, findings, row_of, later, assessed)
    absent = _absent(known, row_of)
    missed = known.take(absent[~later[absent]])
    return opened, _missed(missed, assessed, sources_of, doubtful)


def missing(known: ViolationTable, findings: Findings) -> ViolationTable:
    """The violations that are not closed and not among the findings."""
    return known.take(_absent(known, _rows_of(known, findings)))


def _rows_of(known: ViolationTable, findings: Findings) -> NDArray[np.int64]:
    """By finding, the row of its violation; ``_NOWHERE`` when it is none yet."""
    verdict, subject = findings.rows
    width = max(1, len(findings.class_of))
    wanted = findings.rule[verdict].astype(np.int64) * width + subject
    keys = _keys(known, findings, width)
    at = np.searchsorted(wanted, keys)
    hit = np.flatnonzero((keys >= 0) & (at < len(wanted)))
    hit = hit[wanted[at[hit]] == keys[hit]]
    rows = np.full(len(wanted), _NOWHERE, dtype=np.int64)
    rows[at[hit]] = hit
    return rows


def _keys(known: ViolationTable, findings: Findings, width: int) -> NDArray[np.int64]:
    """The numbers that the findings would have for these violations; ``_NOWHERE`` for none."""
    numbers = {rule.id: number for number, rule in enumerate(findings.rules)}
    rules = np.array([numbers.get(id_, _NOWHERE) for id_ in known.rule.values], dtype=np.int64)
    subjects = np.full(len(known), _NOWHERE, dtype=np.int64)
    first = 0
    for kind, names in zip(_KINDS, (findings.identities, findings.vcenters), strict=True):
        number = {name: at for at, name in enumerate(names, first)}
        first += len(number)
        rows = np.flatnonzero(
            known.subject_kind.where(v is kind for v in known.subject_kind.values)
        )
        subjects[rows] = [number.get(known.subject[row], _NOWHERE) for row in rows.tolist()]
    rule = rules[known.rule.codes] if len(rules) else subjects
    return np.where((rule >= 0) & (subjects >= 0), rule * width + subjects, _NOWHERE)


def _absent(known: ViolationTable, row_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows that are not closed and stand for no finding."""
    absent = _not_in(known.state, ViolationState.CLOSED)
    absent[row_of[row_of >= 0]] = False
    return np.flatnonzero(absent)


def _not_in(states: Coded[ViolationState], state: ViolationState) -> Truths:
    return states.where(value is not state for value in states.values)


def _judged_after(known: ViolationTable, moment: datetime) -> Truths:
    seen, closed = known.last_seen_at, known.closed_at
    return seen.where(at > moment for at in seen.values) | closed.where(
        at is not None and at > moment for at in closed.values
    )


def _opened(
    known: ViolationTable,
    findings: Findings,
    row_of: NDArray[np.int64],
    later: Truths,
    assessed: Assessed,
) -> ViolationTable:
    """The findings, without those whose violations were judged later."""
    is_known = row_of >= 0
    kept = ~is_known
    kept[is_known] = ~later[row_of[is_known]]
    chosen = np.flatnonzero(kept)
    verdict, subject = (column[chosen] for column in findings.rows)
    rule, people, count = findings.rule[verdict], len(findings.identities), len(chosen)
    names = (*findings.identities, *findings.vcenters)
    first = np.full(count, len(known.first_seen_at.values), dtype=np.int32)
    before = row_of[chosen]
    first[before >= 0] = known.first_seen_at.codes[before[before >= 0]]
    return ViolationTable(
        rule=Coded(rule, tuple(each.id for each in findings.rules)),
        subject_kind=Coded((subject >= people).astype(np.int32), _KINDS),
        subject=[names[each] for each in subject.tolist()],
        severity=Coded(rule, tuple(each.severity for each in findings.rules)),
        state=Coded.always(ViolationState.OPEN, count),
        places=findings.places[verdict],
        first_seen_at=Coded(first, (*known.first_seen_at.values, assessed.taken_at)),
        last_seen_at=Coded.always(assessed.taken_at, count),
        last_snapshot=Coded.always(assessed.snapshot, count),
        closed_at=Coded.always(None, count),
    )


def _missed(
    absent: ViolationTable,
    assessed: Assessed,
    sources_of: Mapping[str, frozenset[str]],
    doubtful: Collection[FindingKey],
) -> ViolationTable:
    """What is not found, as far as that changes it."""
    if assessed.is_complete:
        rules, snapshots = absent.rule, absent.last_snapshot
        conclusive = rules.where(rule in assessed.rules for rule in rules.values)
        used = set(snapshots.list())
        conclusive &= snapshots.where(
            digest in used and sources_of[digest] <= assessed.sources for digest in snapshots.values
        )
        if doubtful:
            conclusive &= [violation.key not in doubtful for violation in absent]
    else:
        conclusive = np.zeros(len(absent), dtype=np.bool_)
    is_news = _not_in(absent.state, ViolationState.NOT_KNOWN)
    rows = np.flatnonzero(conclusive | is_news)
    ended = conclusive[rows].astype(np.int32)
    return replace(
        absent.take(rows),
        state=Coded(ended, (ViolationState.NOT_KNOWN, ViolationState.CLOSED)),
        closed_at=Coded(ended, (None, assessed.taken_at)),
    )
