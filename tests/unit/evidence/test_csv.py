"""No cell of a table is run by a spreadsheet, and every text can be read back."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.evidence.csv import cell, csv_table

LIVE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    '"=1',
    "a\n=1",
]


@pytest.mark.parametrize("text", LIVE)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text).startswith("\"'")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_every_text_reads_back_by_the_documented_rule(texts: list[str]) -> None:
    data = csv_table(["h"] * len(texts), [texts]).decode()

    rows = list(csv.reader(StringIO(data, newline="")))

    assert [text.removeprefix("'") for text in rows[1]] == texts
