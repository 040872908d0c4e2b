"""How far the analysis agreed with the vCenters, a comparison a row."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, func, select

from accessreview.model.agreement import Agreement
from accessreview.model.errors import IntegrityError
from accessreview.storage.rows import AgreementRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode


class SqlAgreements:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, agreement: Agreement) -> Agreement:
        last = self._transaction.session.scalar(select(func.max(AgreementRow.number)))
        numbered = replace(agreement, number=(last or 0) + 1)  # writers take turns
        row = AgreementRow(
            number=numbered.number,
            snapshot=numbered.snapshot,
            source=numbered.source,
            at=numbered.at,
            body=zlib.compress(encode(numbered).encode("utf-8", "surrogatepass")),
        )
        self._transaction.insert([row])
        return numbered

    def of_snapshot(self, digest: str) -> Sequence[Agreement]:
        return self._found(_in_order().filter_by(snapshot=digest))

    def latest(self, source: str) -> Agreement | None:
        newest = select(func.max(AgreementRow.number)).filter_by(source=source).scalar_subquery()
        return next(iter(self._found(_in_order().where(AgreementRow.number == newest))), None)

    def _found(self, statement: Select[AgreementRow]) -> Sequence[Agreement]:
        rows = self._transaction.session.scalars(statement)
        return [_agreement(row) for row in rows]


def _agreement(row: AgreementRow) -> Agreement:
    try:
        body = zlib.decompress(row.body).decode("utf-8", "surrogatepass")
    except (zlib.error, TypeError, UnicodeDecodeError) as error:  # SQLite keeps any text as bytes
        raise IntegrityError(f"The stored agreement {row.number} cannot be unpacked.") from error
    return decode(Agreement, body)


def _in_order() -> Select[AgreementRow]:
    return select(AgreementRow).order_by(AgreementRow.number)
