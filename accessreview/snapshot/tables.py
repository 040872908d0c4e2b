"""Tables put together, thinned out and added to; columns are shared where they can be."""

from collections.abc import Container, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table, TableSchema

Rows = NDArray[np.intp]


def stacked(schema: TableSchema, tables: Sequence[Table]) -> Table:
    """The rows of all, in their order."""
    if len(tables) == 1:
        return tables[0]
    return Table(
        schema,
        {name: _stacked([table[name] for table in tables]) for name in schema.columns},
    )


def only(table: Table, rows: Rows | NDArray[np.bool_]) -> Table:
    """These rows, or those marked."""
    chosen = np.flatnonzero(rows) if rows.dtype == bool else rows
    return Table(
        table.schema,
        {
            name: Column(column.codes[chosen], column.values)
            for name, column in table.columns.items()
        },
    )


def less(table: Table, gone: Rows) -> Table:
    """All rows but these."""
    return only(table, np.delete(np.arange(len(table)), gone)) if len(gone) else table


def extended(table: Table, rows: Iterable[Sequence[str]]) -> Table:
    """The table with further rows at its end."""
    more = Table.of(table.schema, rows)
    return stacked(table.schema, [table, more]) if len(more) else table


def rows_with(column: Column, wanted: Container[str]) -> Rows:
    """The rows whose value is wanted; each distinct value is looked at once."""
    held = np.array([value in wanted for value in column.values], dtype=bool)
    return np.flatnonzero(held[column.codes]) if len(held) else np.zeros(0, dtype=np.intp)


def fields(table: Table, rows: Rows) -> Iterator[tuple[str, ...]]:
    """These rows, fields in the schema's order."""
    return only(table, rows).rows()


def _stacked(columns: Sequence[Column]) -> Column:
    index = Column.of(value for column in columns for value in column.values)
    ends = np.cumsum([len(column.values) for column in columns], dtype=np.int64)
    codes = [np.zeros(0, dtype=np.int32)]
    for column, end in zip(columns, ends.tolist(), strict=True):
        codes.append(index.codes[end - len(column.values) : end][column.codes])
    return Column(np.concatenate(codes), index.values)
