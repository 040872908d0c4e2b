"""Rows by the two columns that identify them, usually a source and an id in it."""

import numpy as np

from accessreview.model.columns import Codes, Column
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Positions

_SMALL = 2**16
_GENEROUS = 4
"""A table of all combinations may have so many cells a row before sorting is preferred."""


class Pairs:
    """The pairs that the rows of two columns hold, each numbered once.

    Row ``i`` holds pair ``of_row[i]``; there may be pairs that no row holds. What is true of a row
    by its pair alone is then found out once a pair, however many millions of rows there are.
    """

    __slots__ = ("first", "first_codes", "of_row", "second", "second_codes")

    def __init__(self, first: Column, second: Column) -> None:
        self.first, self.second = first.values, second.values
        width = len(second.values)
        size = len(first.values) * width
        cells = _cells(first, second)
        self.of_row: Codes | Positions = cells
        numbers = np.arange(size if _is_affordable(size, len(cells)) else 0)
        if len(numbers) != size:
            numbers, self.of_row = np.unique(cells, return_inverse=True)
        self.first_codes, self.second_codes = np.divmod(numbers, max(1, width))

    def __len__(self) -> int:
        return len(self.first_codes)


class Keys:
    """The rows of a table by the two columns that identify them: the source and the id there.

    Of several rows with one key the first counts.
    """

    __slots__ = ("_cells", "_ids", "_rows", "_sources", "_width")

    def __init__(self, sources: Column, ids: Column) -> None:
        self._sources, self._ids = TextIndex(sources.values), TextIndex(ids.values)
        self._width = len(ids.values)
        cells = _cells(sources, ids)
        size = len(sources.values) * self._width
        self._cells: Positions | None = None
        if _is_affordable(size, len(cells)):
            self._rows = np.full(size, -1, dtype=np.int32)
            # The last one written stays.
            self._rows[cells[::-1]] = np.arange(len(cells) - 1, -1, -1, dtype=np.int32)
        else:
            self._rows = np.argsort(cells, kind="stable").astype(np.int32)
            self._cells = cells[self._rows].astype(np.int64)

    def of_pairs(self, pairs: Pairs) -> Codes:
        """The row of each pair; -1 where no row has it."""
        source = self._sources.find(pairs.first)[pairs.first_codes]
        ident = self._ids.find(pairs.second)[pairs.second_codes]
        cells = np.where((source < 0) | (ident < 0), -1, source * self._width + ident)
        if not len(self._rows):
            return np.full(len(cells), -1, dtype=np.int32)
        if self._cells is None:
            return np.where(cells < 0, np.int32(-1), self._rows[cells])
        at = np.minimum(np.searchsorted(self._cells, cells), len(self._cells) - 1)
        return np.where(self._cells[at] == cells, self._rows[at], np.int32(-1))

    def rows(self, sources: Column, ids: Column) -> Codes:
        """Row numbers of many references at once; -1 where no row has the key."""
        pairs = Pairs(sources, ids)
        rows: Codes = self.of_pairs(pairs)[pairs.of_row]
        return rows

    def row(self, source: str, ident: str) -> int | None:
        """The row number of one reference, or None."""
        found = int(self.rows(Column.of((source,)), Column.of((ident,)))[0])
        return None if found < 0 else found


def _cells(first: Column, second: Column) -> Codes | Positions:
    if len(first.values) == 1:
        return second.codes
    return first.codes.astype(np.int64) * len(second.values) + second.codes


def _is_affordable(size: int, rows: int) -> bool:
    return size <= max(_SMALL, _GENEROUS * rows)
