"""Readings put together, and a snapshot taken apart again."""

import pytest

from accessreview.model.errors import InputError, NotFoundError
from accessreview.model.snapshot import ANNEX, TABLES, SourceKind
from accessreview.snapshot.compose import compose, parts
from tests.snapshots import (
    INVENTORY,
    NOON,
    PEOPLE,
    SOURCES,
    Rows,
    a_reading,
    a_snapshot,
    a_source,
    rows_of,
)


def test_a_snapshot_holds_every_row_of_its_readings_in_canonical_order() -> None:
    snapshot = a_snapshot()

    held = rows_of({**snapshot.tables, **snapshot.annex})
    assert {name: rows for name, rows in held.items() if rows} == {
        name: sorted(rows) for name, rows in {**INVENTORY, **PEOPLE}.items()
    }
    assert list(snapshot.tables) == list(TABLES)
    assert list(snapshot.annex) == list(ANNEX)
    assert [source.id for source in snapshot.sources] == ["corp", "vc"]


def test_the_order_of_readings_makes_no_difference() -> None:
    readings = [a_reading(SOURCES[0], INVENTORY), a_reading(SOURCES[1], PEOPLE)]

    assert compose(NOON, readings).digest == compose(NOON, reversed(readings)).digest


def test_the_annex_is_outside_the_digest() -> None:
    without = {name: rows for name, rows in PEOPLE.items() if name in TABLES}
    readings = [a_reading(SOURCES[0], INVENTORY), a_reading(SOURCES[1], without)]

    assert compose(NOON, readings).digest == a_snapshot().digest


def test_readings_of_the_same_table_are_joined() -> None:
    other = a_source("other", SourceKind.DIRECTORY)
    guests: Rows = {
        "groups": [("other", "g1", "guests"), ("other", "g2", "all")],
        "members": [("other", "g1", "corp", "a1"), ("other", "g2", "other", "g1")],
    }

    snapshot = compose(NOON, [a_reading(SOURCES[1], PEOPLE), a_reading(other, guests)])

    assert list(snapshot["groups"].rows()) == sorted([*PEOPLE["groups"], *guests["groups"]])
    assert list(snapshot["members"].rows()) == sorted([*PEOPLE["members"], *guests["members"]])


def test_a_snapshot_taken_apart_can_be_put_together_again() -> None:
    snapshot = a_snapshot()

    again = compose(NOON, [parts(snapshot, source.id) for source in snapshot.sources])

    assert again.digest == snapshot.digest
    assert rows_of(again.annex) == rows_of(snapshot.annex)


def test_the_part_of_a_source_holds_its_rows_alone() -> None:
    part = parts(a_snapshot(), "vc")

    assert part.source == SOURCES[0]
    assert {name for name, table in part.tables.items() if len(table)} == set(INVENTORY)


def test_a_source_that_is_not_there_has_no_part() -> None:
    with pytest.raises(NotFoundError, match="“none”"):
        parts(a_snapshot(), "none")


def test_contradictions_are_refused_with_all_their_places() -> None:
    rows = {**PEOPLE, "groups": [("corp", "g1", "ops"), ("corp", "g1", "ops"), ("corp", "a1", "x")]}

    with pytest.raises(InputError) as refused:
        compose(NOON, [a_reading(SOURCES[1], rows)])

    assert refused.value.problems == (
        "Table groups row 2: source/id “corp/g1” repeats the key of row 1.",
        "Table groups row 3: id “a1” is the id of an account of the same source.",
        "Table members row 2: group “g2” is no group of source “corp”.",
    )


def test_a_snapshot_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="no source is listed"):
        compose(NOON, [])
