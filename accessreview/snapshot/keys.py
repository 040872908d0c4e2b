"""Rows as numbers: one number a pair of strings over all tables, and keys that repeat."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problem, Problems

Numbers = NDArray[np.int64]

_ROOM = 2**62


class Pairs:
    """Numbers for pairs of strings (a source, an id in it) that are comparable across tables."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._words: dict[str, int] = {}
        self._numbers: dict[tuple[str, str, str], Numbers] = {}

    def __call__(self, table: str, source: str, id_: str) -> Numbers:
        """The pair that two columns of a table hold, row by row."""
        key = (table, source, id_)
        if key not in self._numbers:
            columns = self._tables[table]
            self._numbers[key] = (self._codes(columns[source]) << 32) | self._codes(columns[id_])
        return self._numbers[key]

    def _codes(self, column: Column) -> Numbers:
        words = self._words
        codes = [words.setdefault(value, len(words)) for value in column.values]
        return np.array(codes, dtype=np.int64)[column.codes]


def rows_of(pairs: Numbers, targets: Numbers) -> NDArray[np.intp]:
    """For each pair the row in ``targets`` that holds it, -1 where none does."""
    if not len(targets):
        return np.full(len(pairs), -1, dtype=np.intp)
    order = np.argsort(targets, kind="stable")
    place = np.minimum(np.searchsorted(targets, pairs, sorter=order), len(targets) - 1)
    rows = order[place]
    return np.where(targets[rows] == pairs, rows, -1)


def repeated_keys(table: Table) -> Problems:
    """Rows whose key an earlier row has; folded columns are compared without case."""
    keys = _key_numbers(table)
    order = np.argsort(keys, kind="stable")
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = keys[order[1:]] != keys[order[:-1]]
    if is_first.all():
        return Problems()
    firsts = order[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
    again = ~is_first
    found = sorted(zip(order[again].tolist(), firsts[again].tolist(), strict=True))
    name = "/".join(table.schema.key)
    return Problems(
        tuple(
            Problem(
                table.schema.name,
                row,
                name,
                "/".join(table[column][row] for column in table.schema.key),
                "repeats the key of row",
                first,
            )
            for row, first in found[: InputError.LIMIT]
        ),
        len(found),
    )


def _key_numbers(table: Table) -> Numbers:
    keys, size = np.zeros(len(table), dtype=np.int64), 1
    for name in table.schema.key:
        column = table[name]
        numbers, values = column.codes.astype(np.int64), len(column.values)
        if name in table.schema.folded:
            folded: dict[str, int] = {}
            same = [folded.setdefault(value.casefold(), len(folded)) for value in column.values]
            numbers = np.array(same, dtype=np.int64)[column.codes]
        if size * values > _ROOM:
            distinct, keys = np.unique(keys, return_inverse=True)
            size = len(distinct)
        keys, size = keys * values + numbers, size * values
    return keys
