"""The mapping of reviewers: a CSV file that an administrator keeps."""

import csv
from collections.abc import Iterator
from pathlib import Path

from accessreview.model.errors import InputError
from accessreview.review.routing import ReviewerMapping

_COLUMNS = ("reviewer", "principal", "vcenter", "entity")


def read_mapping(path: Path) -> tuple[ReviewerMapping, ...]:
    """Read ``reviewer,principal,vcenter,entity``; an empty field matches anything.

    Raises:
        InputError: the file cannot be read, or a row is not as it has to be; file and row named.
    """
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The mapping of reviewers {path} cannot be read: {error}.") from error
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise InputError(f"{path}: the first row has to read {','.join(_COLUMNS)}.")
    numbered = [(number, row) for number, row in enumerate(rows[1:], start=2) if row]
    problems = tuple(
        f"{path}: row {number}: {problem}." for number, row in numbered for problem in _wrong(row)
    )
    if problems:
        raise InputError(*problems)
    return tuple(
        ReviewerMapping(**dict(zip(_COLUMNS, (field.strip() for field in row), strict=True)))
        for _, row in numbered
    )


def _wrong(row: list[str]) -> Iterator[str]:
    if len(row) != len(_COLUMNS):
        yield f"it has {len(row)} fields, not {len(_COLUMNS)}"
        return
    reviewer, principal, vcenter, entity = (field.strip() for field in row)
    if not reviewer:
        yield "it names no reviewer"
    if not (principal or vcenter):
        yield "it matches everything; name a principal or a vCenter"
    if entity and not vcenter:
        yield "it names an entity without its vCenter"
