"""A table as it was found in a file: its readable rows, their numbers, and whether that is all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.bundles.faults import Faults
from accessreview.model.columns import Table, TableSchema
from accessreview.snapshot.problem import shown

FIRST_ROW = 2
"""Rows are numbered as a spreadsheet shows them: the header is row 1."""


@dataclass(frozen=True, slots=True, eq=False)
class ParsedTable:
    """``numbers`` are the row numbers of the rows in ``table``; ``sound``: no row is missing."""

    file: str
    table: Table
    numbers: Sequence[int] | NDArray[np.int64]
    sound: bool

    @classmethod
    def unreadable(cls, file: str, schema: TableSchema) -> "ParsedTable":
        return cls(file, Table.of(schema, ()), (), sound=False)

    def number(self, row: int) -> int:
        """The number of a row of ``table`` in the file."""
        return int(self.numbers[row])


def check_header(file: str, names: Sequence[str], schema: TableSchema, faults: Faults) -> bool:
    """Whether ``names`` are the schema's columns, each once, in any order."""
    counts = Counter(names)
    sentences = [
        f"{file} row 1: {shown(name)} is no column of table {schema.name}; "
        f"its columns are {', '.join(schema.columns)}."
        for name in counts
        if name not in schema.columns
    ]
    sentences += [
        f"{file} row 1: column {shown(name)} appears {count} times."
        for name, count in counts.items()
        if count > 1
    ]
    sentences += [
        f"{file} row 1: column {shown(name)} is missing."
        for name in schema.columns
        if name not in counts
    ]
    faults.add(*sentences)
    return not sentences
