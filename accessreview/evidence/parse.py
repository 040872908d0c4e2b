"""The files of an evidence package read strictly: canonical JSON only, nothing twice."""

import json
from typing import Any

from accessreview.model.canonical import canonical_json
from accessreview.model.errors import IntegrityError

Row = dict[str, Any]


def parse_object(data: bytes, name: str) -> Row:
    """One JSON object whose bytes are exactly its canonical form.

    Raises:
        IntegrityError: not JSON, not an object, or not canonical: such bytes were not written by
            this product, and two readers could understand them differently.
    """
    try:
        value = json.loads(data)
        canonical = canonical_json(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise IntegrityError(f"{name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise IntegrityError(f"{name} does not hold a JSON object.")
    if canonical != data:
        raise IntegrityError(f"{name} is not in canonical form.")
    return value


def parse_lines(data: bytes, name: str) -> list[Row]:
    """JSON Lines, each an object in canonical form, the last one ended too."""
    if data and not data.endswith(b"\n"):
        raise IntegrityError(f"{name} ends in the middle of a line.")
    lines = data.split(b"\n")[:-1]
    return [parse_object(line, f"{name} line {number}") for number, line in enumerate(lines, 1)]
