"""Readings that were kept out, each with the acceptance that it got."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, func, select

from accessreview.model.refusal import RefusedReading
from accessreview.storage.rows import RefusedReadingRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode


class SqlRefusedReadings:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, refused: RefusedReading) -> RefusedReading:
        last = self._transaction.session.scalar(select(func.max(RefusedReadingRow.number)))
        numbered = replace(refused, number=(last or 0) + 1)  # writers take turns
        self._transaction.insert([_to_row(numbered)])
        return numbered

    def save(self, refused: RefusedReading) -> None:
        self._transaction.update([_to_row(refused)], key="number")

    def open(self, source: str) -> Sequence[RefusedReading]:
        return self._found(_newest_first().filter_by(source=source, ended_at=None))

    def last_taken(self, source: str) -> RefusedReading | None:
        taken = RefusedReadingRow.taken_in != ""
        statement = _newest_first().filter_by(source=source).where(taken).limit(1)
        return next(iter(self._found(statement)), None)

    def list(self, limit: int | None = 100) -> Sequence[RefusedReading]:
        return self._found(_newest_first().limit(limit))

    def _found(self, statement: Select[RefusedReadingRow]) -> Sequence[RefusedReading]:
        rows = self._transaction.session.scalars(statement)
        return [decode(RefusedReading, row.body) for row in rows]


def _newest_first() -> Select[RefusedReadingRow]:
    return select(RefusedReadingRow).order_by(RefusedReadingRow.number.desc())


def _to_row(refused: RefusedReading) -> RefusedReadingRow:
    return RefusedReadingRow(
        number=refused.number,
        source=refused.source,
        ended_at=refused.ended_at,
        taken_in=refused.taken_in,
        body=encode(refused),
    )
