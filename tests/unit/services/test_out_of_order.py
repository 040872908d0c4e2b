"""Snapshots that come late, from elsewhere, or after long: none is taken for the present."""

from datetime import timedelta

import pytest

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Coverage
from accessreview.snapshot.compose import compose, parts
from tests.unit.services.conftest import ADMINISTRATOR, House


def gap_of(house: House, source: str) -> str:
    with house.database.reading() as work:
        latest = work.snapshots.latest()
    assert latest is not None
    (found,) = [each for each in latest.sources if each.id == source]
    assert found.coverage is Coverage.PARTIAL
    return found.gaps[0]


def test_a_source_that_never_could_be_read_is_never_said_to_have_rows(house: House) -> None:
    house.directory.down = "It does not answer."
    house.collection.run(ADMINISTRATOR)
    house.clock.move(hours=1)
    house.collection.run(ADMINISTRATOR)
    assert gap_of(house, "dir") == (
        "Could not be read on 2026-03-02T10:00:00Z: It does not answer. It has never been read."
    )


def test_rows_are_carried_forward_over_any_number_of_snapshots(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    for _ in range(101):
        house.clock.move(hours=1)
        only = house.company.snapshot(house.clock.now())
        alone = compose(only.taken_at, [parts(only, "vc")])
        house.collection.store(ADMINISTRATOR, alone, "vc.zip")
    house.directory.down = "It does not answer."
    house.clock.move(hours=1)
    house.collection.run(ADMINISTRATOR)
    assert gap_of(house, "dir").endswith("These rows are of 2026-03-02T09:00:00Z.")


def test_rows_are_carried_forward_from_the_newest_reading_whatever_was_stored_last(
    house: House,
) -> None:
    earlier = house.company.snapshot(house.clock.now() - timedelta(days=30))
    house.collection.run(ADMINISTRATOR)
    house.collection.store(ADMINISTRATOR, earlier, "february.zip")
    house.directory.down = "It does not answer."
    house.clock.move(hours=1)
    house.collection.run(ADMINISTRATOR)
    assert gap_of(house, "dir").endswith("These rows are of 2026-03-02T09:00:00Z.")


def test_a_snapshot_of_the_past_does_not_become_the_present(peopled: House) -> None:
    peopled.company.drop("members", "dir", "hosts", "dir", "dan")
    earlier = peopled.company.snapshot(peopled.clock.now() - timedelta(days=30))
    with peopled.database.reading() as work:
        before = work.snapshots.latest()
    stored = peopled.collection.store(ADMINISTRATOR, earlier, "february.zip")
    peopled.refresh.conclude(ADMINISTRATOR, stored.digest)
    with peopled.database.reading() as work:
        assert work.snapshots.latest() == before
    campaign = peopled.open()
    assert before is not None
    assert campaign.snapshot == before.digest


def test_a_violation_that_only_the_past_shows_is_not_open(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "dc", "CORP\\ben", "false", "-1", "true")
    earlier = peopled.company.snapshot(peopled.clock.now() - timedelta(days=30))
    stored = peopled.collection.store(ADMINISTRATOR, earlier, "february.zip")
    peopled.refresh.conclude(ADMINISTRATOR, stored.digest)
    with peopled.database.reading() as work:
        bens = [each for each in work.violations.all() if each.key.subject == "ben"]
    assert [each.state for each in bens if each.state is ViolationState.OPEN] == []


def test_a_snapshot_of_the_future_is_refused(house: House) -> None:
    ahead = house.company.snapshot(house.clock.now() + timedelta(days=1))
    with pytest.raises(InputError, match="2026-03-03T09:00:00Z"):
        house.collection.store(ADMINISTRATOR, ahead, "future.zip")
    with house.database.reading() as work:
        assert work.snapshots.latest() is None
