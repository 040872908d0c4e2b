"""The audit trail, and the occurrences of jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from accessreview.evidence.chain import GENESIS, event_digest
from accessreview.model.audit import AuditEvent
from accessreview.services.ports import Occurrence
from accessreview.storage.rows import AuditEventRow, OccurrenceRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode_texts, encode


class SqlAuditTrail:
    """Writers take turns, so the head that is read here is the one that is chained to."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def record(
        self, action: str, actor: str, object_: str, details: Mapping[str, str], at: datetime
    ) -> AuditEvent:
        head = self.head()
        sequence, previous = (head.sequence + 1, head.digest) if head else (1, GENESIS)
        digest = event_digest(sequence, at, actor, action, object_, details, previous)
        row = AuditEventRow(
            sequence=sequence,
            at=at,
            actor=actor,
            action=action,
            object=object_,
            details=encode(details),
            previous=previous,
            digest=digest,
        )
        self._transaction.insert([row])
        self._transaction.recorded()
        return _event(row)

    def list(self, after: int = 0, limit: int | None = None) -> Sequence[AuditEvent]:
        statement = (
            select(AuditEventRow)
            .where(AuditEventRow.sequence > after)
            .order_by(AuditEventRow.sequence)
            .limit(limit)
        )
        return [_event(row) for row in self._transaction.session.scalars(statement)]

    def head(self) -> AuditEvent | None:
        statement = select(AuditEventRow).order_by(AuditEventRow.sequence.desc()).limit(1)
        row = self._transaction.session.scalar(statement)
        return None if row is None else _event(row)


def _event(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        row.sequence,
        row.at,
        row.actor,
        row.action,
        row.object,
        decode_texts(row.details),
        row.previous,
        row.digest,
    )


class SqlOccurrences:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def claim(self, job: str, period: str, at: datetime) -> bool:
        statement = select(OccurrenceRow.number).filter_by(job=job, period=period)
        if self._transaction.session.scalar(statement) is not None:
            return False
        self._transaction.insert([OccurrenceRow(job=job, period=period, claimed_at=at)])
        return True

    def retake(self, job: str, period: str, held_since: datetime, at: datetime) -> datetime | None:
        statement = (
            select(OccurrenceRow.claimed_at)
            .filter_by(job=job, period=period, finished_at=None)
            .where(func.coalesce(OccurrenceRow.retaken_at, OccurrenceRow.claimed_at) <= held_since)
        )
        claimed_at = self._transaction.session.scalar(statement)
        if claimed_at is not None:
            self._set(job, period, retaken_at=at)
        return claimed_at

    def finish(self, job: str, period: str, at: datetime) -> None:
        self._set(job, period, finished_at=at)

    def last(self, job: str) -> Occurrence | None:
        statement = (
            select(OccurrenceRow).filter_by(job=job).order_by(OccurrenceRow.number.desc()).limit(1)
        )
        row = self._transaction.session.scalar(statement)
        if row is None:
            return None
        return Occurrence(row.period, row.retaken_at or row.claimed_at, row.finished_at)

    def _set(self, job: str, period: str, **times: datetime) -> None:
        session = self._transaction.change("occurrences")
        session.execute(update(OccurrenceRow).filter_by(job=job, period=period).values(**times))
