"""Attributes in parts come out whole, or not at all."""

from collections.abc import Sequence

import pytest

from accessreview.ldap.ranges import Raw, completed

LIMIT = 1500


def values(number: int) -> tuple[bytes, ...]:
    return tuple(f"cn={position}".encode() for position in range(number))


def part(members: tuple[bytes, ...], start: int) -> Raw:
    """As Active Directory answers, with the plain name empty beside the part."""
    end = start + LIMIT
    if end >= len(members):
        return {"member": (), f"member;range={start}-*": members[start:]}
    return {"member": (), f"member;range={start}-{end - 1}": members[start:end]}


class Group:
    """Answers requests for a range; ``changes`` are what the group is at each request."""

    def __init__(self, *changes: tuple[bytes, ...]) -> None:
        self.changes = list(changes)
        self.asked: list[str] = []

    def __call__(self, attributes: Sequence[str]) -> Raw | None:
        (asked,) = attributes
        self.asked.append(asked)
        now = self.changes.pop(0) if len(self.changes) > 1 else self.changes[0]
        return part(now, int(asked.removeprefix("member;range=").removesuffix("-*")))


@pytest.mark.parametrize("number", [1500, 1501, 3000, 3001, 4500])
def test_every_part_is_fetched(number: int) -> None:
    members = values(number)
    assert completed(part(members, 0), Group(members)) == {"member": members}


def test_an_attribute_that_came_whole_asks_for_nothing() -> None:
    group = Group(())
    raw = {"member": values(1499), "cn": (b"x",), "usercertificate;binary": (b"y",), "mail": ()}
    assert completed(raw, group) == {
        "member": values(1499),
        "cn": (b"x",),
        "usercertificate": (b"y",),
    }
    assert group.asked == []


def test_the_value_without_a_language_stands_first() -> None:
    raw = {"cn;lang-de": (b"Hans",), "cn": (b"John",)}
    assert completed(raw, Group(())) == {"cn": (b"John", b"Hans")}


def test_a_group_that_changed_meanwhile_is_read_again() -> None:
    before, after = values(1600), values(1599)[1:]
    group = Group((b"new", *before[:-1]), after)
    assert completed(part(before, 0), group) == {"member": after}
    assert group.asked == ["member;range=1499-*", "member;range=0-*", "member;range=1499-*"]


@pytest.mark.parametrize("gone", [0, 700, 1498, 1499])
def test_nobody_slips_through_when_somebody_before_is_taken_out(gone: int) -> None:
    before = values(1600)
    after = before[:gone] + before[gone + 1 :]
    assert completed(part(before, 0), Group(after)) == {"member": after}


def test_members_that_change_each_time_are_not_known() -> None:
    every = values(1600)
    group = Group(*(every[number:] for number in range(1, 9)))
    assert completed(part(every, 0), group) is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"member": (b"cn=5",)},
        {"member;range=1499-1599": ()},
        {"member;range=1499-1499": (b"cn=1499",)},
        {"member;range=1400-*": (b"cn=1400",)},
        {"member;range=1500-*": (b"cn=1500",)},
        {"member;range=1499-*": (b"cn=1499", b"cn=0")},
    ],
    ids=[
        *("no entry", "nothing", "no range", "nothing in it", "no progress", "another place"),
        *("no overlap", "a value twice"),
    ],
)
def test_a_rest_that_does_not_come_is_never_taken_for_the_end(answer: Raw | None) -> None:
    assert completed(part(values(1501), 0), lambda _: answer) is None
