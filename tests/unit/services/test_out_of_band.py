"""What was removed by the review is ours; what somebody did besides is told, with who it was."""

from datetime import timedelta

import pytest

from accessreview.model.event import WatchedEvent
from accessreview.model.observation import Observation, ObservationKind
from accessreview.model.remediation import TaskState
from accessreview.services.queries.observations import ObservationQueries
from accessreview.services.queries.views import SnapshotViews
from tests.unit.services.conftest import ADMINISTRATOR, House

AMY = ("vc", "root", "CORP\\amy", "false", "-1", "true")


@pytest.fixture
def watched(peopled: House) -> House:
    peopled.refresh.run(ADMINISTRATOR)
    return peopled


def told(house: House) -> list[Observation]:
    queries = ObservationQueries(house.database, SnapshotViews())
    every = queries.all(ADMINISTRATOR)
    return [one for one in every if one.kind is ObservationKind.OUT_OF_BAND_CHANGE]


def collect(house: House, hours: int = 1) -> list[Observation]:
    house.clock.move(hours=hours)
    house.refresh.run(ADMINISTRATOR)
    return told(house)


def drop(house: House) -> None:
    house.company.drop("permissions", *AMY[:4])


def revoked(house: House) -> None:
    """Amy's own permission is decided to go, and handed over to a person."""
    campaign = house.open()
    house.answer(campaign, ("amy", "CORP\\amy"))
    house.remediation.hand_over(ADMINISTRATOR, campaign.id, "powercli")


def state(house: House) -> TaskState:
    with house.database.reading() as work:
        (task,) = (task for one in work.campaigns.list() for task in work.tasks.of_campaign(one.id))
    return task.state


def test_what_the_review_removed_is_not_told_before_and_after_it_is_proven(watched: House) -> None:
    revoked(watched)
    drop(watched)
    assert collect(watched) == []
    assert state(watched) is TaskState.VERIFIED
    assert collect(watched) == []


def test_what_somebody_gave_back_is_told_and_that_it_went_again_was_decided(watched: House) -> None:
    revoked(watched)
    drop(watched)
    collect(watched)
    watched.company.add("permissions", *AMY)
    (given,) = collect(watched)
    assert "was given the role Admin" in given.detail
    assert state(watched) is TaskState.REOPENED
    drop(watched)
    assert [len(one.concerned) for one in collect(watched)] == [1]


def test_somebody_who_took_the_same_away_without_a_review_is_told_with_name(
    watched: House,
) -> None:
    drop(watched)
    event = WatchedEvent(
        source="vc",
        key=1,
        at=watched.clock.now() + timedelta(minutes=20),
        type="PermissionRemovedEvent",
        actor="CORP\\mallory",
        entity="root",
        principal="corp\\Amy",
    )
    (unknown,) = collect(watched)
    assert unknown.detail.endswith("No event tells who made it.")
    with watched.database.writing() as work:
        work.events.add([event], watched.clock.now())
        work.audit.record("vcenter:events:store", "test", "vc", {}, watched.clock.now())
    (one,) = told(watched)
    assert one.detail.endswith("CORP\\mallory made it on 2026-03-02 09:25:00 UTC.")
    assert (one.vcenter, one.principal, one.is_group) == ("vc", "CORP\\amy", False)


def test_a_change_is_told_for_a_month(watched: House) -> None:
    watched.company.add("permissions", "vc", "vm1", "CORP\\eve", "false", "-1", "false")
    collect(watched)
    assert len(collect(watched, hours=24 * 29)) == 1
    assert collect(watched, hours=24 * 2) == []


def test_a_source_that_fails_or_is_partial_shows_no_removal(watched: House) -> None:
    drop(watched)
    watched.vcenter.gaps = ("A folder was hidden.",)
    assert collect(watched) == []
    watched.vcenter.gaps = ()
    watched.vcenter.down = "It does not answer."
    assert collect(watched) == []
    watched.vcenter.down = ""
    (one,) = collect(watched)
    assert "between 2026-03-02 09:05 and 2026-03-02 12:05 UTC" in one.detail
