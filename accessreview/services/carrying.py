"""Sources of which nothing was taken this time: their last rows, said to be old."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import numpy as np

from accessreview.model.canonical import plain
from accessreview.model.columns import Table
from accessreview.model.refusal import RefusedReading
from accessreview.model.snapshot import (
    ANNEX,
    Coverage,
    Reading,
    Snapshot,
    Source,
    SourceKind,
    Standing,
)
from accessreview.snapshot.compose import parts
from accessreview.snapshot.joining import WAYS
from accessreview.snapshot.known import Ref, is_uuid, present
from accessreview.snapshot.tables import Rows, extended, fields, less, rows_with

_UNREAD = "Could not be read on "
_KEPT_OUT = "Kept out on "
_NEVER_READ = "It has never been read."
_NEVER_TAKEN = "Nothing of it was taken before."
HOW_TO_ACCEPT = (
    "If that is right, accept it once: accessreview reading accept {} --by NAME --reason TEXT."
)
_REFERENCES = {
    "members": ("member_source", "member"),
    "responsibles": ("responsible_source", "responsible"),
    "ways": ("member_source", "member"),
}
_STANDINGS = {way: standing for standing, way in WAYS.items()}
_LOST = "what was found for it is no longer read"

Row = tuple[str, ...]
Membership = tuple[str, str, str]
"""A group of the source, and the member's source and id."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The last reading of a source that has no newer one; its times stay those of its rows.

    ``found`` are its members that were outsiders until another source knew them, each with its
    rows of that table: what the group says, should the other source not know it any more.
    """

    reading: Reading
    found: Mapping[Membership, Sequence[Row]]


def unread(reason: str, now: datetime) -> str:
    """Why there is nothing new of a source that could not be read."""
    return f"{_UNREAD}{plain(now)}: {reason}"


def kept_out(refused: RefusedReading, now: datetime) -> str:
    """Why there is nothing new of a source whose reading was kept out."""
    return f"{_KEPT_OUT}{plain(now)}: {refused.sentences} {HOW_TO_ACCEPT.format(refused.source)}"


def carried(last: Snapshot, source_id: str, why: str, now: datetime) -> Carried:
    """What the last snapshot with the source has of it, and ``why`` it has nothing newer."""
    reading = parts(last, source_id)
    source = reading.source
    if is_empty(source):
        return Carried(never_taken(source_id, source.kind, why, now), {})
    gap = f"{why} These rows are of {plain(source.finished_at)}."
    kept = (gap_ for gap_ in source.gaps if not gap_.startswith((_UNREAD, _KEPT_OUT)))
    source = replace(source, coverage=Coverage.PARTIAL, gaps=(gap, *kept))
    return Carried(Reading(source, reading.tables), _found(last, reading))


def never_taken(source: str, kind: SourceKind, why: str, now: datetime) -> Reading:
    """An empty reading of a source of which there never was one."""
    gap = f"{why} {_NEVER_READ if why.startswith(_UNREAD) else _NEVER_TAKEN}"
    return Reading(Source(source, kind, source, Coverage.PARTIAL, (gap,), now, now), {})


def is_empty(source: Source) -> bool:
    """Whether no reading of it was ever taken."""
    return any(gap.endswith((_NEVER_READ, _NEVER_TAKEN)) for gap in source.gaps)


def is_old(source: Source) -> bool:
    """Whether nothing was taken of it when its snapshot was, so that its rows are older."""
    return any(gap.startswith((_UNREAD, _KEPT_OUT)) for gap in source.gaps)


def reopened(carried: Sequence[Carried], read: Sequence[Reading]) -> list[Reading]:
    """The carried readings, ready to be joined with what was read now.

    A member that was found in another source stays one as long as that source has it. Else it is
    an outsider again, which another source may know, or the same one when it has it again.
    """
    readings = [one.reading for one in carried]
    there = present([*readings, *read], {key[1:] for one in carried for key in one.found})
    return [
        _reopened(
            one.reading, {key: rows for key, rows in one.found.items() if key[1:] not in there}
        )
        for one in carried
    ]


def without_dangling(readings: Sequence[Reading]) -> list[Reading]:
    """Leave out references into other sources that lead nowhere, and say so.

    Rows that are carried forward are older than those of other sources, which may have lost what
    they name, or may name what they do not have yet.
    """
    named = {
        ref
        for reading in readings
        for name, rows in _abroad(reading)
        for ref in _refs(reading.tables[name], rows)
    }
    nowhere = named - present(readings, named)
    return [_pruned(reading, nowhere) if nowhere else reading for reading in readings]


def _found(last: Snapshot, reading: Reading) -> Mapping[Membership, Sequence[Row]]:
    source, ways = reading.source.id, reading.tables["ways"]
    joined = [*fields(ways, rows_with(ways["way"], _STANDINGS))]
    ids = {row[3] for row in joined}
    names = {(row[0], row[1]): row[2] for row in _rows_of(last.annex["locators"], ids)}
    sids, uuids = (
        {
            (row[0], row[1]): row[3]
            for row in _rows_of(last.annex["identifiers"], ids)
            if row[2] == scheme
        }
        for scheme in ("sid", "uuid")
    )
    found: dict[Membership, list[Row]] = {}
    for _, group, *member, way in joined:
        ref, standing = (member[0], member[1]), _STANDINGS[way]
        written = names.get(ref) if standing is Standing.ELSEWHERE else _id(ref, sids, uuids)
        if written:
            row = (source, group, written, standing.value, _LOST)
            found.setdefault((group, *ref), []).append(row)
    return found


def _id(ref: Ref, sids: Mapping[Ref, str], uuids: Mapping[Ref, str]) -> str:
    """By what other directories name it."""
    own = ref[1]
    if own.startswith("S-1-"):
        return own
    return sids.get(ref) or (own if is_uuid(own) else uuids.get(ref, ""))


def _rows_of(table: Table, ids: AbstractSet[str]) -> Iterator[Row]:
    return fields(table, rows_with(table["id"], ids))


def _reopened(reading: Reading, lost: Mapping[Membership, Sequence[Row]]) -> Reading:
    if not lost:
        return reading
    tables = dict(reading.tables)
    for name in ("members", "ways"):
        table = tables[name]
        rows = rows_with(table["member"], {member for _, _, member in lost})
        gone = [row[1:4] in lost for row in fields(table, rows)]
        tables[name] = less(table, rows[np.array(gone, dtype=bool)])
    outside = tables["outsiders"] if "outsiders" in tables else Table.of(ANNEX["outsiders"], ())
    already = {row[:3] for row in outside.rows()}
    rows_of_lost = chain.from_iterable(lost.values())
    more = dict.fromkeys(row for row in rows_of_lost if row[:3] not in already)
    tables["outsiders"] = extended(outside, more)
    return Reading(reading.source, tables)


def _abroad(reading: Reading) -> Iterator[tuple[str, Rows]]:
    """The rows of each table that refer to another source."""
    for name, (source, _) in _REFERENCES.items():
        if table := reading.tables.get(name):
            others = {value for value in table[source].values if value != reading.source.id}
            yield name, rows_with(table[source], others)


def _refs(table: Table, rows: Rows) -> Iterator[Ref]:
    source, id_ = (table[column].take(rows) for column in _REFERENCES[table.schema.name])
    return zip(source, id_, strict=True)


def _pruned(reading: Reading, nowhere: AbstractSet[Ref]) -> Reading:
    tables, lost = dict(reading.tables), 0
    for name, rows in _abroad(reading):
        leads_nowhere = [ref in nowhere for ref in _refs(tables[name], rows)]
        gone = rows[np.array(leads_nowhere, dtype=bool)]
        lost += len(gone) if name != "ways" else 0  # a way belongs to a membership
        tables[name] = less(tables[name], gone)
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
