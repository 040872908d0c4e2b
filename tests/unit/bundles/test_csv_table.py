"""CSV to the letter of RFC 4180: what is read, and how every fault names file, row and value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.bundles.csv_table import format_csv, parse_csv
from accessreview.bundles.faults import Faults
from accessreview.bundles.parsed import ParsedTable
from accessreview.model.columns import Table
from accessreview.model.errors import InputError
from accessreview.model.snapshot import TABLES

GROUPS = TABLES["groups"]
HEADER = b"source,id,name\r\n"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text('",\r\n', max_size=4)


def parse(data: bytes) -> tuple[ParsedTable, tuple[str, ...]]:
    faults = Faults()
    parsed = parse_csv("groups.csv", data, GROUPS, faults)
    try:
        faults.raise_if_any()
    except InputError as error:
        return parsed, error.problems
    return parsed, ()


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=12))
def test_any_text_is_read_back_as_it_was_written(rows: list[tuple[str, str, str]]) -> None:
    parsed, problems = parse(format_csv(Table.of(GROUPS, rows)))

    assert list(parsed.table.rows()) == rows
    assert list(parsed.numbers) == list(range(2, len(rows) + 2))
    assert parsed.sound
    assert problems == ()


@pytest.mark.parametrize(
    "data",
    [
        b"source,id,name\nd,1,a\nd,2,b\n",
        b"source,id,name\r\nd,1,a\r\nd,2,b\r\n",
        b"source,id,name\r\nd,1,a\nd,2,b",
        b"\xef\xbb\xbfsource,id,name\nd,1,a\nd,2,b\n",
        b'"source","id","name"\n"d","1","a"\n"d","2","b"\n',
        b"name,source,id\na,d,1\nb,d,2\n",
    ],
    ids=["LF", "CR LF", "no last line end", "BOM", "all quoted", "columns in another order"],
)
def test_spellings_of_the_same_table_are_read_alike(data: bytes) -> None:
    parsed, problems = parse(data)

    assert list(parsed.table.rows()) == [("d", "1", "a"), ("d", "2", "b")]
    assert problems == ()


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        pytest.param(b"", ["groups.csv is empty: it has no header row."], id="empty"),
        pytest.param(
            b"source,id,title\n",
            [
                (
                    "groups.csv row 1: “title” is no column of table groups; "
                    "its columns are source, id, name."
                ),
                "groups.csv row 1: column “name” is missing.",
            ],
            id="unknown column",
        ),
        pytest.param(
            b"source,id,name,id\n",
            ["groups.csv row 1: column “id” appears 2 times."],
            id="repeated column",
        ),
        pytest.param(
            HEADER + b"d,1\nd,2,b\nd,3,c,x\n",
            [
                "groups.csv row 2: has 2 fields instead of 3: “d,1”.",
                "groups.csv row 4: has 4 fields instead of 3: “d,3,c,x”.",
            ],
            id="wrong width",
        ),
        pytest.param(
            HEADER + b"\nd,2,b\n",
            ["groups.csv row 2: has 0 fields instead of 3: “”."],
            id="blank line",
        ),
        pytest.param(
            HEADER + b'd,1,a\nd,2,b"c\nd,3,d\n',
            [
                (
                    'groups.csv row 3: “d,2,b"c”: a quote stands inside a field that is not '
                    "quoted; quote the field and double it."
                )
            ],
            id="bare quote",
        ),
        pytest.param(
            HEADER + b'd,1,a\nd,"2"x,b\n',
            [
                (
                    'groups.csv row 3: “d,"2"x,b”: text follows a closing quote; '
                    "double a quote that belongs to the value."
                )
            ],
            id="text after quote",
        ),
        pytest.param(
            HEADER + b'd,1,a\nd,2,"b\nd,3,c\n',
            [('groups.csv row 3: “d,2,"b”: a quoted field never ends; the file may be cut off.')],
            id="unended quote",
        ),
        pytest.param(
            HEADER + b"d,1,a\rd,2,b\r",
            [
                (
                    "groups.csv row 2: “d,1,a\\rd,2,b\\r”: a carriage return ends no line by "
                    "itself; quote it or end lines by CR LF or LF."
                )
            ],
            id="bare carriage return",
        ),
        pytest.param(
            b'"source',
            [('groups.csv row 1: “"source”: a quoted field never ends; the file may be cut off.')],
            id="cut off in header",
        ),
        pytest.param(
            HEADER + b"d,1,a\nd,2," + b"x" * 200_000 + b"\nd,3,c\n",
            ["groups.csv row 3: cannot be read: field larger than field limit (131072)."],
            id="huge field",
        ),
    ],
)
def test_a_fault_names_file_row_and_value(data: bytes, problems: list[str]) -> None:
    parsed, told = parse(data)

    assert list(told) == problems
    assert not parsed.sound


def test_sound_rows_keep_their_numbers_when_others_are_dropped() -> None:
    parsed, _ = parse(HEADER + b"d\nd,2,b\nd,3\nd,4,d\n")

    assert list(parsed.table.rows()) == [("d", "2", "b"), ("d", "4", "d")]
    assert list(parsed.numbers) == [3, 5]


def test_rows_are_numbered_as_records_not_as_lines() -> None:
    _, problems = parse(HEADER + b'd,1,"two\nlines"\nd,2\n')

    assert problems == ("groups.csv row 3: has 2 fields instead of 3: “d,2”.",)


def test_bytes_that_are_not_utf8_stay_visible_in_the_value() -> None:
    parsed, problems = parse(HEADER + b"d,1,caf\xe9\n")

    assert parsed.table["name"][0] == "caf\udce9"
    assert problems == ()


def test_many_rows_are_read_across_chunks() -> None:
    rows = [("d", str(number), f"g{number % 7}") for number in range(70_000)]

    parsed, _ = parse(format_csv(Table.of(GROUPS, rows)) + b"d,too narrow\r\n")

    assert list(parsed.table.rows()) == rows
    assert len(parsed.table["name"].values) == 7
    assert not parsed.sound
