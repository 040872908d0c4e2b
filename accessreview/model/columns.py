"""Tables as dictionary-encoded columns of strings: how a snapshot is held, stored and digested.

A membership is never an object or a row of a database: a million of them are two int32 arrays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from accessreview.model.texts import Texts

Codes = NDArray[np.int32]

_SEVERAL = 8
"""Reading all values at once is faster than one by one even if only one in so many is used."""


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Column:
    """Strings, each held once: row ``i`` reads ``values[codes[i]]``.

    ``values`` are distinct. Canonical columns (see ``snapshot/canonical.py``) have them sorted by
    code point and hold none that no row uses.
    """

    codes: Codes
    values: Texts

    def __init__(self, codes: Codes, values: Iterable[str]) -> None:
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "values", values if isinstance(values, Texts) else Texts(values))

    @classmethod
    def of(cls, strings: Iterable[str]) -> "Column":
        every = list(strings)
        index = {string: code for code, string in enumerate(dict.fromkeys(every))}
        return cls(np.fromiter(map(index.__getitem__, every), np.int32, len(every)), index)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.values[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        values: Sequence[str] = self.values
        if len(values) <= _SEVERAL * len(self.codes):
            values = tuple(values)
        return map(values.__getitem__, self.codes.tolist())

    def take(self, rows: NDArray[np.intp]) -> "Column":
        """These rows; values that none of them holds are left out."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return Column(codes.astype(np.int32), self.values.take(used.astype(np.int64)))


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What a table of the bundle looks like; ``spec/bundle.md`` is the source.

    ``key`` names the columns that identify a row; ``folded`` those of them compared without case.
    ``booleans`` hold ``true`` or ``false`` and nothing else.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    folded: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, by the names of their schema and in its order."""

    schema: TableSchema
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, schema: TableSchema, rows: Iterable[Sequence[str]]) -> "Table":
        """Build a table from rows whose fields stand in the schema's order."""
        materialised = list(rows)
        return cls(
            schema,
            {
                name: Column.of(map(itemgetter(position), materialised))
                for position, name in enumerate(schema.columns)
            },
        )

    def __len__(self) -> int:
        return len(self.columns[self.schema.columns[0]])

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield every row, fields in the schema's order."""
        return zip(*(self.columns[name] for name in self.schema.columns), strict=True)
