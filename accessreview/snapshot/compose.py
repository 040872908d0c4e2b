"""From the readings of all sources to one snapshot, and back to the rows of one source."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from accessreview.model.columns import Table
from accessreview.model.errors import InputError, NotFoundError
from accessreview.model.snapshot import ANNEX, SCHEMAS, TABLES, Reading, Snapshot, Source
from accessreview.snapshot.canonical import canonical, snapshot_digest, with_sorted_values
from accessreview.snapshot.check import check
from accessreview.snapshot.tables import only, stacked


def compose(taken_at: datetime, readings: Iterable[Reading]) -> Snapshot:
    """Put readings together, check everything, canonicalise and digest.

    Raises:
        InputError: the readings contradict themselves or each other; lists every problem.
    """
    read = tuple(readings)
    sources = [reading.source for reading in read]
    tables = {
        name: with_sorted_values(
            stacked(schema, [reading.tables[name] for reading in read if name in reading.tables])
        )
        for name, schema in SCHEMAS.items()
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
        for name, schema in SCHEMAS.items()
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
    return only(table, owner.codes == owner.values.index(source_id))
