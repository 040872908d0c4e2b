"""Tables as CSV: RFC 4180 to the letter, UTF-8, a header row; line ends may be LF."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from accessreview.bundles.faults import Faults
from accessreview.bundles.parsed import FIRST_ROW, ParsedTable, check_header
from accessreview.model.columns import Codes, Column, Table, TableSchema
from accessreview.snapshot.problem import shown

_FIELD = r'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_FIELDS = re.compile(rf"{_FIELD}(?:,{_FIELD})*+")
_RECORDS = re.compile(rf"(?:(?!\Z){_FIELDS.pattern}(?:\r?\n|\Z))*+")
"""All records up to the first that breaks RFC 4180; the csv module itself is too lenient."""

_CHUNK = 65_536


def format_csv(table: Table) -> bytes:
    """The table in the schema's column order, lines ended by CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.schema.columns)
    writer.writerows(table.rows())
    return text.getvalue().encode()


def parse_csv(file: str, data: bytes, schema: TableSchema, faults: Faults) -> ParsedTable:
    """Read every sound row; what is not sound goes to ``faults`` with file, row and value.

    Bytes that are not UTF-8 stay in the values as lone surrogates, for the check of values to find.
    """
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    records = _RECORDS.match(text)
    end = records.end() if records else 0
    reader = csv.reader(io.StringIO(text[:end], newline=""), strict=True)
    header = next(reader, None)
    if header is None:
        faults.add(
            _ill_formed(file, 1, text) if text else f"{file} is empty: it has no header row."
        )
        return ParsedTable.unreadable(file, schema)
    if not check_header(file, header, schema, faults):
        return ParsedTable.unreadable(file, schema)
    rows = _Rows(file, len(header), faults)
    columns = rows.read(reader)
    if end < len(text):
        faults.add(_ill_formed(file, rows.next_number, text[end:]))
    return ParsedTable(
        file,
        Table(schema, {name: columns[header.index(name)] for name in schema.columns}),
        np.delete(np.arange(FIRST_ROW, rows.next_number, dtype=np.int64), rows.dropped),
        sound=not rows.dropped and not rows.is_cut_off and end == len(text),
    )


class _Rows:
    """Reads records into columns, a chunk at a time; drops those of the wrong width."""

    def __init__(self, file: str, width: int, faults: Faults) -> None:
        self._file = file
        self._width = width
        self._faults = faults
        self.next_number = FIRST_ROW
        self.dropped: list[int] = []
        """Positions, from 0, of the records that were left out."""
        self.is_cut_off = False

    def read(self, reader: Iterator[list[str]]) -> Sequence[Column]:
        words: list[defaultdict[str, int]] = [defaultdict() for _ in range(self._width)]
        codes: list[list[Codes]] = [[] for _ in range(self._width)]
        for index in words:
            index.default_factory = index.__len__
        records = self._until_error(reader)
        while chunk := list(islice(records, _CHUNK)):
            rows = self._of_right_width(chunk)
            self.next_number += len(chunk)
            for index, into, column in zip(words, codes, zip(*rows, strict=True), strict=False):
                into.append(np.fromiter(map(index.__getitem__, column), np.int32, len(rows)))
        empty = np.zeros(0, dtype=np.int32)
        return [
            Column(np.concatenate([empty, *into]), tuple(index))
            for index, into in zip(words, codes, strict=True)
        ]

    def _of_right_width(self, chunk: list[list[str]]) -> list[list[str]]:
        if set(map(len, chunk)) == {self._width}:
            return chunk
        kept: list[list[str]] = []
        for number, row in enumerate(chunk, self.next_number):
            if len(row) == self._width:
                kept.append(row)
                continue
            self.dropped.append(number - FIRST_ROW)
            self._faults.add(
                f"{self._file} row {number}: has {len(row)} fields instead of {self._width}: "
                f"{shown(','.join(row))}."
            )
        return kept

    def _until_error(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        number = FIRST_ROW
        try:
            for row in reader:
                yield row
                number += 1
        except csv.Error as error:
            self.is_cut_off = True
            self._faults.add(f"{self._file} row {number}: cannot be read: {error}.")


def _ill_formed(file: str, number: int, rest: str) -> str:
    """Say what is wrong with the record at the beginning of ``rest``."""
    fields = _FIELDS.match(rest)
    at = fields.end() if fields else 0
    begins_field = at == 0 or rest[at - 1] == ","
    if rest[at] == "\r":
        why = "a carriage return ends no line by itself; quote it or end lines by CR LF or LF"
    elif rest[at] == '"' and begins_field:
        why = "a quoted field never ends; the file may be cut off"
    elif rest[at] == '"':
        why = "a quote stands inside a field that is not quoted; quote the field and double it"
    else:
        why = "text follows a closing quote; double a quote that belongs to the value"
    line = rest[: max(rest.find("\n", at), at) if "\n" in rest[at:] else len(rest)]
    return f"{file} row {number}: {shown(line)}: {why}."
