"""Putting together attributes that Active Directory hands out in parts (``member;range=0-1499``).

The plain name may stand beside the parts with no value: taken at its word, a big group is empty.
"""

import re
from collections.abc import Callable, Mapping, Sequence

Raw = Mapping[str, tuple[bytes, ...]]
"""By lower-case description, options included."""
More = Callable[[Sequence[str]], Raw | None]

_RANGE = re.compile(r"range=(\d+)-(\d+|\*)")
_ATTEMPTS = 3


def is_complete(raw: Raw) -> bool:
    """Whether nothing has to be put together; so it is with nearly every entry."""
    return ";" not in "".join(raw) and all(raw.values())


def completed(raw: Raw, more: More) -> Mapping[str, tuple[bytes, ...]] | None:
    """Return all values by attribute name without options.

    ``more`` reads the attributes named of the same entry again. None when the values changed
    underneath each time, so that no complete reading came together.
    """
    whole: dict[str, tuple[bytes, ...]] = {}
    ranged: set[str] = set()
    for name in sorted(raw, key=len):  # the plain name before those with options
        attribute, _, option = name.partition(";")
        if _RANGE.fullmatch(option):
            ranged.add(attribute)
        elif raw[name]:
            whole[attribute] = whole.get(attribute, ()) + raw[name]
    for attribute in ranged:
        values = _all_values(attribute, raw, more)
        if values is None:
            return None
        if values:
            whole[attribute] = values
    return whole


def _all_values(attribute: str, raw: Raw, more: More) -> tuple[bytes, ...] | None:
    first: Raw | None = raw
    for _ in range(_ATTEMPTS):
        values = _in_order(attribute, first, more)
        if values is not None and len(set(values)) == len(values):
            return values
        first = more([f"{attribute};range=0-*"])
    return None


def _in_order(attribute: str, raw: Raw | None, more: More) -> tuple[bytes, ...] | None:
    """Follow the parts from the first; None when one is missing, empty or out of place.

    Each part begins with the last value of the one before. Where that stands elsewhere by now,
    values were taken out before it, and as many would have slipped through between the parts.
    """
    values: list[bytes] = []
    while raw is not None:
        part = _part(attribute, raw)
        known = values[-1:]
        at = len(values) - len(known)
        if part is None or part[0] != at or tuple(known) != part[2][: len(known)]:
            return None
        values[at:] = part[2]
        if part[1] == "*":
            return tuple(values)
        if len(part[2]) == len(known):
            return None
        raw = more([f"{attribute};range={len(values) - 1}-*"])
    return None


def _part(attribute: str, raw: Raw) -> tuple[int, str, tuple[bytes, ...]] | None:
    """Start, end and values; of two, the one that holds values or ends the list."""
    best: tuple[int, str, tuple[bytes, ...]] | None = None
    for name, values in raw.items():
        base, _, option = name.partition(";")
        match = _RANGE.fullmatch(option)
        if match and base == attribute and (best is None or values):
            best = (int(match[1]), match[2], values)
    return best
