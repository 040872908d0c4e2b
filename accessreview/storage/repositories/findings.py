"""Rulesets, assessments, and the violations they keep alive."""

import zlib
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TypeVar

import numpy as np
from sqlalchemy import ColumnElement, case, collate, func, select

from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.canonical import sha256
from accessreview.model.errors import ConflictError, IntegrityError, NotFoundError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.policy import Ruleset, Severity
from accessreview.model.violations import Coded, ViolationTable
from accessreview.services.ports import StoredAssessment, ViolationCounts
from accessreview.storage.packing import pack, unpack
from accessreview.storage.rows import AssessmentRow, RulesetRow, SnapshotRow, ViolationRow
from accessreview.storage.transaction import Transaction


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
            findings=zlib.compress(pack(assessment.findings)),
        )
        self._transaction.insert([row])

    def get(self, assessment_id: str) -> Assessment:
        statement = select(AssessmentRow).filter_by(id=assessment_id)
        row = self._transaction.session.scalar(statement)
        if row is None:
            raise NotFoundError(f"There is no assessment {assessment_id}.")
        return _assessment(row)

    def latest(self) -> StoredAssessment | None:
        statement = (
            select(*(getattr(AssessmentRow, name) for name in StoredAssessment.__slots__))
            .join(SnapshotRow, SnapshotRow.digest == AssessmentRow.snapshot)
            .order_by(SnapshotRow.taken_at.desc(), AssessmentRow.number.desc())
            .limit(1)
        )
        row = self._transaction.session.execute(statement).first()
        return None if row is None else StoredAssessment(*row)


def _assessment(row: AssessmentRow) -> Assessment:
    try:
        findings = unpack(zlib.decompress(row.findings))
    except (zlib.error, TypeError) as error:  # SQLite keeps a text in a column of bytes
        raise IntegrityError(f"The stored assessment {row.id} cannot be unpacked.") from error
    except IntegrityError as error:
        raise IntegrityError(f"The stored assessment {row.id} cannot be read: {error}") from error
    if len(findings) != row.count:
        raise IntegrityError(f"The stored assessment {row.id} has lost findings.")
    return Assessment(
        id=row.id,
        snapshot=row.snapshot,
        ruleset=row.ruleset,
        engine=row.engine,
        at=row.at,
        findings=findings,
    )


_VIOLATIONS = ViolationRow.__table__.c
_RANK = case({each.value: each.rank for each in Severity}, value=_VIOLATIONS.severity)


class SqlViolations:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> ViolationTable:
        rule, kind, subject, severity, state, places, first, last, snapshot, closed = (
            self._transaction.columns(ViolationRow)
        )
        return ViolationTable(
            rule=Coded.of(rule),
            subject_kind=_read(SubjectKind, Coded.of(kind)),
            subject=subject,
            severity=_read(Severity, Coded.of(severity)),
            state=_read(ViolationState, Coded.of(state)),
            places=np.array(places, dtype=np.int64),
            first_seen_at=Coded.of(first),
            last_seen_at=Coded.of(last),
            last_snapshot=Coded.of(snapshot),
            closed_at=Coded.of(closed),
        )

    def get(self, key: FindingKey) -> Violation:
        row = self._transaction.session.get(
            ViolationRow, (key.rule, key.subject_kind.value, key.subject)
        )
        if row is None:
            raise NotFoundError(f"There is no violation {key.text()}.")
        return _violation(row)

    def page(
        self,
        state: ViolationState | None,
        severity: Severity | None,
        *,
        offset: int,
        limit: int,
    ) -> Sequence[Violation]:
        statement = select(ViolationRow)
        if state is not None:
            statement = statement.filter_by(state=state.value)
        if severity is not None:
            statement = statement.filter_by(severity=severity.value)
        key = (_VIOLATIONS.rule, _VIOLATIONS.subject_kind, _VIOLATIONS.subject)
        statement = statement.order_by(_RANK, *map(self._by_code_point, key))
        rows = self._transaction.session.scalars(statement.offset(offset).limit(limit))
        return [_violation(row) for row in rows]

    def _by_code_point(self, column: ColumnElement[str]) -> ColumnElement[str]:
        """Sorted as keys are, in whatever language the database was made."""
        is_postgresql = self._transaction.session.get_bind().dialect.name == "postgresql"
        return collate(column, "C" if is_postgresql else "BINARY")

    def counts(self) -> ViolationCounts:
        by = (_VIOLATIONS.state, _VIOLATIONS.severity)
        found = self._transaction.session.execute(select(*by, func.count()).group_by(*by))
        return {
            (ViolationState(state), Severity(severity)): count for state, severity, count in found
        }

    def save(self, violations: ViolationTable) -> None:
        self._require_snapshots(set(violations.last_snapshot.list()))
        self._transaction.upsert_columns(
            ViolationRow,
            {
                "rule": violations.rule.list(),
                "subject_kind": _written(violations.subject_kind),
                "subject": violations.subject,
                "severity": _written(violations.severity),
                "state": _written(violations.state),
                "places": violations.places.tolist(),
                "first_seen_at": violations.first_seen_at.list(),
                "last_seen_at": violations.last_seen_at.list(),
                "last_snapshot": violations.last_snapshot.list(),
                "closed_at": violations.closed_at.list(),
            },
        )

    def _require_snapshots(self, named: Collection[str]) -> None:
        """As a foreign key would, which looks for the same few digests row by row."""
        statement = select(SnapshotRow.digest).where(SnapshotRow.digest.in_(named))
        if lost := set(named).difference(self._transaction.session.scalars(statement)):
            raise ConflictError(
                f"Violations were seen in a snapshot that is not stored ({min(lost)}); nothing was"
                " kept."
            )


Choice = TypeVar("Choice", bound=StrEnum)


def _read(choices: type[Choice], column: Coded[str]) -> Coded[Choice]:
    return Coded(column.codes, tuple(map(choices, column.values)))


def _written(column: Coded[Choice]) -> list[str]:
    return Coded(column.codes, tuple(each.value for each in column.values)).list()


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
