"""The canonical form of tables and the digest over it; ``docs/reference/bundle.md`` specifies both.

Storage keeps the same bytes that are digested, so that storing and verifying are one algorithm.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from struct import Struct

import numpy as np

from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.columns import Column, Table
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import TABLES, Source
from accessreview.model.texts import Texts
from accessreview.snapshot.keys import row_numbers, rows_ascend

FORMAT = "accessreview-snapshot"
VERSION = 1

_COUNTS = Struct("<II")
_WORD = 4


def canonical(table: Table) -> Table:
    """Sort the rows by code point, fields in the schema's order; sort and prune the dictionaries.

    Columns whose bytes do not change by it are shared with the table given, not copied.
    """
    table = with_sorted_values(table)
    columns = list(table.columns.values())
    if rows_ascend(columns, strictly=False):
        return table
    order = np.argsort(row_numbers(columns))
    return Table(
        table.schema,
        {
            name: Column(column.codes[order], column.values)
            for name, column in table.columns.items()
        },
    )


def with_sorted_values(table: Table) -> Table:
    """Sort and prune the dictionaries alone: the rows stay as and where they are."""
    return Table(table.schema, {name: _sorted_values(table[name]) for name in table.schema.columns})


def with_shared_values(tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """Hold equal dictionaries once, so that what is found out of one is known of all."""
    held: dict[tuple[int, int], list[Texts]] = {}

    def shared(column: Column) -> Column:
        alike = held.setdefault((len(column.values), len(column.values.body)), [])
        for values in alike:
            if values == column.values:
                return Column(column.codes, values)
        alike.append(column.values)
        return column

    return {
        name: Table(table.schema, {each: shared(table[each]) for each in table.schema.columns})
        for name, table in tables.items()
    }


def _sorted_values(column: Column) -> Column:
    if len(column.values) == 1 and len(column):
        return column
    used = np.zeros(len(column.values), dtype=bool)
    used[column.codes] = True
    if used.all() and column.values.is_ascending():
        return column
    kept = np.flatnonzero(used)
    values = column.values if len(kept) == len(used) else column.values.take(kept)
    order = values.order()
    ranks = np.zeros(len(used), dtype=np.int32)
    ranks[kept[order]] = np.arange(len(kept), dtype=np.int32)
    return Column(ranks[column.codes], values.take(order))


def column_bytes(column: Column) -> bytes:
    """The bytes of a canonical column, which storage keeps and the digest covers.

    Little-endian: the number of values and of rows (uint32 each), the length of every value in
    bytes (uint32 each), the values in UTF-8, the rows (int32 each).
    """
    return b"".join(_parts(column))


def column_digest(column: Column) -> str:
    """Hexadecimal SHA-256 of ``column_bytes``."""
    outer = hashlib.sha256()
    for part in _parts(column):
        outer.update(part)
    return outer.hexdigest()


def _parts(column: Column) -> Iterator[bytes | memoryview]:
    values = column.values
    yield _COUNTS.pack(len(values), len(column))
    yield values.lengths.astype("<u4").tobytes()
    yield values.body.data
    yield np.ascontiguousarray(column.codes, dtype="<i4").data


def from_column_bytes(data: bytes) -> Column:
    """The exact inverse of ``column_bytes``.

    Raises:
        IntegrityError: ``data`` is not what ``column_bytes`` writes of any canonical column.
    """
    if len(data) < _COUNTS.size:
        raise IntegrityError("A stored column is cut off in its head.")
    count, rows = _COUNTS.unpack_from(data)
    start = _COUNTS.size + count * _WORD
    end = len(data) - rows * _WORD
    if start > end:
        raise IntegrityError("A stored column is shorter than its head says.")
    lengths = np.frombuffer(data, dtype="<u4", count=count, offset=_COUNTS.size)
    if start + int(lengths.sum(dtype=np.int64)) != end:
        raise IntegrityError("A stored column is not as long as its head says.")
    codes = np.frombuffer(data, dtype="<i4", count=rows, offset=end).astype(np.int32)
    body = np.frombuffer(data, dtype=np.uint8, count=end - start, offset=start)
    try:
        column = Column(codes, Texts.packed(body, lengths))
    except UnicodeDecodeError as error:
        raise IntegrityError("A stored column holds a value that is not UTF-8.") from error
    _require_canonical(column)
    return column


def _require_canonical(column: Column) -> None:
    values, codes = column.values, column.codes
    if not values.is_ascending():
        raise IntegrityError("A stored column's values are not in order.")
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(values):
        raise IntegrityError("A stored column's row points to no value.")
    used = np.zeros(len(values), dtype=bool)
    used[codes] = True
    if not used.all():
        raise IntegrityError("A stored column holds a value that no row uses.")


def table_digest(table: Table, digest_of: Callable[[Column], str] = column_digest) -> str:
    """Hexadecimal SHA-256 of a canonical table, over the digests of its columns in order.

    ``digest_of`` may know the digests of columns already.
    """
    lines = [f"{name} {digest_of(table[name])}\n" for name in table.schema.columns]
    return sha256("".join(lines).encode())


def snapshot_digest(
    taken_at: datetime,
    sources: Sequence[Source],
    tables: Mapping[str, Table],
    digest_of: Callable[[Column], str] = column_digest,
) -> str:
    """Hexadecimal SHA-256 over what the manifest says and canonical tables.

    Independent of the order of ``sources``. ``tables`` may leave out empty ones; what is not of
    ``TABLES`` is not covered. ``digest_of`` may know the digests of columns already.
    """
    return sha256(
        canonical_json(
            {
                "format": FORMAT,
                "version": VERSION,
                "taken_at": taken_at,
                "sources": sorted(sources, key=lambda source: source.id),
                "tables": {
                    name: table_digest(tables[name], digest_of)
                    if name in tables
                    else table_digest(Table.of(schema, ()))
                    for name, schema in TABLES.items()
                },
            }
        )
    )
