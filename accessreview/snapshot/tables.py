"""Tables put together, thinned out and added to; columns are shared where they can be."""

from collections.abc import Container, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Codes, Column, Table, TableSchema
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts

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


def added(values: Texts, more: Texts) -> tuple[Texts, Codes]:
    """The values with those of ``more`` that are new, and where each of ``more`` is in them."""
    if not len(values):
        return more, np.arange(len(more), dtype=np.int32)
    places = TextIndex(values).find(more)
    is_new = places < 0
    if not is_new.any():
        return values, places
    codes = np.where(is_new, len(values) + np.cumsum(is_new) - 1, places)
    return values.joined(more.take(np.flatnonzero(is_new))), codes.astype(np.int32)


def _stacked(columns: Sequence[Column]) -> Column:
    values, codes = Texts(()), [np.zeros(0, dtype=np.int32)]
    for column in columns:
        values, places = added(values, column.values)
        codes.append(places[column.codes])
    return Column(np.concatenate(codes), values)
