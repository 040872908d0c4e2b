"""Keys as numbers: none is taken for another, however many there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import TABLES
from accessreview.snapshot import keys
from accessreview.snapshot.keys import repeated_keys, rows_ascend

MEMBERS = TABLES["members"]


def test_keys_with_more_combinations_than_an_integer_holds_are_told_apart() -> None:
    size = 60_000  # to the fourth power: more than 2**63
    values = tuple(map(str, range(size)))
    codes = np.arange(size, dtype=np.int32)
    table = Table(
        MEMBERS,
        {
            name: Column(np.append(np.roll(codes, shift), np.int32(-shift % size)), values)
            for shift, name in enumerate(MEMBERS.columns)
        },
    )

    problems = repeated_keys(table)

    # The row appended last is the first one again, and no other two are alike.
    assert problems.total == 1
    assert (problems.first[0].row, problems.first[0].other_row) == (size, 0)


def test_every_repetition_names_the_first_row_with_its_key() -> None:
    row, other = ("d", "g", "d", "a"), ("d", "g", "d", "b")

    problems = repeated_keys(Table.of(MEMBERS, [other, row, row, other, row]))

    assert [(each.row, each.other_row) for each in problems.first] == [(2, 1), (3, 0), (4, 1)]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 2)), max_size=8))
def test_rows_ascend_as_tuples_do_however_few_are_seen_at_a_time(
    rows: list[tuple[int, ...]],
) -> None:
    codes = np.array(rows, dtype=np.int32).reshape(-1, 3)
    columns = [Column(codes[:, place], ("a", "b", "c")) for place in range(3)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_CHUNK", 2)
        assert rows_ascend(columns, strictly=False) == (rows == sorted(rows))
        assert rows_ascend(columns, strictly=True) == (rows == sorted(set(rows)))
