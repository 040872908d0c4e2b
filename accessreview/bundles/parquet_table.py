"""Tables as Parquet: the same columns as CSV, all strings, no nulls."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accessreview.bundles.faults import Faults
from accessreview.bundles.parsed import FIRST_ROW, ParsedTable, check_header
from accessreview.model.columns import Column, Table, TableSchema
from accessreview.model.texts import Texts

_MOST_ROWS = 200_000_000
"""More than any estate has; a few bytes of Parquet can claim any number of equal rows."""

_DICTIONARY = 2**30
_AT_ONCE = 2


def format_parquet(table: Table) -> bytes:
    """The table in the schema's column order, as plain string columns."""
    columns = {
        name: pa.DictionaryArray.from_arrays(
            pa.array(column.codes), pa.array(list(column.values), pa.string())
        )
        for name, column in table.columns.items()
    }
    sink = pa.BufferOutputStream()
    arrow = pa.table({name: columns[name] for name in table.schema.columns})
    # One dictionary for the whole column: a reader takes its numbers over instead of the strings.
    pq.write_table(
        arrow,
        sink,
        compression="zstd",
        store_schema=False,
        row_group_size=max(1, len(table)),
        dictionary_pagesize_limit=_DICTIONARY,
    )
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
        columns = _columns(file, data, schema, faults)
    except (pa.ArrowException, OSError) as error:
        faults.add(f"{file} is not a complete Parquet file: {_first_line(error)}.")
        return unreadable
    if len(columns) < len(schema.columns):
        return unreadable
    numbers = range(FIRST_ROW, FIRST_ROW + parquet.metadata.num_rows)
    return ParsedTable(file, Table(schema, columns), numbers, sound=True)


def _columns(file: str, data: bytes, schema: TableSchema, faults: Faults) -> Mapping[str, Column]:
    """Every column without nulls; as plain strings they would not all have room at once."""
    columns = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # Arrow decodes outside the interpreter's lock
        read = pool.map(partial(_encoded, data), schema.columns)
        for name, encoded in zip(schema.columns, read, strict=True):
            column = _column(file, name, encoded, faults)
            if column is not None:
                columns[name] = column
    pa.default_memory_pool().release_unused()
    return columns


def _encoded(data: bytes, name: str) -> pa.DictionaryArray:
    """A column as numbers of its distinct strings."""

    def read(dictionaries: list[str]) -> pa.ChunkedArray:
        source = pq.ParquetFile(pa.BufferReader(data), read_dictionary=dictionaries)
        return source.read(columns=[name]).column(0)

    numbered = read([name])
    if not all(map(_is_within, numbered.chunks)):
        # Arrow drops what a dictionary in the file repeats, and keeps the numbers of what follows.
        numbered = read([]).cast(pa.string()).dictionary_encode()
    return numbered.unify_dictionaries().combine_chunks()


def _is_within(encoded: pa.DictionaryArray) -> bool:
    """Whether every number is that of a string."""
    ends = pc.min_max(encoded.indices)
    least, most = ends["min"].as_py(), ends["max"].as_py()
    return least is None or 0 <= least <= most < len(encoded.dictionary)


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


def _column(file: str, name: str, encoded: pa.DictionaryArray, faults: Faults) -> Column | None:
    if encoded.null_count:
        first = pc.index(pc.is_null(encoded), True).as_py() + FIRST_ROW
        faults.add(
            f"{file} row {first}: column “{name}” is null ({encoded.null_count} rows are); "
            "write an empty string."
        )
        return None
    if len(encoded.dictionary) == 1:  # memory for zeros is taken only when they are written to
        codes = np.zeros(len(encoded), dtype=np.int32)
    else:
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return Column(codes, _texts(encoded.dictionary))


def _texts(strings: pa.Array) -> Texts:
    """Take the strings over as bytes, without making any."""
    _, bounds_buffer, data_buffer = strings.cast(pa.large_binary()).buffers()
    bounds = np.frombuffer(bounds_buffer or b"", dtype=np.int64)
    bounds = bounds[strings.offset : strings.offset + len(strings) + 1]
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    data = data[bounds[0] : bounds[-1]] if len(bounds) else data[:0]
    try:
        return Texts.packed(data, np.diff(bounds))
    except UnicodeDecodeError:
        values = strings.cast(pa.large_binary()).to_pylist()
        return Texts(value.decode("utf-8", "surrogateescape") for value in values)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
