"""References turned into row numbers, once, at the rim of the analysis."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column

Rows = NDArray[np.int64]


class Keys:
    """The rows of a table by the two columns that identify them: the source and the id there."""

    __slots__ = ("_id_codes", "_order", "_sorted", "_source_codes", "_width")

    def __init__(self, sources: Column, ids: Column) -> None:
        self._source_codes = {value: code for code, value in enumerate(sources.values)}
        self._id_codes = {value: code for code, value in enumerate(ids.values)}
        self._width = max(1, len(ids.values))
        keys = sources.codes.astype(np.int64) * self._width + ids.codes
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def rows(self, sources: Column, ids: Column) -> Rows:
        """Row numbers of many references at once; -1 where no row has the key."""
        source = np.array([self._source_codes.get(v, -1) for v in sources.values], dtype=np.int64)
        ident = np.array([self._id_codes.get(v, -1) for v in ids.values], dtype=np.int64)
        if not len(self._sorted) or not len(sources):
            return np.full(len(sources), -1, dtype=np.int64)
        source, ident = source[sources.codes], ident[ids.codes]
        keys = np.where((source < 0) | (ident < 0), np.int64(-1), source * self._width + ident)
        at = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
        return np.where(self._sorted[at] == keys, self._order[at], -1)

    def row(self, source: str, ident: str) -> int | None:
        """The row number of one reference, or None."""
        s, i = self._source_codes.get(source), self._id_codes.get(ident)
        if s is None or i is None or not len(self._sorted):
            return None
        key = s * self._width + i
        at = int(np.searchsorted(self._sorted, key))
        return int(self._order[at]) if at < len(self._sorted) and self._sorted[at] == key else None


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the set bits, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
