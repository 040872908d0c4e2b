"""CSV as ``Export-Csv`` writes it: by its header, in any culture, with a ``#TYPE`` line or not."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.offline.files import ExportFile, text_of
from accessreview.model.errors import InputError

_DELIMITERS = (",", ";", "\t")
_MAX_FIELD = 1 << 24


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One record; ``where`` names file and line, columns are found in any case."""

    where: str
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The field without blanks around it; empty where there is no such column."""
        return self.fields.get(column.lower(), "").strip()

    def boolean(self, column: str) -> bool:
        """Raises InputError unless it reads True or False, in any case."""
        match self[column].lower():
            case "true":
                return True
            case "false":
                return False
            case _:
                raise InputError(
                    f"{self.where}: {column} is {self[column] or 'empty'}; True or False expected."
                )


def csv_rows(file: ExportFile, required: Sequence[str]) -> tuple[CsvRow, ...]:
    """Read all records of a file that has at least the ``required`` columns; others may be there.

    The delimiter is the one that makes them columns.

    Raises:
        InputError: a column is missing or there twice, a record has the wrong width, or the file
            ends within one. All faulty records are listed.
    """
    text = text_of(file)
    if not text.endswith("\n"):
        raise InputError(
            f"{file.name} does not end with the end of a line: it is cut off. Export it again."
        )
    skipped = 0
    if text.startswith("#TYPE"):
        text = text[text.index("\n") + 1 :]
        skipped = 1
    header = text.partition("\n")[0]
    for delimiter in _DELIMITERS:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter))]
        if len(names) > 1 and all(name.lower() in names for name in required):
            break
    else:
        raise InputError(
            f"{file.name}, line {skipped + 1}: the columns {', '.join(required)} are expected, and"
            " not all of them are there. Export it by the commands of the manual."
        )
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InputError(
            f"{file.name}, line {skipped + 1}: the column {doubled[0]} is there twice."
        )
    rows: list[CsvRow] = []
    problems: list[str] = []
    for line, record in _records(file.name, text, delimiter, skipped):
        where = f"{file.name}, line {line}"
        if len(record) == len(names):
            rows.append(CsvRow(where, dict(zip(names, record, strict=True))))
        elif record:
            problems.append(f"{where}: {len(record)} fields where the header has {len(names)}.")
    if problems:
        raise InputError(*problems)
    return tuple(rows)


def _records(name: str, text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield every record after the header with the line on which it starts."""
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        next(reader)
        start = reader.line_num
        for record in reader:
            yield start + 1 + skipped, record
            start = reader.line_num
    except csv.Error as error:
        raise InputError(
            f"{name}, line {reader.line_num + skipped}: {error}. The file is cut off or was"
            " changed by hand; export it again."
        ) from error
