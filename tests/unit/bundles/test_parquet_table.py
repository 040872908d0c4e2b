"""Parquet: the same tables as CSV, and everything else refused by a sentence."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.bundles.faults import Faults
from accessreview.bundles.parquet_table import format_parquet, parse_parquet
from accessreview.bundles.parsed import ParsedTable
from accessreview.model.columns import Table
from accessreview.model.errors import InputError
from accessreview.model.snapshot import TABLES

GROUPS = TABLES["groups"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def parse(data: bytes) -> tuple[ParsedTable, tuple[str, ...]]:
    faults = Faults()
    parsed = parse_parquet("groups.parquet", data, GROUPS, faults)
    try:
        faults.raise_if_any()
    except InputError as error:
        return parsed, error.problems
    return parsed, ()


def parquet(columns: Mapping[str, object]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=12))
def test_any_text_is_read_back_as_it_was_written(rows: list[tuple[str, str, str]]) -> None:
    parsed, problems = parse(format_parquet(Table.of(GROUPS, rows)))

    assert list(parsed.table.rows()) == rows
    assert list(parsed.numbers) == list(range(2, len(rows) + 2))
    assert parsed.sound
    assert problems == ()


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(["1", "2", "1"], id="string"),
        pytest.param(pa.array(["1", "2", "1"], pa.large_string()), id="large string"),
        pytest.param(pa.array(["1", "2", "1"]).dictionary_encode(), id="dictionary"),
        pytest.param(
            pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["1", "2", "1"])),
            id="dictionary that repeats itself",
        ),
        pytest.param(pa.chunked_array([["1"], ["2", "1"]]), id="chunks"),
    ],
)
def test_strings_are_read_however_they_are_held(ids: object) -> None:
    parsed, problems = parse(parquet({"id": ids, "name": ["a", "b", "c"], "source": ["d"] * 3}))

    assert list(parsed.table.rows()) == [("d", "1", "a"), ("d", "2", "b"), ("d", "1", "c")]
    assert parsed.table["id"].values == ("1", "2")
    assert problems == ()


@pytest.mark.parametrize("again", [[], ["last"]], ids=["one row group", "several row groups"])
def test_a_dictionary_in_the_file_may_repeat_a_string(again: list[str]) -> None:
    ids = ["once", "same", "last", *again]
    rows = {"source": ["d"] * len(ids), "id": ids, "name": ["a"] * len(ids)}
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(rows), sink, compression="none", write_statistics=False, row_group_size=3
    )

    parsed, problems = parse(bytes(sink.getvalue()).replace(b"same", b"once"))

    assert list(parsed.table["id"]) == ["once", "once", "last", *again]
    assert parsed.table["id"].values == ("once", "last")
    assert problems == ()


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (
            {"source": ["d"], "id": [1], "name": ["a"]},
            "groups.parquet: column “id” holds int64, not strings.",
        ),
        (
            {"source": ["d"], "id": pa.array([b"1"]), "name": ["a"]},
            "groups.parquet: column “id” holds binary, not strings.",
        ),
        (
            {"source": ["d"], "id": ["1"], "title": ["a"], "name": ["a"]},
            (
                "groups.parquet row 1: “title” is no column of table groups; "
                "its columns are source, id, name."
            ),
        ),
        (
            {"source": ["d", "d", "d"], "id": ["1", None, None], "name": ["a", "b", "c"]},
            "groups.parquet row 3: column “id” is null (2 rows are); write an empty string.",
        ),
        (
            {
                "source": ["d", "d"],
                "id": ["1", "2"],
                "name": pa.array(["a", None]).dictionary_encode(),
            },
            "groups.parquet row 3: column “name” is null (1 rows are); write an empty string.",
        ),
    ],
    ids=["number", "bytes", "unknown column", "null", "null in a dictionary"],
)
def test_anything_but_the_schemas_strings_is_refused(
    columns: Mapping[str, object], problem: str
) -> None:
    parsed, problems = parse(parquet(columns))

    assert problems == (problem,)
    assert not parsed.sound


def test_a_file_cut_off_anywhere_is_refused() -> None:
    whole = format_parquet(Table.of(GROUPS, [("d", "1", "a")]))

    for size in range(0, len(whole), 7):
        parsed, problems = parse(whole[:size])
        assert len(problems) == 1
        assert problems[0].startswith("groups.parquet is not a complete Parquet file: ")
        assert not parsed.sound


def test_bytes_that_are_not_utf8_stay_visible_in_the_value() -> None:
    name = pa.array([b"caf\xe9"]).view(pa.string())

    parsed, _ = parse(parquet({"source": ["d"], "id": ["1"], "name": name}))

    assert parsed.table["name"][0] == "caf\udce9"


def test_a_few_bytes_that_claim_more_rows_than_any_estate_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accessreview.bundles.parquet_table._MOST_ROWS", 2)

    _, problems = parse(format_parquet(Table.of(GROUPS, [("d", "1", "a")] * 3)))

    assert problems == ("groups.parquet claims 3 rows; at most 2 are read.",)
