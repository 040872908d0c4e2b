"""From rows found by numpy to located problems: only the first few ever become objects."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.snapshot.problem import Problem, Problems

Rows = NDArray[np.intp]


def rows_where(column: Column, is_bad: Callable[[str], bool]) -> Rows:
    """The rows whose value is bad; each distinct value is asked of once."""
    bad = [code for code, value in enumerate(column.values) if is_bad(value)]
    if not bad:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.isin(column.codes, bad))


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
