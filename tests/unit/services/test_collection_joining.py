"""Collections of directories that name each other's accounts, some of which fail at times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading, Snapshot, SourceKind
from accessreview.services.collection import Collection
from accessreview.services.ports import Now
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from accessreview.snapshot.persons import PersonMapping, PersonRules, join_persons
from tests.fakes import FixedClock, fresh_database
from tests.snapshots import NOON, a_reading, a_source, rows_of
from tests.unit.services.conftest import collected

Row = tuple[str, ...]
SIDS = {source: f"S-1-5-21-{number}-0-0" for number, source in enumerate("abc", start=1)}
RULES = PersonRules(("mail",), (PersonMapping("c", "c3", "mapped"),))
FAILED = "It does not answer."


@dataclass
class Directory:
    """One whose accounts have the ids of its domain, and names and mail by their numbers."""

    id: str
    people: set[int] = field(default_factory=set)
    foreign: set[tuple[str, int]] = field(default_factory=set)
    elsewhere: set[tuple[str, int]] = field(default_factory=set)
    is_down: bool = False

    def raw(self) -> Reading:
        sid, own = SIDS[self.id], self.id
        return a_reading(
            a_source(own, SourceKind.DIRECTORY),
            {
                "accounts": [
                    (own, f"{sid}-{n}", f"{own}{n}", "", "", "human", "true", "E1" * (n == 1))
                    for n in sorted(self.people)
                ],
                "groups": [(own, "g", "Ops")],
                "members": [(own, "g", own, f"{sid}-{n}") for n in sorted(self.people)],
                "locators": [(own, f"{sid}-{n}", f"CN={n},DC={own}") for n in self.people],
                "person_keys": [
                    (own, f"{sid}-{n}", "mail", f"{n // 2}@x") for n in sorted(self.people)
                ],
                "outsiders": [
                    *(
                        (own, "g", f"{SIDS[of]}-{n}", "foreign", "member")
                        for of, n in sorted(self.foreign)
                    ),
                    *(
                        (own, "g", f"cn={n}, dc={of}", "elsewhere", "member")
                        for of, n in sorted(self.elsewhere)
                    ),
                ],
            },
        )

    def collect(self, now: Now) -> Reading:
        if self.is_down:
            raise CollectionError(FAILED)
        read = self.raw()
        return Reading(replace(read.source, started_at=now(), finished_at=now()), read.tables)


@dataclass
class Estate:
    directories: dict[str, Directory]
    collection: Collection
    clock: FixedClock

    def collect(self) -> Snapshot:
        return collected(self.collection, self.clock)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    database, clock = fresh_database(tmp_path), FixedClock()
    directories = {name: Directory(name) for name in "abc"}
    collection = Collection(
        database=database,
        sources=tuple(directories.values()),
        kinds=dict.fromkeys(directories, SourceKind.DIRECTORY),
        clock=clock,
        persons=RULES,
    )
    yield Estate(directories, collection, clock)
    database.close()


def members(snapshot: Snapshot, source: str) -> set[str]:
    """The members of the group of a source, as the names and numbers of their sources."""
    return {f"{row[2]}{row[3][-1]}" for row in snapshot["members"].rows() if row[0] == source}


def outsiders(snapshot: Snapshot, source: str) -> set[str]:
    return {row[2] for row in snapshot.annex["outsiders"].rows() if row[0] == source}


def coverage(snapshot: Snapshot) -> dict[str, Coverage]:
    return {source.id: source.coverage for source in snapshot.sources}


def gaps(snapshot: Snapshot, source: str) -> tuple[str, ...]:
    return next(each.gaps for each in snapshot.sources if each.id == source)


FULL = dict.fromkeys("abc", Coverage.FULL)


def test_a_member_is_found_wherever_it_lies(estate: Estate) -> None:
    a, b, c = estate.directories.values()
    b.people, c.people = {1, 4}, {6}
    a.foreign, a.elsewhere = {("b", 1)}, {("b", 4), ("c", 6)}
    snapshot = estate.collect()
    assert members(snapshot, "a") == {"b1", "b4", "c6"}
    assert (outsiders(snapshot, "a"), coverage(snapshot)) == (set(), FULL)


def test_while_the_other_directory_fails_its_last_rows_are_joined(estate: Estate) -> None:
    a, b, _ = estate.directories.values()
    b.people, a.foreign = {1}, {("b", 1)}
    estate.collect()
    b.is_down, a.foreign = True, {("b", 1), ("b", 2)}
    snapshot = estate.collect()
    assert members(snapshot, "a") == {"b1"}
    assert outsiders(snapshot, "a") == {f"{SIDS['b']}-2"}
    assert coverage(snapshot) == FULL | {"a": Coverage.PARTIAL, "b": Coverage.PARTIAL}
    b.is_down, b.people = False, {1, 2}
    snapshot = estate.collect()
    assert members(snapshot, "a") == {"b1", "b2"}
    assert (coverage(snapshot), gaps(snapshot, "a")) == (FULL, ())


@pytest.mark.parametrize("by", ["foreign", "elsewhere"])
def test_a_member_that_goes_and_comes_back_while_its_group_is_not_read(
    estate: Estate, by: str
) -> None:
    a, b, _ = estate.directories.values()
    b.people = {1, 4}
    setattr(a, by, {("b", 1), ("b", 4)})
    estate.collect()
    a.is_down, b.people = True, {4}
    gone = estate.collect()
    assert members(gone, "a") == {"b4"}
    assert outsiders(gone, "a") == {f"{SIDS['b']}-1" if by == "foreign" else "CN=1,DC=b"}
    assert coverage(gone)["a"] is Coverage.PARTIAL
    assert not any("left out" in gap for gap in gaps(gone, "a"))
    b.people = {1, 4}
    back = estate.collect()
    assert (members(back, "a"), outsiders(back, "a")) == ({"b1", "b4"}, set())
    assert len(gaps(back, "a")) == 1
    a.is_down = False
    whole = estate.collect()
    assert (members(whole, "a"), coverage(whole), gaps(whole, "a")) == ({"b1", "b4"}, FULL, ())


def test_a_member_that_moves_to_another_directory_with_its_history_is_found_there(
    estate: Estate,
) -> None:
    a, b, _ = estate.directories.values()
    b.people, a.foreign = {1, 4}, {("b", 1)}
    estate.collect()
    with_history = Directory("c", {6})
    moved = with_history.raw()
    history = a_reading(
        moved.source, {"identifiers": [("c", f"{SIDS['c']}-6", "sid-history", f"{SIDS['b']}-1")]}
    )
    reading = Reading(moved.source, {**moved.tables, **history.tables})
    a.is_down, b.people = True, {4}
    estate.directories["c"].raw = lambda: reading  # type: ignore[method-assign]
    snapshot = estate.collect()
    assert members(snapshot, "a") == {"c6"}
    assert outsiders(snapshot, "a") == set()


def test_a_directory_that_is_no_longer_configured_leaves_its_members_outside(
    estate: Estate,
) -> None:
    a, b, _ = estate.directories.values()
    b.people, a.foreign = {1}, {("b", 1)}
    estate.collect()
    fewer = replace(estate.collection, sources=(a, estate.directories["c"]))
    a.is_down = True
    snapshot = Estate(estate.directories, fewer, estate.clock).collect()
    assert members(snapshot, "a") == set()
    assert outsiders(snapshot, "a") == {f"{SIDS['b']}-1"}
    assert coverage(snapshot)["a"] is Coverage.PARTIAL


def last_known(raws: dict[str, Reading]) -> Snapshot:
    """What a collection has to know: each directory as last read, all joined at once."""
    return compose(NOON, join_persons(join([*raws.values()]), RULES))


def told(snapshot: Snapshot) -> dict[str, Sequence[Row]]:
    """All rows; names that were found and lost are written as their own directory writes them."""
    rows = rows_of({**snapshot.tables, **snapshot.annex})
    rows["outsiders"] = sorted(
        (source, group, member.lower().replace(" ", ""))
        for source, group, member, _, _ in rows["outsiders"]
    )
    return {**rows}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_fails_when_nothing_is_lost_and_nothing_invented(
    estate: Estate, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - plays events, hides nothing
    raws: dict[str, Reading] = {}
    for _ in range(6):
        for directory in estate.directories.values():
            others = [(of, n) for of in SIDS if of != directory.id for n in range(1, 6)]
            directory.people = set(random.sample(range(1, 6), random.randint(1, 5)))
            directory.foreign = set(random.sample(others, 3))
            directory.elsewhere = set(random.sample(others, 3))
            directory.is_down = random.random() < 0.5
        if all(directory.is_down for directory in estate.directories.values()):
            continue
        snapshot = estate.collect()
        raws |= {name: d.raw() for name, d in estate.directories.items() if not d.is_down}
        assert told(snapshot) == told(last_known(raws))
        for name, directory in estate.directories.items():
            assert (coverage(snapshot).get(name) is Coverage.FULL) <= (not directory.is_down)
