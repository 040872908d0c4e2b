"""The canonical form of tables, its bytes and the digest over it."""

import hashlib
import json
import random
import struct
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model.columns import Column, Table
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import TABLES, Coverage, Source
from accessreview.snapshot.canonical import (
    canonical,
    column_bytes,
    from_column_bytes,
    snapshot_digest,
    table_digest,
    with_shared_values,
)
from tests.snapshots import NOON, SOURCES, a_snapshot

GROUPS = TABLES["groups"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=12)


@given(ROWS, st.randoms(use_true_random=False))
def test_rows_in_any_order_have_one_canonical_form(
    rows: list[tuple[str, str, str]], chance: random.Random
) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)

    one, other = canonical(Table.of(GROUPS, rows)), canonical(Table.of(GROUPS, shuffled))

    assert list(one.rows()) == list(other.rows()) == sorted(rows)
    assert table_digest(one) == table_digest(other)


@given(ROWS)
def test_the_canonical_form_of_a_canonical_table_is_itself(
    rows: list[tuple[str, str, str]],
) -> None:
    once = canonical(Table.of(GROUPS, rows))

    assert all(canonical(once)[name] is once[name] for name in GROUPS.columns)


@given(ROWS, ROWS)
def test_equal_dictionaries_are_held_once(
    rows: list[tuple[str, str, str]], others: list[tuple[str, str, str]]
) -> None:
    tables = {"one": Table.of(GROUPS, rows), "other": Table.of(GROUPS, others)}

    shared = with_shared_values(tables)

    assert list(shared["one"].rows()) == rows
    assert list(shared["other"].rows()) == others
    held = [column.values for table in shared.values() for column in table.columns.values()]
    for values in held:
        assert all((values == other) == (values is other) for other in held)


@given(st.lists(TEXT, max_size=12))
def test_column_bytes_are_read_back_as_they_were(strings: list[str]) -> None:
    column = canonical(Table.of(GROUPS, [(text, text, text) for text in strings]))["id"]

    read = from_column_bytes(column_bytes(column))

    assert read.values == column.values == tuple(sorted(set(strings)))
    assert read.codes.tolist() == column.codes.tolist()
    assert read.codes.dtype == np.int32


@given(st.lists(TEXT, min_size=1, max_size=6), st.data())
def test_a_changed_byte_never_reads_back_as_the_same_column(
    strings: list[str], data: st.DataObject
) -> None:
    stored = bytearray(
        column_bytes(canonical(Table.of(GROUPS, [(text, text, text) for text in strings]))["id"])
    )
    position = data.draw(st.integers(0, len(stored) - 1))
    stored[position] ^= data.draw(st.integers(1, 255))

    try:
        read = from_column_bytes(bytes(stored))
    except IntegrityError:
        return

    assert column_bytes(read) == bytes(stored)
    assert list(read) != sorted(strings)


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        pytest.param(b"", "head", id="nothing"),
        pytest.param(b"\1\0\0\0\1\0\0\0", "shorter", id="cut off"),
        pytest.param(b"\0\0\0\0\0\0\0\0x", "not as long", id="too long"),
        pytest.param(b"\1\0\0\0\0\0\0\0\1\0\0\0a", "no row uses", id="unused value"),
        pytest.param(b"\0\0\0\0\1\0\0\0\0\0\0\0", "points to no value", id="no value"),
        pytest.param(b"\1\0\0\0\1\0\0\0\1\0\0\0\xff\0\0\0\0", "not UTF-8", id="undecodable value"),
        pytest.param(
            b"\1\0\0\0\1\0\0\0\1\0\0\0a\xff\xff\xff\xff", "points to no value", id="negative"
        ),
        pytest.param(
            b"\2\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0ba\0\0\0\0\1\0\0\0", "not in order", id="unsorted"
        ),
    ],
)
def test_malformed_bytes_are_never_a_column(stored: bytes, why: str) -> None:
    with pytest.raises(IntegrityError, match=why):
        from_column_bytes(stored)


def test_values_that_no_row_uses_do_not_change_the_digest() -> None:
    codes = np.array([2, 0], dtype=np.int32)
    padded = Table(GROUPS, dict.fromkeys(GROUPS.columns, Column(codes, ("b", "unused", "a"))))
    plain = Table.of(GROUPS, [("a", "a", "a"), ("b", "b", "b")])

    assert table_digest(canonical(padded)) == table_digest(canonical(plain))


def test_moving_text_from_one_field_to_the_next_changes_the_digest() -> None:
    one = canonical(Table.of(GROUPS, [("d", "ab", "c")]))
    other = canonical(Table.of(GROUPS, [("d", "a", "bc")]))

    assert table_digest(one) != table_digest(other)


def test_the_digest_covers_every_word_of_the_manifest_and_no_order() -> None:
    tables = a_snapshot().tables
    vcenter, directory = SOURCES

    digest = snapshot_digest(NOON, SOURCES, tables)

    assert digest == a_snapshot().digest
    assert digest == snapshot_digest(NOON, (directory, vcenter), tables)
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert digest == snapshot_digest(east, SOURCES, tables)
    changed: list[tuple[datetime, tuple[Source, ...]]] = [
        (NOON + timedelta(seconds=1), SOURCES),
        (NOON, (replace(vcenter, name="other"), directory)),
        (NOON, (replace(vcenter, gaps=("Something was not read.",)), directory)),
        (NOON, (replace(vcenter, coverage=Coverage.PARTIAL), directory)),
        (NOON, (replace(vcenter, finished_at=NOON + timedelta(seconds=1)), directory)),
        (NOON, (vcenter,)),
    ]
    others = {snapshot_digest(at, sources, tables) for at, sources in changed}
    assert len(others | {digest}) == len(changed) + 1


def test_an_absent_table_is_an_empty_one() -> None:
    empty = {name: Table.of(schema, ()) for name, schema in TABLES.items()}

    assert snapshot_digest(NOON, SOURCES, {}) == snapshot_digest(NOON, SOURCES, empty)


def test_the_digest_is_the_one_that_the_reference_page_describes() -> None:
    snapshot = a_snapshot()
    tables: dict[str, str] = {}
    for name, schema in TABLES.items():
        rows = sorted(snapshot[name].rows())
        lines = b""
        for position, column in enumerate(schema.columns):
            strings = [row[position] for row in rows]
            values = sorted(set(strings))
            stored = struct.pack("<II", len(values), len(rows))
            stored += b"".join(struct.pack("<I", len(value.encode())) for value in values)
            stored += "".join(values).encode()
            stored += b"".join(struct.pack("<i", values.index(string)) for string in strings)
            lines += f"{column} {hashlib.sha256(stored).hexdigest()}\n".encode()
        tables[name] = hashlib.sha256(lines).hexdigest()
    time = "2026-01-31T12:00:00Z"
    times = {"started_at": time, "finished_at": time, "gaps": [], "coverage": "full"}
    document = {
        "format": "accessreview-snapshot",
        "version": 1,
        "taken_at": time,
        "sources": [
            {"id": "corp", "kind": "directory", "name": "corp.example", **times},
            {"id": "vc", "kind": "vcenter", "name": "vc.example", **times},
        ],
        "tables": tables,
    }
    canonical_json = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    assert snapshot.digest == hashlib.sha256(canonical_json).hexdigest()
