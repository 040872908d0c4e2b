"""Rows on standard output: JSON Lines in UTF-8, whatever the locale says."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

_TOGETHER = 1000

json_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
"""A value as it stands in a row: on one line, keys sorted."""


def print_rows(rows: Iterable[object]) -> None:
    """Write one JSON object a line, keys sorted."""
    print_lines(map(json_text, rows))


def print_lines(lines: Iterable[str]) -> None:
    """Write rows that are text already, many at a time: there can be hundreds of thousands."""
    stream = sys.stdout.buffer
    for some in _batches(iter(lines)):
        stream.write("\n".join((*some, "")).encode())
    stream.flush()  # here, so that a closed pipe is met where it is handled


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(lines, _TOGETHER)):
        yield some
