"""Snapshots as columns, each stored once under the digest of its canonical bytes."""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Select, select

from accessreview.model.canonical import sha256
from accessreview.model.columns import Column, Table
from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.snapshot import ANNEX, SCHEMAS, TABLES, Coverage, Snapshot, Source
from accessreview.services.ports import StoredSnapshot
from accessreview.snapshot.canonical import (
    canonical,
    column_bytes,
    column_digest,
    from_column_bytes,
    snapshot_digest,
)
from accessreview.storage.rows import (
    ColumnBlobRow,
    SnapshotColumnRow,
    SnapshotRow,
    SnapshotSourceRow,
)
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode

_NEWEST_FIRST = (SnapshotRow.taken_at.desc(), SnapshotRow.number.desc())
_LEVEL = 1  # sorted codes shrink well at any level; higher ones cost seconds inside the write lock


class SqlSnapshots:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, snapshot: Snapshot, at: datetime) -> None:
        if self._number(snapshot.digest) is not None:
            return
        self._transaction.insert(
            [SnapshotRow(digest=snapshot.digest, taken_at=snapshot.taken_at, stored_at=at)]
        )
        number = self._number(snapshot.digest)
        self._transaction.insert(
            [
                SnapshotSourceRow(
                    snapshot=number, id=source.id, position=position, body=encode(source)
                )
                for position, source in enumerate(snapshot.sources)
            ]
        )
        references = []
        for table, column in _columns(snapshot):
            digest = self._add_blob(table[column])
            references.append(
                SnapshotColumnRow(
                    snapshot=number, table_name=table.schema.name, column_name=column, blob=digest
                )
            )
        self._transaction.insert(references)

    def _add_blob(self, column: Column) -> str:
        digest = column_digest(column)
        known = select(ColumnBlobRow.digest).filter_by(digest=digest)
        if self._transaction.session.scalar(known) is None:
            data = zlib.compress(column_bytes(column), _LEVEL)
            self._transaction.insert([ColumnBlobRow(digest=digest, rows=len(column), data=data)])
        return digest

    def get(self, digest: str) -> Snapshot:
        statement = select(SnapshotRow).filter_by(digest=digest)
        row = self._transaction.session.scalar(statement)
        if row is None:
            raise NotFoundError(f"There is no snapshot {digest}.")
        columns, digests = self._stored_columns(row.number)
        sources = self._sources([row.number])[row.number]
        kept = {table for table, _ in columns}  # an older program did not know all of the annex
        try:
            tables = {name: _table(name, columns) for name in TABLES}
            annex = {
                name: _table(name, columns) if name in kept else Table.of(schema, ())
                for name, schema in ANNEX.items()
            }
        except KeyError as error:
            raise IntegrityError(f"The stored snapshot {digest} lacks {error}.") from error
        # A column's bytes were checked against its digest as they were read.
        if snapshot_digest(row.taken_at, sources, tables, digests.__getitem__) != digest:
            raise IntegrityError(f"The stored snapshot {digest} does not match its digest.")
        return Snapshot(row.taken_at, sources, tables, digest, annex)

    def tables(
        self, digest: str, names: Collection[str], decoded: MutableMapping[str, Column]
    ) -> Mapping[str, Table]:
        number = self._number(digest)
        if number is None:
            raise NotFoundError(f"There is no snapshot {digest}.")
        statement = (
            select(SnapshotColumnRow)
            .filter_by(snapshot=number)
            .where(SnapshotColumnRow.table_name.in_(names))
        )
        columns: dict[tuple[str, str], Column] = {}
        for reference in self._transaction.session.scalars(statement):
            blob = reference.blob
            if blob not in decoded:
                decoded[blob] = _unpacked(blob, self._packed(blob))
            columns[reference.table_name, reference.column_name] = decoded[blob]
        kept = {table for table, _ in columns}
        return {
            name: _table(name, columns) if name in kept else Table.of(SCHEMAS[name], ())
            for name in names
        }

    def describe(self, digest: str) -> StoredSnapshot:
        found = self._described(select(SnapshotRow).filter_by(digest=digest))
        if not found:
            raise NotFoundError(f"There is no snapshot {digest}.")
        return found[0]

    def latest(self) -> StoredSnapshot | None:
        return next(iter(self.list(limit=1)), None)

    def latest_with(self, source: str) -> StoredSnapshot | None:
        having = select(SnapshotSourceRow.snapshot).filter_by(id=source)
        statement = _newest_first().where(SnapshotRow.number.in_(having)).limit(1)
        return next(iter(self._described(statement)), None)

    def latest_full(self, source: str) -> StoredSnapshot | None:
        statement = (
            select(SnapshotRow.number, SnapshotSourceRow.body)
            .join(SnapshotSourceRow, SnapshotSourceRow.snapshot == SnapshotRow.number)
            .where(SnapshotSourceRow.id == source)
            .order_by(*_NEWEST_FIRST)
        )
        for number, body in self._transaction.session.execute(statement):
            if decode(Source, body).coverage is Coverage.FULL:
                return self._described(select(SnapshotRow).filter_by(number=number))[0]
        return None

    def list(self, limit: int | None = 100) -> Sequence[StoredSnapshot]:
        return self._described(_newest_first().limit(limit))

    def _described(self, statement: Select[SnapshotRow]) -> Sequence[StoredSnapshot]:
        found = self._transaction.session.scalars(statement).all()
        numbers = [row.number for row in found]
        sources, rows = self._sources(numbers), self._rows(numbers)
        return [
            StoredSnapshot(
                digest=row.digest,
                taken_at=row.taken_at,
                stored_at=row.stored_at,
                sources=sources[row.number],
                rows=rows[row.number],
            )
            for row in found
        ]

    def _number(self, digest: str) -> int | None:
        statement = select(SnapshotRow.number).filter_by(digest=digest)
        return self._transaction.session.scalar(statement)

    def _sources(self, numbers: Collection[int]) -> Mapping[int, tuple[Source, ...]]:
        statement = (
            select(SnapshotSourceRow.snapshot, SnapshotSourceRow.body)
            .where(SnapshotSourceRow.snapshot.in_(numbers))
            .order_by(SnapshotSourceRow.position)
        )
        sources: dict[int, tuple[Source, ...]] = defaultdict(tuple)
        for number, body in self._transaction.session.execute(statement):
            sources[number] += (decode(Source, body),)
        return sources

    def _rows(self, numbers: Collection[int]) -> Mapping[int, Mapping[str, int]]:
        """How many rows each table has, by snapshot; without the annex."""
        statement = (
            select(SnapshotColumnRow.snapshot, SnapshotColumnRow.table_name, ColumnBlobRow.rows)
            .join(ColumnBlobRow)
            .where(SnapshotColumnRow.snapshot.in_(numbers))
            .distinct()
        )
        rows: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TABLES, 0))
        for number, table, count in self._transaction.session.execute(statement):
            if table in TABLES:
                rows[number][table] = count
        return rows

    def _stored_columns(
        self, number: int
    ) -> tuple[Mapping[tuple[str, str], Column], Mapping[Column, str]]:
        """By table and column, and the digest of each; a shared blob is decoded once."""
        statement = select(SnapshotColumnRow).filter_by(snapshot=number)
        references = self._transaction.session.scalars(statement).all()
        digests = tuple(dict.fromkeys(reference.blob for reference in references))
        # What takes time is done outside of Python's lock, and while the next blob comes.
        with ThreadPoolExecutor() as pool:
            unpacked = pool.map(_unpacked, digests, map(self._packed, digests))
            blobs = dict(zip(digests, unpacked, strict=True))
        columns = {
            (reference.table_name, reference.column_name): blobs[reference.blob]
            for reference in references
        }
        return columns, {column: digest for digest, column in blobs.items()}

    def _packed(self, digest: str) -> bytes | None:
        statement = select(ColumnBlobRow.data).filter_by(digest=digest)
        return self._transaction.session.scalar(statement)


def _unpacked(digest: str, packed: bytes | None) -> Column:
    if packed is None:
        raise IntegrityError(f"The stored column {digest} is missing.")
    try:
        data = zlib.decompress(packed)
    except (zlib.error, TypeError) as error:  # SQLite keeps a text in a column of bytes
        raise IntegrityError(f"The stored column {digest} cannot be unpacked.") from error
    if sha256(data) != digest:
        raise IntegrityError(f"The stored column {digest} does not match its digest.")
    return from_column_bytes(data)


def _newest_first() -> Select[SnapshotRow]:
    return select(SnapshotRow).order_by(*_NEWEST_FIRST)


def _columns(snapshot: Snapshot) -> Iterator[tuple[Table, str]]:
    """Every column of tables and annex; what a snapshot lacks is empty."""
    for kept, schemas in ((snapshot.tables, TABLES), (snapshot.annex, ANNEX)):
        for name, schema in schemas.items():
            table = canonical(kept[name] if name in kept else Table.of(schema, ()))
            for column in schema.columns:
                yield table, column


def _table(name: str, columns: Mapping[tuple[str, str], Column]) -> Table:
    schema = SCHEMAS[name]
    return Table(schema, {column: columns[name, column] for column in schema.columns})
