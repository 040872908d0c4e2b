import pytest

from accessreview.collectors.offline.csv_rows import csv_rows
from accessreview.model.errors import InputError
from tests.unit.collectors.offline.exported import exported


@pytest.mark.parametrize(
    "data",
    [
        b"Name,Id\nx,1\n",
        b"Id;Name;Other\r\n1;x;y\r\n",
        b'"id"\t"NAME"\r\n"1"\t" x "\r\n',
        b'#TYPE Selected.System.Object\r\n"Name","Id"\r\n"x","1"\r\n',
        "\ufeff#TYPE X\r\nName;Id\r\nx;1\r\n".encode("utf-16-le"),
        b"\xef\xbb\xbfId,Name\n\n1,x\n\n",
    ],
    ids=["plain", "semicolons", "tabs", "type line", "utf-16", "empty lines"],
)
def test_columns_are_found_by_their_names(data: bytes) -> None:
    (row,) = csv_rows(exported(data), ("Id", "Name"))

    assert (row["Id"], row["name"], row["absent"]) == ("1", "x", "")


def test_a_row_is_named_by_the_line_where_it_starts() -> None:
    rows = csv_rows(exported('#TYPE X\nId,Name\n1,"a\nb"\n2,c\n'), ("Id", "Name"))

    assert [row.where for row in rows] == ["export, line 3", "export, line 5"]
    assert rows[0]["Name"] == "a\nb"


def test_only_the_ends_of_lines_end_rows() -> None:
    (row,) = csv_rows(exported("Id,Name\n1,a\x0b\u2028b\n"), ("Id", "Name"))

    assert row["Name"] == "a\x0b\u2028b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cut off"),
        ("Id,Name\n1,x", "cut off"),
        ("Id,Title\n1,x\n", "line 1: the columns Id, Name are expected"),
        ("#TYPE X\nId\n1\n", "line 2: the columns"),
        ("Id,Name,id\n1,x,2\n", "line 1: the column id is there twice"),
        ("Id,Name\n1\n2,x,y\n", "line 2: 1 fields where the header has 2"),
        ('Id,Name\n1,"x\n', "cut off or was changed by hand"),
        ('Id,Name\n1,"x"y\n', "line 2: "),
    ],
    ids=["empty", "no end", "column", "one column", "twice", "width", "open quote", "quote"],
)
def test_another_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        csv_rows(exported(text), ("Id", "Name"))


def test_every_row_of_the_wrong_width_is_listed() -> None:
    with pytest.raises(InputError) as caught:
        csv_rows(exported("Id,Name\n1\n2,x\n3,x,y\n"), ("Id", "Name"))

    assert len(caught.value.problems) == 2


def test_a_boolean_is_true_or_false_and_nothing_else() -> None:
    rows = csv_rows(exported("Id,Yes\n1,True\n2,FALSE\n3,1\n4,\n"), ("Id", "Yes"))

    assert [row.boolean("Yes") for row in rows[:2]] == [True, False]
    for row in rows[2:]:
        with pytest.raises(InputError, match="True or False expected"):
            row.boolean("Yes")
