"""Rows as numbers that compare as the rows do, and keys that repeat."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problem, Problems

Numbers = NDArray[np.int64]

_ROOM = 2**62


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


def is_strictly_ascending(numbers: Numbers) -> bool:
    return bool((numbers[1:] > numbers[:-1]).all())


def repeated_keys(table: Table) -> Problems:
    """Rows whose key an earlier row has; folded columns are compared without case."""
    keys = row_numbers([_compared(table, name) for name in table.schema.key])
    if is_strictly_ascending(keys):
        return Problems()
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
