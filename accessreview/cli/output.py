"""Rows on standard output: JSON Lines in UTF-8, whatever the locale says."""

import json
import sys
from collections.abc import Iterable


def print_rows(rows: Iterable[object]) -> None:
    """Write one JSON object a line, keys sorted."""
    stream = sys.stdout.buffer
    for row in rows:
        stream.write(json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    stream.flush()  # here, so that a closed pipe is met where it is handled
