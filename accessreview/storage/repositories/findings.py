"""Rulesets, assessments, and the violations they keep alive."""

import zlib
from collections.abc import Sequence

from sqlalchemy import select

from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.canonical import sha256
from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset, Severity
from accessreview.storage.rows import AssessmentRow, RulesetRow, SnapshotRow, ViolationRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode


class SqlRulesets:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, ruleset: Ruleset) -> None:
        """Keep it for ever; idempotent."""
        if self._transaction.session.get(RulesetRow, ruleset.digest) is not None:
            return
        row = RulesetRow(
            digest=ruleset.digest, id=ruleset.id, version=ruleset.version, text=ruleset.text
        )
        self._transaction.insert([row])

    def text(self, digest: str) -> str:
        row = self._transaction.session.get(RulesetRow, digest)
        if row is None:
            raise NotFoundError(f"There is no ruleset {digest}.")
        if sha256(row.text.encode()) != digest:
            raise IntegrityError(f"The stored ruleset {digest} does not match its digest.")
        return row.text


class SqlAssessments:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, assessment: Assessment) -> None:
        statement = select(AssessmentRow.number).filter_by(id=assessment.id)
        if self._transaction.session.scalar(statement) is not None:
            return
        row = AssessmentRow(
            id=assessment.id,
            snapshot=assessment.snapshot,
            ruleset=assessment.ruleset,
            engine=assessment.engine,
            at=assessment.at,
            count=len(assessment.findings),
            findings=zlib.compress("\n".join(map(encode, assessment.findings)).encode()),
        )
        self._transaction.insert([row])

    def get(self, assessment_id: str) -> Assessment:
        statement = select(AssessmentRow).filter_by(id=assessment_id)
        row = self._transaction.session.scalar(statement)
        if row is None:
            raise NotFoundError(f"There is no assessment {assessment_id}.")
        return _assessment(row)

    def latest(self) -> Assessment | None:
        statement = (
            select(AssessmentRow)
            .join(SnapshotRow, SnapshotRow.digest == AssessmentRow.snapshot)
            .order_by(SnapshotRow.taken_at.desc(), AssessmentRow.number.desc())
            .limit(1)
        )
        row = self._transaction.session.scalar(statement)
        return None if row is None else _assessment(row)


def _assessment(row: AssessmentRow) -> Assessment:
    lines = _lines(row)
    if len(lines) != row.count:
        raise IntegrityError(f"The stored assessment {row.id} has lost findings.")
    return Assessment(
        id=row.id,
        snapshot=row.snapshot,
        ruleset=row.ruleset,
        engine=row.engine,
        at=row.at,
        findings=Findings.of(decode(Finding, line) for line in lines),
    )


def _lines(row: AssessmentRow) -> list[bytes]:
    try:
        return zlib.decompress(row.findings).splitlines()
    except (zlib.error, TypeError) as error:  # SQLite keeps a text in a column of bytes
        raise IntegrityError(f"The stored assessment {row.id} cannot be read.") from error


class SqlViolations:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> Sequence[Violation]:
        violations = map(_violation, self._transaction.session.scalars(select(ViolationRow)))
        return sorted(violations, key=lambda each: (each.severity.rank, each.key))

    def save(self, violations: Sequence[Violation]) -> None:
        self._transaction.upsert([_violation_row(violation) for violation in violations])


def _violation_row(violation: Violation) -> ViolationRow:
    return ViolationRow(
        rule=violation.key.rule,
        subject_kind=violation.key.subject_kind,
        subject=violation.key.subject,
        severity=violation.severity,
        state=violation.state,
        places=violation.places,
        first_seen_at=violation.first_seen_at,
        last_seen_at=violation.last_seen_at,
        last_snapshot=violation.last_snapshot,
        closed_at=violation.closed_at,
    )


def _violation(row: ViolationRow) -> Violation:
    return Violation(
        key=FindingKey(row.rule, SubjectKind(row.subject_kind), row.subject),
        severity=Severity(row.severity),
        state=ViolationState(row.state),
        places=row.places,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        last_snapshot=row.last_snapshot,
        closed_at=row.closed_at,
    )
