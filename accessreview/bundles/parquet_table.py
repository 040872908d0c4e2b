"""Tables as Parquet: the same columns as CSV, all strings, no nulls."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accessreview.bundles.faults import Faults
from accessreview.bundles.parsed import FIRST_ROW, ParsedTable, check_header
from accessreview.model.columns import Column, Table, TableSchema

_MOST_ROWS = 200_000_000
"""More than any estate has; a few bytes of Parquet can claim any number of equal rows."""


def format_parquet(table: Table) -> bytes:
    """The table in the schema's column order, as plain string columns."""
    columns = {
        name: pa.DictionaryArray.from_arrays(
            pa.array(column.codes), pa.array(column.values, pa.string())
        )
        for name, column in table.columns.items()
    }
    sink = pa.BufferOutputStream()
    arrow = pa.table({name: columns[name] for name in table.schema.columns})
    pq.write_table(arrow, sink, compression="zstd", store_schema=False)
    return bytes(sink.getvalue())


def parse_parquet(file: str, data: bytes, schema: TableSchema, faults: Faults) -> ParsedTable:
    """Read all columns; what is not as it must be goes to ``faults``.

    Bytes that are not UTF-8 stay in the values as lone surrogates, for the check of values to find.
    """
    unreadable = ParsedTable.unreadable(file, schema)
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data))
        if not check_header(file, parquet.schema_arrow.names, schema, faults):
            return unreadable
        if not _are_strings(file, parquet.schema_arrow, faults):
            return unreadable
        if parquet.metadata.num_rows > _MOST_ROWS:
            faults.add(
                f"{file} claims {parquet.metadata.num_rows} rows; at most {_MOST_ROWS} are read."
            )
            return unreadable
        arrow = parquet.read()
    except (pa.ArrowException, OSError) as error:
        faults.add(f"{file} is not a complete Parquet file: {_first_line(error)}.")
        return unreadable
    strings = {name: arrow[name].cast(pa.large_string()) for name in schema.columns}
    if not _has_no_nulls(file, strings, faults):
        return unreadable
    return ParsedTable(
        file,
        Table(schema, {name: _column(chunked) for name, chunked in strings.items()}),
        np.arange(FIRST_ROW, FIRST_ROW + arrow.num_rows, dtype=np.int64),
        sound=True,
    )


def _are_strings(file: str, schema: pa.Schema, faults: Faults) -> bool:
    wrong = [field for field in schema if not _is_string(field.type)]
    faults.add(
        *(f"{file}: column “{field.name}” holds {field.type}, not strings." for field in wrong)
    )
    return not wrong


def _is_string(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _has_no_nulls(file: str, strings: Mapping[str, pa.ChunkedArray], faults: Faults) -> bool:
    sentences = [
        f"{file} row {pc.index(pc.is_null(chunked), True).as_py() + FIRST_ROW}: column “{name}” is "
        f"null ({chunked.null_count} rows are); write an empty string."
        for name, chunked in strings.items()
        if chunked.null_count
    ]
    faults.add(*sentences)
    return not sentences


def _column(strings: pa.ChunkedArray) -> Column:
    encoded = strings.cast(pa.large_binary()).dictionary_encode().combine_chunks()
    return Column(
        encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32),
        tuple(value.decode("utf-8", "surrogateescape") for value in encoded.dictionary.to_pylist()),
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
