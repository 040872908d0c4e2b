"""The mapping of reviewers: a CSV file that an administrator keeps."""

from collections.abc import Iterator
from pathlib import Path

from accessreview.bootstrap.csv_rows import read_rows
from accessreview.review.routing import ReviewerMapping

_COLUMNS = ("reviewer", "principal", "vcenter", "entity")
_OPTIONAL = ("account",)


def read_mapping(path: Path) -> tuple[ReviewerMapping, ...]:
    """Read ``reviewer,principal,vcenter,entity``; an empty field matches anything.

    A fifth column ``account`` may follow.

    Raises:
        InputError: the file cannot be read, or a row is not as it has to be; file and row named.
    """
    rows = read_rows(path, "mapping of reviewers", _COLUMNS, _wrong, _OPTIONAL)
    names = (*_COLUMNS, *_OPTIONAL)
    return tuple(ReviewerMapping(**dict(zip(names, row, strict=True))) for row in rows)


def _wrong(row: list[str]) -> Iterator[str]:
    reviewer, principal, vcenter, entity, account = row
    if not reviewer:
        yield "it names no reviewer"
    if not (principal or vcenter or account):
        yield "it matches everything; name a principal, a vCenter or an account"
    if entity and not vcenter:
        yield "it names an entity without its vCenter"
