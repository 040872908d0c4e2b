"""Readings of sources that could not be read: their last rows, said to be old."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from accessreview.model.canonical import plain
from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind

_STALE = "Could not be read on "
_NEVER = "It has never been read."
_REFERENCES = {
    "members": ("group_source", "member_source", "member"),
    "responsibles": ("source", "responsible_source", "responsible"),
    "ways": ("group_source", "member_source", "member"),
}


def carried(last: Reading, reason: str, now: datetime) -> Reading:
    """The last reading of a source that fails now; its times stay those of its rows."""
    if any(gap.endswith(_NEVER) for gap in last.source.gaps):
        return never_read(last.source.id, last.source.kind, reason, now)
    gap = f"{_STALE}{plain(now)}: {reason} These rows are of {plain(last.source.finished_at)}."
    kept = (gap_ for gap_ in last.source.gaps if not gap_.startswith(_STALE))
    source = replace(last.source, coverage=Coverage.PARTIAL, gaps=(gap, *kept))
    return Reading(source, last.tables)


def never_read(source: str, kind: SourceKind, reason: str, now: datetime) -> Reading:
    """An empty reading of a source that never could be read."""
    gap = f"{_STALE}{plain(now)}: {reason} {_NEVER}"
    return Reading(Source(source, kind, source, Coverage.PARTIAL, (gap,), now, now), {})


def without_dangling(readings: Sequence[Reading]) -> list[Reading]:
    """Leave out references into other sources that lead nowhere, and say so.

    Rows that are carried forward are older than those of other sources, which may have lost what
    they name, or may name what they do not have yet.
    """
    known = {
        (source, id_)
        for reading in readings
        for name in ("accounts", "groups")
        if name in reading.tables
        for source, id_ in zip(
            reading.tables[name]["source"], reading.tables[name]["id"], strict=True
        )
    }
    return [_pruned(reading, known) for reading in readings]


def _pruned(reading: Reading, known: set[tuple[str, str]]) -> Reading:
    tables, lost = dict(reading.tables), 0
    for name, (own, source, id_) in _REFERENCES.items():
        table = tables.get(name)
        if table is None or set(table[source].values) <= set(table[own].values):
            continue
        keep = np.array(
            [
                here == there or (there, wanted) in known
                for here, there, wanted in zip(table[own], table[source], table[id_], strict=True)
            ],
            dtype=bool,
        )
        if not keep.all():
            lost += int((~keep).sum())
            tables[name] = _rows(table, keep)
    if not lost:
        return reading
    gap = (
        f"{lost} reference(s) into other sources were left out: what they name is not among "
        "the rows of those, which are of another time."
    )
    source_now = replace(
        reading.source, coverage=Coverage.PARTIAL, gaps=(*reading.source.gaps, gap)
    )
    return Reading(source_now, tables)


def _rows(table: Table, keep: NDArray[np.bool_]) -> Table:
    return Table(
        table.schema,
        {name: Column(column.codes[keep], column.values) for name, column in table.columns.items()},
    )
