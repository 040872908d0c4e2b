"""Rows found by source and id are those that a dictionary would find, however they are held."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model import keys
from accessreview.model.columns import Column
from accessreview.model.keys import Keys, Pairs

WORDS = st.sampled_from(["", "a", "b", "é", "vm-1", "vm-2", "vm-3"])
ROWS = st.lists(st.tuples(WORDS, WORDS), max_size=12)


@pytest.fixture(autouse=True, params=["table", "sorted"], scope="module")
def _way(request: pytest.FixtureRequest) -> object:
    """Run everything with a table of all combinations, and with none because it is too large."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sorted":
            patch.setattr(keys, "_SMALL", 0)
            patch.setattr(keys, "_GENEROUS", 0)
        yield


def columns(rows: list[tuple[str, str]]) -> tuple[Column, Column]:
    return Column.of(row[0] for row in rows), Column.of(row[1] for row in rows)


@given(ROWS, ROWS)
def test_the_first_row_with_the_key_is_found(
    rows: list[tuple[str, str]], wanted: list[tuple[str, str]]
) -> None:
    held = Keys(*columns(rows))

    expected = [rows.index(one) if one in rows else -1 for one in wanted]
    assert held.rows(*columns(wanted)).tolist() == expected
    assert [held.row(*one) for one in wanted] == [None if row < 0 else row for row in expected]


@given(ROWS)
def test_every_row_holds_its_pair(rows: list[tuple[str, str]]) -> None:
    pairs = Pairs(*columns(rows))

    read = [
        (pairs.first[first], pairs.second[second])
        for first, second in zip(
            pairs.first_codes.tolist(), pairs.second_codes.tolist(), strict=True
        )
    ]
    assert len(set(read)) == len(pairs)
    assert [read[number] for number in pairs.of_row] == rows


@given(st.lists(WORDS, min_size=1, max_size=12), st.data())
def test_taken_rows_keep_their_strings_and_no_others(
    strings: list[str], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(strings) - 1), max_size=6))

    taken = Column.of(strings).take(np.array(rows, dtype=np.int64))

    assert list(taken) == [strings[row] for row in rows]
    assert set(taken.values) == set(taken)
