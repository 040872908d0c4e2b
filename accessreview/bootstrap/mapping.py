"""The mapping of reviewers: a CSV file that an administrator keeps."""

from collections.abc import Iterator
from pathlib import Path

from accessreview.bootstrap.csv_rows import read_rows
from accessreview.review.routing import ReviewerMapping

_COLUMNS = ("reviewer", "principal", "vcenter", "entity")


def read_mapping(path: Path) -> tuple[ReviewerMapping, ...]:
    """Read ``reviewer,principal,vcenter,entity``; an empty field matches anything.

    Raises:
        InputError: the file cannot be read, or a row is not as it has to be; file and row named.
    """
    rows = read_rows(path, "mapping of reviewers", _COLUMNS, _wrong)
    return tuple(ReviewerMapping(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def _wrong(row: list[str]) -> Iterator[str]:
    reviewer, principal, vcenter, entity = row
    if not reviewer:
        yield "it names no reviewer"
    if not (principal or vcenter):
        yield "it matches everything; name a principal or a vCenter"
    if entity and not vcenter:
        yield "it names an entity without its vCenter"
