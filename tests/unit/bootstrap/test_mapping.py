from pathlib import Path

import pytest

from accessreview.bootstrap.mapping import read_mapping
from accessreview.model.errors import InputError
from accessreview.review.routing import ReviewerMapping

HEAD = "reviewer,principal,vcenter,entity\n"


def mapping(folder: Path, text: str) -> Path:
    file = folder / "reviewers.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_are_read_without_their_margins_and_empty_lines(tmp_path: Path) -> None:
    file = mapping(tmp_path, "\ufeff" + HEAD + 'ann, "CORP\\x" ,,\n\nbob,,vc,dc\n'.replace('"', ""))
    assert read_mapping(file) == (
        ReviewerMapping(reviewer="ann", principal="CORP\\x"),
        ReviewerMapping(reviewer="bob", vcenter="vc", entity="dc"),
    )


def test_a_fifth_column_may_name_accounts(tmp_path: Path) -> None:
    head = HEAD.replace("\n", ",account\n")
    assert read_mapping(mapping(tmp_path, head + "ann,,,,svc-web\nbob,x,,,\n")) == (
        ReviewerMapping(reviewer="ann", account="svc-web"),
        ReviewerMapping(reviewer="bob", principal="x"),
    )
    for row, told in (("ann,,,", "4 fields, not 5"), ("ann,,,,", "matches everything")):
        with pytest.raises(InputError, match=told):
            read_mapping(mapping(tmp_path, head + row))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("ann,x", "row 2: it has 2 fields, not 4."),
        (",x,,", "row 2: it names no reviewer."),
        ("ann,,,", "row 2: it matches everything; name a principal, a vCenter or an account."),
        ("ann,x,,dc", "row 2: it names an entity without its vCenter."),
    ],
    ids=["fields", "no reviewer", "everything", "entity alone"],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_mapping(mapping(tmp_path, HEAD + row))


def test_every_wrong_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(mapping(tmp_path, HEAD + "ann,,,\nbob,x,,\n,x,,\n"))
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["row 2", "row 4"]


@pytest.mark.parametrize("text", ["", "reviewer,principal\n"], ids=["empty", "other columns"])
def test_the_first_row_has_to_name_the_columns(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="has to read reviewer,principal,vcenter,entity"):
        read_mapping(mapping(tmp_path, text))


def test_a_mapping_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv cannot be read"):
        read_mapping(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"\xe9")
    with pytest.raises(InputError, match=r"latin\.csv cannot be read"):
        read_mapping(tmp_path / "latin.csv")
