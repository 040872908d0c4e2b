"""From the readings of all sources to one snapshot, and back to the rows of one source."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from accessreview.model.columns import Column, Table, TableSchema
from accessreview.model.errors import InputError, NotFoundError
from accessreview.model.snapshot import ANNEX, TABLES, Reading, Snapshot, Source
from accessreview.snapshot.canonical import canonical, snapshot_digest, with_sorted_values
from accessreview.snapshot.check import check


def compose(taken_at: datetime, readings: Iterable[Reading]) -> Snapshot:
    """Put readings together, check everything, canonicalise and digest.

    Raises:
        InputError: the readings contradict themselves or each other; lists every problem.
    """
    read = tuple(readings)
    sources = [reading.source for reading in read]
    tables = {
        name: with_sorted_values(
            _joined(schema, [reading.tables[name] for reading in read if name in reading.tables])
        )
        for name, schema in (*TABLES.items(), *ANNEX.items())
    }
    problems = check(sources, tables)
    if problems:
        raise InputError(
            *(
                problem.sentence(
                    f"Table {problem.table}" if problem.table else "The collection",
                    lambda row: row + 1,
                )
                for problem in problems.first
            ),
            total=problems.total,
        )
    return seal(taken_at, sources, tables)


def seal(taken_at: datetime, sources: Sequence[Source], tables: Mapping[str, Table]) -> Snapshot:
    """Make a snapshot of tables that ``check`` found nothing wrong with.

    ``tables`` may leave out empty ones; sources get the order of their ids.
    """
    ordered = tuple(sorted(sources, key=lambda source: source.id))
    sealed = {
        name: canonical(tables[name]) if name in tables else Table.of(schema, ())
        for name, schema in (*TABLES.items(), *ANNEX.items())
    }
    main = {name: sealed[name] for name in TABLES}
    return Snapshot(
        taken_at,
        ordered,
        main,
        snapshot_digest(taken_at, ordered, main),
        {name: sealed[name] for name in ANNEX},
    )


def parts(snapshot: Snapshot, source_id: str) -> Reading:
    """The rows that one source contributed, as its reading; the inverse of ``compose`` for it.

    Raises:
        NotFoundError: the snapshot has no such source.
    """
    for source in snapshot.sources:
        if source.id == source_id:
            tables = {**snapshot.tables, **snapshot.annex}
            return Reading(source, {name: _of(table, source_id) for name, table in tables.items()})
    raise NotFoundError(f"The snapshot has no source “{source_id}”.")


def _of(table: Table, source_id: str) -> Table:
    owner = table[table.schema.columns[0]]  # every schema begins with the source of the row
    if source_id not in owner.values:
        return Table.of(table.schema, ())
    rows = np.flatnonzero(owner.codes == owner.values.index(source_id))
    return Table(
        table.schema,
        {name: Column(column.codes[rows], column.values) for name, column in table.columns.items()},
    )


def _joined(schema: TableSchema, tables: Sequence[Table]) -> Table:
    if len(tables) == 1:
        return tables[0]
    return Table(
        schema,
        {name: _joined_column([table[name] for table in tables]) for name in schema.columns},
    )


def _joined_column(columns: Sequence[Column]) -> Column:
    index = Column.of(value for column in columns for value in column.values)
    ends = np.cumsum([len(column.values) for column in columns], dtype=np.int64)
    codes = [np.zeros(0, dtype=np.int32)]
    for column, end in zip(columns, ends.tolist(), strict=True):
        codes.append(index.codes[end - len(column.values) : end][column.codes])
    return Column(np.concatenate(codes), index.values)
