"""Readings that shrank are kept out, and what was known stays."""

from dataclasses import replace

import pytest

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import CollectionError, InputError, NotFoundError
from accessreview.model.snapshot import Coverage
from accessreview.snapshot.completeness import Thresholds
from tests.unit.services.conftest import House
from tests.unit.services.shrinking import (
    PEOPLE,
    accept,
    collect,
    hire,
    people,
    refused,
    source,
    violations,
)


@pytest.fixture
def house(house: House) -> House:
    hire(house, PEOPLE)
    return house


def lose_dan(house: House) -> None:
    """Take everything away that makes Dan break a rule."""
    house.company.drop("members", "dir", "hosts", "dir", "dan")


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
        "If that is right, accept it once: accessreview reading accept dir --by NAME"
        " --reason TEXT. "
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
