"""Managers and owners who lie in another directory, found there.

A directory names them by distinguished name. Whoever no reading knows under it is nobody's
reviewer, which hides nobody: it is said, and lowers no coverage.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from accessreview.model.columns import Table
from accessreview.model.snapshot import Reading
from accessreview.snapshot.gaps import Gaps
from accessreview.snapshot.known import Ref, find, name_key
from accessreview.snapshot.tables import Rows, extended, fields, less, rows_with

BY_NAME = ""
"""The ``responsible_source`` of a responsible who is a name only, until readings are joined."""

Refs = Callable[[str], Sequence[Ref]]

_NOBODY = "The {} is no account of any directory that is read"


def find_responsibles(readings: Sequence[Reading]) -> list[Reading]:
    """Put accounts in place of the names; a name of several accounts stands for all of them."""
    named = [row for reading in readings for row in _named(reading)]
    if not named:
        return list(readings)
    known = find(readings, (), {name_key(row[4]) for row in named} - {""})
    accounts = _accounts(readings, {id_ for refs in known.present.values() for _, id_ in refs})
    return [_told(reading, known.refs, accounts) for reading in readings]


def _told(reading: Reading, refs: Refs, accounts: set[Ref]) -> Reading:
    unnamed = _named(reading)
    if not unnamed:
        return reading
    table = reading.tables["responsibles"]
    notes, rows = Gaps(), dict[tuple[str, ...], None]()
    locators = _locators(reading, {row[1] for row in unnamed})
    for source, id_, relation, _, name in unnamed:
        found = [ref for ref in refs(name_key(name)) if ref in accounts]
        for ref in found:
            rows[source, id_, relation, *ref] = None
        if not found:
            notes.add(_NOBODY.format(relation), f"{name} of {locators.get(id_, id_)}")
    return Reading(
        replace(reading.source, gaps=(*reading.source.gaps, *notes.sentences())),
        {**reading.tables, "responsibles": extended(less(table, _rows(table)), rows)},
    )


def _named(reading: Reading) -> list[tuple[str, ...]]:
    table = reading.tables.get("responsibles")
    return [] if table is None else list(fields(table, _rows(table)))


def _rows(table: Table) -> Rows:
    return rows_with(table["responsible_source"], (BY_NAME,))


def _accounts(readings: Iterable[Reading], ids: set[str]) -> set[Ref]:
    tables = (reading.tables["accounts"] for reading in readings if "accounts" in reading.tables)
    return {
        (row[0], row[1]) for table in tables for row in fields(table, rows_with(table["id"], ids))
    }


def _locators(reading: Reading, ids: set[str]) -> dict[str, str]:
    """What the reading calls those who have the responsible."""
    table = reading.tables.get("locators")
    if table is None:
        return {}
    return {row[1]: row[2] for row in fields(table, rows_with(table["id"], ids))}
