"""The canonical form of tables and the digest over it; ``docs/reference/bundle.md`` specifies both.

Storage keeps the same bytes that are digested, so that storing and verifying are one algorithm.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from struct import Struct

import numpy as np

from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.columns import Column, Table
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import TABLES, Source

FORMAT = "accessreview-snapshot"
VERSION = 1

_COUNTS = Struct("<II")
_WORD = 4


def canonical(table: Table) -> Table:
    """Sort the rows by code point, fields in the schema's order; sort and prune the dictionaries.

    Columns whose bytes do not change by it are shared with the table given, not copied.
    """
    names = table.schema.columns
    columns = [_sorted_values(table[name]) for name in names]
    order = np.lexsort([column.codes for column in reversed(columns)])
    if bool((order[1:] > order[:-1]).all()):  # sorted already: lexsort is stable
        return Table(table.schema, dict(zip(names, columns, strict=True)))
    return Table(
        table.schema,
        {
            name: Column(column.codes[order], column.values)
            for name, column in zip(names, columns, strict=True)
        },
    )


def _sorted_values(column: Column) -> Column:
    used = np.bincount(column.codes, minlength=len(column.values)) > 0
    kept = np.flatnonzero(used).tolist()
    kept.sort(key=column.values.__getitem__)  # Python compares strings by code point
    if kept == list(range(len(column.values))):
        return column
    ranks = np.zeros(len(column.values), dtype=np.int32)
    ranks[kept] = np.arange(len(kept), dtype=np.int32)
    return Column(ranks[column.codes], tuple(column.values[position] for position in kept))


def column_bytes(column: Column) -> bytes:
    """The bytes of a canonical column, which storage keeps and the digest covers.

    Little-endian: the number of values and of rows (uint32 each), the length of every value in
    bytes (uint32 each), the values in UTF-8, the rows (int32 each).
    """
    encoded = [value.encode() for value in column.values]
    lengths = np.fromiter(map(len, encoded), dtype="<u4", count=len(encoded))
    return b"".join(
        (
            _COUNTS.pack(len(encoded), len(column)),
            lengths.tobytes(),
            *encoded,
            column.codes.astype("<i4").tobytes(),
        )
    )


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
    bounds = np.concatenate(([start], start + np.cumsum(lengths, dtype=np.int64))).tolist()
    if bounds[-1] != end:
        raise IntegrityError("A stored column is not as long as its head says.")
    codes = np.frombuffer(data, dtype="<i4", count=rows, offset=end).astype(np.int32)
    column = Column(codes, _values(data, bounds))
    _require_canonical(column)
    return column


def _values(data: bytes, bounds: Sequence[int]) -> tuple[str, ...]:
    try:
        return tuple(data[start:end].decode() for start, end in pairwise(bounds))
    except UnicodeDecodeError as error:
        raise IntegrityError("A stored column holds a value that is not UTF-8.") from error


def _require_canonical(column: Column) -> None:
    values, codes = column.values, column.codes
    if any(left >= right for left, right in pairwise(values)):
        raise IntegrityError("A stored column's values are not in order.")
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(values):
        raise IntegrityError("A stored column's row points to no value.")
    if np.count_nonzero(np.bincount(codes, minlength=len(values))) != len(values):
        raise IntegrityError("A stored column holds a value that no row uses.")


def table_digest(table: Table) -> str:
    """Hexadecimal SHA-256 of a canonical table, over the digests of its columns in order."""
    outer = hashlib.sha256()
    for name in table.schema.columns:
        outer.update(f"{name} {sha256(column_bytes(table[name]))}\n".encode())
    return outer.hexdigest()


def snapshot_digest(
    taken_at: datetime, sources: Sequence[Source], tables: Mapping[str, Table]
) -> str:
    """Hexadecimal SHA-256 over what the manifest says and canonical tables.

    Independent of the order of ``sources``. ``tables`` may leave out empty ones; what is not of
    ``TABLES`` is not covered.
    """
    return sha256(
        canonical_json(
            {
                "format": FORMAT,
                "version": VERSION,
                "taken_at": taken_at,
                "sources": sorted(sources, key=lambda source: source.id),
                "tables": {
                    name: table_digest(tables[name] if name in tables else Table.of(schema, ()))
                    for name, schema in TABLES.items()
                },
            }
        )
    )
