"""No walk upwards goes around in a circle, whichever parents and shared lists it follows."""

import pytest

from accessreview.snapshot.check import check
from tests.snapshots import SOURCES, tables_of


def circles(*entities: tuple[str, str, str, str]) -> list[str]:
    rows = [
        ("vc", id_, "Folder", "", parent, second, acl_of)
        for id_, parent, second, acl_of in entities
    ]
    return [problem.why for problem in check(SOURCES, tables_of({"entities": rows})).first]


@pytest.mark.parametrize(
    ("entities", "why"),
    [
        ([("a", "a", "", "")], "is above itself: “a” → “a”"),
        ([("a", "b", "", ""), ("b", "a", "", "")], "is above itself: “a” → “b” → “a”"),
        ([("a", "", "b", ""), ("b", "", "a", "")], "is above itself: “a” → “b” → “a”"),
        ([("a", "b", "", ""), ("b", "", "a", "")], "is above itself: “a” → “b” → “a”"),
        (
            [("x", "a", "", ""), ("a", "b", "", ""), ("b", "a", "", "")],
            "is above itself: “a” → “b” → “a”",
        ),
        ([("a", "b", "", ""), ("b", "", "", "a")], "is above itself: “a” → “a”"),
        (
            [("a", "b", "", ""), ("b", "", "", "c"), ("c", "d", "", ""), ("d", "", "", "a")],
            "is above itself: “a” → “c” → “a”",
        ),
    ],
    ids=["itself", "parents", "second parents", "mixed", "tail", "shared list", "shared lists"],
)
def test_a_circle_is_told_with_its_way(entities: list[tuple[str, str, str, str]], why: str) -> None:
    assert circles(*entities) == [why]


def test_every_circle_is_told_once() -> None:
    found = circles(
        ("a", "b", "", ""),
        ("b", "a", "", ""),
        ("c", "d", "", ""),
        ("d", "c", "", ""),
        ("e", "c", "", ""),
    )

    assert len(found) == 2


def test_two_ways_to_the_same_entity_are_no_circle() -> None:
    assert not circles(
        ("root", "", "", ""), ("a", "root", "", ""), ("b", "root", "", ""), ("vm", "a", "b", "")
    )


def test_an_entity_below_the_one_whose_list_it_shares_is_no_circle() -> None:
    assert not circles(("dc", "", "", ""), ("vms", "dc", "", "dc"), ("vm", "vms", "", ""))


def test_a_long_circle_is_shortened() -> None:
    entities = [(str(number), str((number + 1) % 50), "", "") for number in range(50)]

    (why,) = circles(*entities)

    assert why.endswith("“7” → …")


def test_a_chain_as_deep_as_it_likes_is_checked() -> None:
    entities = [(str(number), str(number + 1), "", "") for number in range(20_000)]

    assert not circles(*entities, ("20000", "", "", ""))
