"""A group by what a person would call it."""

from itertools import pairwise

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.model.access import GroupRef
from accessreview.model.columns import Column
from accessreview.model.errors import NotFoundError


def find_group(estate: Estate, text: str) -> GroupRef:
    """The group with this id or ``source/id``, or this name or principal name in whatever case.

    Raises:
        NotFoundError: there is none, or there are several.
    """
    groups, names = estate.snapshot["groups"], estate.snapshot["principal_names"]
    rows = {*_rows(groups["id"], [value == text for value in groups["id"].values])}
    rows |= {*_rows(groups["name"], _folded(groups["name"], text))}
    parts = text.split("/")
    keys = [("/".join(parts[:n]), "/".join(parts[n:])) for n, _ in enumerate(pairwise(parts), 1)]
    keys += [
        (names["source"][n], names["id"][n])
        for n in _rows(names["name"], _folded(names["name"], text))
    ]
    rows |= {row for key in keys if (row := estate.group_keys.row(*key)) is not None}
    found = sorted(estate.group_ref(row) for row in rows)
    if not found:
        raise NotFoundError(f"No group has the id or name “{text}” in this snapshot.")
    if len(found) > 1:
        candidates = ", ".join(f"{ref.source}/{ref.id}" for ref in found)
        raise NotFoundError(
            f"Several groups have the id or name “{text}”; give one of {candidates}."
        )
    return found[0]


def _folded(column: Column, text: str) -> list[bool]:
    folded = text.casefold()
    return [value.casefold() == folded for value in column.values]


def _rows(column: Column, wanted: list[bool]) -> list[int]:
    rows: list[int] = np.flatnonzero(np.array(wanted, dtype=bool)[column.codes]).tolist()
    return rows
