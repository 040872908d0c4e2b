"""A person accepts a reading that was kept out: by name, once, and no more than was seen."""

from datetime import timedelta

import pytest

from accessreview.model.errors import ConflictError, InputError, NotAllowedError, StorageError
from accessreview.model.snapshot import Coverage
from accessreview.storage.repositories.audit import SqlAuditTrail
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer
from tests.unit.services.shrinking import (
    PEOPLE,
    accept,
    acceptances,
    collect,
    hire,
    people,
    refused,
    source,
)


@pytest.fixture
def house(house: House) -> House:
    hire(house, PEOPLE)
    return house


def test_an_accepted_reading_is_taken_once(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accept(house)
    third = collect(house)
    assert (people(third), source(third).coverage) == (40, Coverage.FULL)
    (one,) = refused(house)
    assert one.taken_in == third.digest
    assert house.details("reading:acceptance:use") == {
        "source": "dir",
        "by": "Ben Boss",
        "snapshot": third.digest,
    }
    hire(house, 20)
    assert people(collect(house)) == 40  # compared with the new one, and not accepted any more
    assert refused(house)[0].reasons[0].before == 48


def test_an_accepted_reading_that_is_incomplete_is_what_the_next_is_compared_with(
    house: House,
) -> None:
    collect(house)
    house.directory.gaps = ("A page did not come.",)
    hire(house, 40)
    collect(house)
    accept(house)
    assert people(collect(house)) == 40
    hire(house, 35)
    assert people(collect(house)) == 35
    hire(house, 25)
    assert people(collect(house)) == 35


def test_what_lost_more_than_was_accepted_is_kept_out_and_less_is_taken(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accept(house)
    hire(house, 39)
    assert people(collect(house)) == PEOPLE
    hire(house, 41)
    assert people(collect(house)) == 41


def test_what_is_lost_for_another_reason_is_kept_out(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accept(house)
    house.company.drop("groups", "dir", "readers")
    house.company.drop("principal_names", "dir", "readers")
    house.company.drop("locators", "dir", "readers")
    assert people(collect(house)) == PEOPLE
    assert len(refused(house)[0].reasons) == 2
    accept(house)
    assert people(collect(house)) == 40
    assert [bool(one.taken_in) for one in refused(house)] == [True, False]


def test_an_acceptance_that_was_not_needed_ends_with_the_next_good_reading(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accept(house)
    hire(house, PEOPLE)
    collect(house)
    assert house.details("reading:acceptance:end")["by"] == "Ben Boss"
    hire(house, 40)
    assert people(collect(house)) == PEOPLE


def test_an_acceptance_lapses_after_a_week(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    until = accept(house).acceptance
    assert until is not None
    assert until.until == house.clock.now() + timedelta(days=7)
    house.clock.move(hours=24 * 7)
    assert people(collect(house)) == PEOPLE
    accept(house)
    house.clock.move(hours=24 * 6)
    assert people(collect(house)) == 40


def test_an_acceptance_names_who_why_and_what(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accepted = accept(house, by=" Ben Boss ", number=1).acceptance
    assert accepted is not None
    assert (accepted.by, accepted.actor, accepted.reason) == (
        "Ben Boss",
        "root",
        "The plant was sold.",
    )
    assert house.details("reading:accept") == {
        "source": "dir",
        "by": "Ben Boss",
        "reason": "The plant was sold.",
        "accepted": "Accounts fell from 108 to 48, by more than 10.",
        "until": "2026-03-09T11:00:00Z",
    }


def test_an_acceptance_without_name_or_reason_is_none(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    with pytest.raises(InputError, match=r"Say who accepts the reading\.\nSay why\."):
        accept(house, by=" ", reason="")
    with pytest.raises(InputError, match="in at most 2000"):
        accept(house, reason="x" * 2001)
    assert refused(house)[0].acceptance is None


def test_nothing_is_accepted_unseen_or_twice(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    hire(house, 30)
    collect(house)
    with pytest.raises(ConflictError, match="Another reading of dir was kept out meanwhile"):
        accept(house, number=1)
    accept(house, number=2)
    with pytest.raises(ConflictError, match="accepted already"):
        accept(house)


def test_without_its_record_there_is_no_acceptance(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    with monkeypatch.context() as patch:
        patch.setattr(SqlAuditTrail, "record", _fail)
        with pytest.raises(StorageError, match="audit trail"):
            accept(house)
    assert refused(house)[0].acceptance is None


def _fail(*_args: object) -> None:
    raise StorageError("The audit trail cannot be written.")


def test_only_administrators_accept(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    for action in (
        lambda who: acceptances(house).accept(who, "dir", by="Cat", reason="x"),
        acceptances(house).list,
    ):
        with pytest.raises(NotAllowedError):
            action(reviewer("cat"))


def test_an_acceptance_used_by_another_collection_meanwhile_is_used_once(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    accept(house)
    read = house.collection._gate.admit(  # noqa: SLF001 - between its two halves
        [house.company.reading("dir", house.clock.now())], lambda read, _: read
    )
    collect(house)
    with (
        pytest.raises(ConflictError, match="used up by another collection"),
        house.database.writing() as work,
    ):
        read.record(work, "root", "d" * 64, house.clock.now())


def test_a_bundle_that_shrank_is_not_stored_until_it_is_accepted(house: House) -> None:
    first = collect(house)
    hire(house, 40)
    house.clock.move(hours=1)
    smaller = house.company.snapshot(house.clock.now())
    with pytest.raises(ConflictError, match=r"small\.zip was not stored.*fell from 108 to 48"):
        house.collection.store(ADMINISTRATOR, smaller, "small.zip")
    with house.database.reading() as work:
        latest = work.snapshots.latest()
    assert latest is not None
    assert latest.digest == first.digest
    assert house.details("reading:refuse")["accounts"] == "48"
    accept(house)
    house.collection.store(ADMINISTRATOR, smaller, "small.zip")
    house.collection.store(ADMINISTRATOR, smaller, "small.zip")
    (one,) = refused(house)
    assert one.taken_in == smaller.digest


def test_a_first_bundle_and_an_older_one_are_taken_as_they_are(house: House) -> None:
    house.clock.move(hours=5)
    company, now = house.company, house.clock.now()
    house.collection.store(ADMINISTRATOR, company.snapshot(now), "first.zip")
    hire(house, 10)
    older = company.snapshot(now - timedelta(hours=1))
    house.collection.store(ADMINISTRATOR, older, "older.zip")
    assert refused(house) == []
