"""Small CSV files that an administrator keeps."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from accessreview.model.errors import InputError


def read_rows(
    path: Path,
    what: str,
    columns: tuple[str, ...],
    wrong: Callable[[list[str]], Iterable[str]],
    optional: tuple[str, ...] = (),
) -> tuple[tuple[str, ...], ...]:
    """The rows below a header of exactly these columns, without margins and empty lines.

    ``what`` is the file to a person; ``wrong`` says what is wrong with a row of the right width.
    The ``optional`` columns may follow the others, all or none; where they do not, they are empty.

    Raises:
        InputError: the file cannot be read, or a row is not as it has to be; file and row named.
    """
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The {what} {path} cannot be read: {error}.") from error
    header = tuple(rows[0]) if rows else ()
    if header not in {columns, (*columns, *optional)}:
        raise InputError(f"{path}: the first row has to read {','.join(columns)}.")
    padding = [""] * (len(columns) + len(optional) - len(header))
    numbered = [
        (number, [field.strip() for field in row])
        for number, row in enumerate(rows[1:], start=2)
        if row
    ]
    problems = tuple(
        f"{path}: row {number}: {problem}."
        for number, row in numbered
        for problem in (
            wrong([*row, *padding])
            if len(row) == len(header)
            else (f"it has {len(row)} fields, not {len(header)}",)
        )
    )
    if problems:
        raise InputError(*problems)
    return tuple((*row, *padding) for _, row in numbered)
