"""Rows as numbers that compare as the rows do, and keys that repeat."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problem, Problems

Numbers = NDArray[np.int64]

_ROOM = 2**62
_CHUNK = 2**14
"""So many rows are compared at a time that what is compared stays near the processor."""


def row_numbers(columns: Sequence[Column]) -> Numbers:
    """A number for each row: equal for equal rows, and in order of their codes, column by column.

    Columns are left out of account where those before them put the rows into strict order
    already, so that a large sorted table costs no sorting.
    """
    numbers, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        count = len(column.values)
        if count <= 1:
            continue
        if size * count > _ROOM:
            if is_strictly_ascending(numbers):
                break
            distinct, numbers = np.unique(numbers, return_inverse=True)
            size = len(distinct)
        numbers *= count
        numbers += column.codes
        size *= count
    return numbers


def rows_ascend(columns: Sequence[Column], *, strictly: bool) -> bool:
    """Whether the rows are in order of their codes, column by column; ``strictly``: none repeats.

    The rows are gone through a few at a time, so that no number a row is ever made.
    """
    telling = [column.codes for column in columns if len(column.values) > 1]
    if not telling:
        return not strictly or len(columns[0]) <= 1
    return all(
        _ascend([codes[first : first + _CHUNK + 1] for codes in telling], strictly=strictly)
        for first in range(0, len(columns[0]) - 1, _CHUNK)
    )


def _ascend(parts: Sequence[NDArray[np.int32]], *, strictly: bool) -> bool:
    tied = np.ones(len(parts[0]) - 1, dtype=bool)
    for codes in parts:
        if bool((tied & (codes[1:] < codes[:-1])).any()):
            return False
        tied &= codes[1:] == codes[:-1]
        if not tied.any():
            return True
    return not strictly


def is_strictly_ascending(numbers: Numbers) -> bool:
    return bool((numbers[1:] > numbers[:-1]).all())


def repeated_keys(table: Table) -> Problems:
    """Rows whose key an earlier row has; folded columns are compared without case."""
    columns = [_compared(table, name) for name in table.schema.key]
    if rows_ascend(columns, strictly=True):
        return Problems()
    keys = row_numbers(columns)
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


def _compared(table: Table, name: str) -> Column:
    """The column as it is compared: without case if the schema says so."""
    column = table[name]
    if name not in table.schema.folded:
        return column
    folded = Column.of(column.values.casefold())
    return Column(folded.codes[column.codes], folded.values)
