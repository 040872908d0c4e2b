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
    print_blocks(map(_as_block, _batches(map(json_text, rows))))


def print_blocks(blocks: Iterable[bytes | memoryview]) -> None:
    """Write blocks of rows as they come."""
    stream = sys.stdout.buffer
    for block in blocks:
        stream.write(block)
    stream.flush()  # here, so that a closed pipe is met where it is handled


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(lines, _TOGETHER)):
        yield some


def _as_block(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
