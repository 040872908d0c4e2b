"""Readings that shrank are kept out, until a person accepts them once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import (
    CollectionError,
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from accessreview.model.refusal import RefusedReading
from accessreview.model.snapshot import Coverage, Snapshot, Source
from accessreview.services.acceptance import Acceptances
from accessreview.snapshot.completeness import Thresholds
from tests.company import Row
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

PEOPLE = 100


@pytest.fixture
def house(house: House) -> House:
    """With a hundred people more, so that there is something to lose."""
    hire(house, PEOPLE)
    return house


def hire(house: House, number: int) -> None:
    kept = [row for row in house.company.rows["accounts"] if not row[1].startswith("p")]
    people: list[Row] = [
        ("dir", f"p{n}", f"p{n}", f"P {n}", "", "human", "true", "") for n in range(number)
    ]
    house.company.rows["accounts"] = kept + people


def collect(house: House) -> Snapshot:
    house.clock.move(hours=1)
    digest = house.refresh.run(ADMINISTRATOR).digest
    with house.database.reading() as work:
        return work.snapshots.get(digest)


def people(snapshot: Snapshot) -> int:
    return sum(row[1].startswith("p") for row in snapshot["accounts"].rows())


def source(snapshot: Snapshot, id_: str = "dir") -> Source:
    return next(each for each in snapshot.sources if each.id == id_)


def refused(house: House) -> list[RefusedReading]:
    return list(acceptances(house).list(ADMINISTRATOR))


def acceptances(house: House) -> Acceptances:
    return Acceptances(house.database, house.clock)


def accept(house: House, **changes: object) -> RefusedReading:
    said: dict[str, object] = {"by": "Ben Boss", "reason": "The plant was sold.", **changes}
    return acceptances(house).accept(ADMINISTRATOR, "dir", **said)  # type: ignore[arg-type]


def lose_dan(house: House) -> None:
    """Take everything away that makes Dan break a rule."""
    house.company.drop("members", "dir", "hosts", "dir", "dan")


def violations(house: House) -> set[ViolationState]:
    with house.database.reading() as work:
        return {one.state for one in work.violations.all() if one.key.subject == "dan"}


def test_a_reading_that_shrank_is_kept_out_and_the_last_rows_stay(house: House) -> None:
    first = collect(house)
    hire(house, 40)
    second = collect(house)
    assert people(second) == PEOPLE
    assert source(second).coverage is Coverage.PARTIAL
    assert source(second).finished_at == source(first).finished_at
    (gap,) = source(second).gaps
    assert gap == (
        "Kept out on 2026-03-02T11:00:00Z: Accounts fell from 108 to 48, by more than 10. "
        "If that is right, accept it once: accessreview reading accept dir. "
        "These rows are of 2026-03-02T10:00:00Z."
    )
    assert source(second, "vc").coverage is Coverage.FULL


def test_it_is_recorded_with_its_numbers_and_reasons(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    (one,) = refused(house)
    assert (one.number, one.source, one.at) == (1, "dir", house.clock.now())
    assert (one.figures.accounts, one.figures.groups, one.figures.named) == (48, 4, 5)
    assert one.before is not None
    assert one.before.accounts == 108
    assert len(one.fingerprint) == 64
    sentence = "Accounts fell from 108 to 48, by more than 10."
    assert house.details("reading:refuse") == {
        "source": "dir",
        "reasons": sentence,
        "accounts": "48",
        "groups": "4",
        "memberships": "5",
        "named_members": "5",
        "unresolved_members": "0",
        "fingerprint": one.fingerprint,
    }
    stored = house.details("snapshot:collection:store")
    assert (stored["dir"], stored["complete"]) == (sentence, "no")


def test_nothing_is_concluded_from_it(house: House) -> None:
    collect(house)
    hire(house, 40)
    lose_dan(house)
    collect(house)
    assert violations(house) == {ViolationState.OPEN}
    accept(house)
    collect(house)
    assert violations(house) == {ViolationState.CLOSED}


def test_a_small_loss_passes(house: House) -> None:
    collect(house)
    hire(house, 90)
    second = collect(house)
    assert (people(second), source(second).coverage) == (90, Coverage.FULL)
    assert refused(house) == []


def test_it_is_kept_out_as_often_as_it_comes_and_compared_with_the_last_good_one(
    house: House,
) -> None:
    collect(house)
    for number in (60, 55, 50):
        hire(house, number)
        assert people(collect(house)) == PEOPLE
    assert [one.figures.accounts for one in refused(house)] == [58, 63, 68]
    (gap,) = source(collect(house)).gaps
    assert gap.count("Kept out on") == 1
    assert gap.endswith("These rows are of 2026-03-02T10:00:00Z.")


def test_when_everybody_is_back_it_is_taken_and_nothing_is_kept_out_any_more(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    hire(house, PEOPLE)
    assert collect(house).is_complete
    (one,) = refused(house)
    assert one.ended_at == house.clock.now()
    with pytest.raises(NotFoundError, match="No reading of a source “dir” is kept out"):
        accept(house)


def test_a_loss_in_two_steps_through_an_incomplete_reading_is_no_smaller(house: House) -> None:
    collect(house)
    house.directory.gaps, lost = ("A page did not come.",), 90
    hire(house, lost)
    assert people(collect(house)) == lost  # stored with its gaps, which prove nothing
    house.directory.gaps = ()
    hire(house, 81)
    third = collect(house)
    assert (people(third), source(third).coverage) == (lost, Coverage.PARTIAL)
    assert refused(house)[0].reasons[0].before == PEOPLE + 8


def test_an_incomplete_reading_that_lost_too_much_does_not_replace_good_rows(house: House) -> None:
    collect(house)
    house.directory.gaps = ("A page did not come.",)
    hire(house, 20)
    second = collect(house)
    assert people(second) == PEOPLE
    assert source(second).gaps[0].startswith("Kept out on")


def test_a_source_that_was_never_complete_is_compared_with_its_last_reading(house: House) -> None:
    house.directory.gaps = ("A member is hidden.",)
    for number in (90, 80):
        collect(house)
        hire(house, number)
    assert people(collect(house)) == 80
    hire(house, 60)
    assert people(collect(house)) == 80


def test_a_group_that_bears_permissions_and_vanished_keeps_the_reading_out(house: House) -> None:
    collect(house)
    house.company.drop("groups", "dir", "readers")
    house.company.drop("principal_names", "dir", "readers")
    house.company.drop("locators", "dir", "readers")
    house.company.drop("permissions", "vc", "prod")  # now nothing names it any more
    second = collect(house)
    assert ("dir", "readers", "Readers") in set(second["groups"].rows())
    (one,) = refused(house)
    assert one.reasons[0].subject == "readers"
    accept(house)
    third = collect(house)
    assert third.is_complete
    assert ("dir", "readers", "Readers") not in set(third["groups"].rows())


def test_a_server_that_fails_while_a_reading_is_kept_out_changes_nothing(house: House) -> None:
    collect(house)
    hire(house, 40)
    collect(house)
    house.directory.down = "It does not answer."
    third = collect(house)
    (gap,) = source(third).gaps
    assert gap.startswith("Could not be read on")
    assert people(third) == PEOPLE
    house.directory.down = ""
    accept(house)
    assert people(collect(house)) == 40


def test_a_first_reading_without_its_canary_is_kept_out_until_it_sings(house: House) -> None:
    canaries = {"dir": Thresholds(canary_accounts=("canary",))}
    collection = replace(house.collection, thresholds=canaries)
    house.refresh = replace(house.refresh, collection=collection)
    for gap in ("Nothing of it was taken before.", "Nothing of it was taken before."):
        first = collect(house)
        assert len(first["accounts"]) == 0
        assert source(first).gaps[0].endswith(gap)
    house.directory.down = "It does not answer."
    assert source(collect(house)).gaps[0].endswith("It has never been read.")
    house.directory.down = ""
    house.company.add("accounts", "dir", "c", "Canary", "Canary", "", "service", "true", "")
    assert collect(house).is_complete


def test_what_contradicts_itself_keeps_nothing_out(house: House) -> None:
    collect(house)
    hire(house, 40)
    house.company.add("permissions", "vc", "nowhere", "CORP\\amy", "false", "-1", "true")
    with pytest.raises(InputError):
        collect(house)
    assert refused(house) == []


def test_with_everything_down_nothing_is_kept_out(house: House) -> None:
    collect(house)
    house.directory.down = house.vcenter.down = "It does not answer."
    with pytest.raises(CollectionError):
        collect(house)
    assert refused(house) == []


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
