"""From rows found by numpy to located problems: only the first few ever become objects."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.model.texts import Positions
from accessreview.snapshot.problem import Problem, Problems

Rows = NDArray[np.intp]


def rows_where(column: Column, is_bad: Callable[[str], bool]) -> Rows:
    """The rows whose value is bad; each distinct value is asked of once."""
    bad = [code for code, value in enumerate(column.values) if is_bad(value)]
    return rows_of(column, np.array(bad, dtype=np.int64))


def rows_of(column: Column, codes: Positions) -> Rows:
    """The rows that hold one of these values."""
    if not len(codes):
        return np.zeros(0, dtype=np.intp)
    held = np.zeros(len(column.values), dtype=bool)
    held[codes] = True
    return np.flatnonzero(held[column.codes])


def empty_rows(column: Column) -> Rows:
    """The rows that hold the empty string."""
    return rows_of(column, np.flatnonzero(column.values.lengths == 0))


def located(table: Table, rows: Rows, column: str, why: str | Callable[[int], str]) -> Problems:
    """One problem a row, all of one column; ``why`` may depend on the row."""
    return Problems(
        tuple(
            Problem(
                table.schema.name,
                row,
                column,
                table[column][row],
                why if isinstance(why, str) else why(row),
            )
            for row in np.sort(rows)[: InputError.LIMIT].tolist()
        ),
        len(rows),
    )
