"""Between collections vCenters are watched, and somebody who changes access is soon found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from accessreview.model.errors import CollectionError, NotAllowedError
from accessreview.model.event import SeenUse, Stream, Watch, Watched, WatchedEvent
from accessreview.model.snapshot import Coverage, Snapshot, Use
from accessreview.services.early import EarlyCollection
from accessreview.services.refresh import Refresh
from accessreview.services.watching import Watching
from tests.fakes import START
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

HOUR = timedelta(hours=1)
USE = SeenUse(source="vc", principal="CORP\\amy", use=Use.LOGIN, first=START, last=START, count=1)
WATCH = Watch(source="vc", stream=Stream.AUTHORIZATION, since=START - HOUR, until=START)


@dataclass
class Told:
    """A vCenter that tells what it is given to tell, as no real one can be made to."""

    id: str = "vc"
    tells: Watched = field(default_factory=Watched)
    down: str = ""
    asked: list[Mapping[Stream, Watch]] = field(default_factory=list)

    def watch(self, known: Mapping[Stream, Watch]) -> Watched:
        self.asked.append(known)
        if self.down:
            raise CollectionError(self.down)
        return self.tells


@dataclass
class Guard:
    house: House
    vcenter: Told
    watching: Watching
    early: EarlyCollection

    def event(self, key: int = 1, **changes: object) -> WatchedEvent:
        made = WatchedEvent(
            source="vc",
            key=key,
            at=self.house.clock.now(),
            type="PermissionAddedEvent",
            actor="CORP\\mallory",
            entity="clu",
            entity_name="Cluster",
            principal="CORP\\eve",
            role_name="Admin",
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    def latest(self) -> Snapshot:
        with self.house.database.reading() as work:
            stored = work.snapshots.latest()
            assert stored
            return work.snapshots.get(stored.digest)


@pytest.fixture
def guard(house: House) -> Guard:
    vcenter = Told(tells=Watched((), (USE,), (WATCH,)))
    watching = Watching(database=house.database, clock=house.clock, sources=(vcenter,))
    collection = replace(house.collection, watching=watching)
    refresh = Refresh(
        collection=collection, assessing=house.assessing, remediation=house.remediation
    )
    early = EarlyCollection(
        database=house.database,
        clock=house.clock,
        watching=watching,
        refresh=refresh,
        at_least=HOUR,
    )
    refresh.run(ADMINISTRATOR)
    return Guard(house, vcenter, watching, early)


def test_uses_and_windows_go_with_the_reading_and_lower_nothing(guard: Guard) -> None:
    snapshot = guard.latest()
    assert list(snapshot.annex["uses"].rows()) == [
        ("vc", "CORP\\amy", "login", "", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z", "1")
    ]
    assert list(snapshot.annex["windows"].rows()) == [
        ("vc", "login", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "")
    ]
    assert snapshot.is_complete


def test_uses_are_accumulated_over_collections(guard: Guard) -> None:
    later = guard.house.clock.move(hours=3)
    seen = replace(USE, principal="corp\\Amy", first=later, last=later, count=2)
    guard.vcenter.tells = Watched((), (seen,), (replace(WATCH, until=later),))
    guard.early.refresh.run(ADMINISTRATOR)
    assert [row[4:] for row in guard.latest().annex["uses"].rows()] == [
        ("2026-03-02T09:00:00Z", "2026-03-02T12:00:00Z", "3")
    ]
    assert guard.vcenter.asked[-1] == {Stream.AUTHORIZATION: WATCH}


def test_what_may_be_missing_is_told_and_recorded_once_at_both_ends(guard: Guard) -> None:
    guard.house.clock.move(hours=2)
    guard.vcenter.down = "vc.example does not answer."
    for _ in range(2):
        guard.early.refresh.run(ADMINISTRATOR)
        guard.house.clock.move(minutes=50)
    assert len(guard.vcenter.asked) == 2  # the second time would be too soon
    vcenter = next(one for one in guard.latest().sources if one.id == "vc")
    told = "Events of permissions and logins: vc.example does not answer."
    assert (vcenter.gaps, vcenter.coverage) == ((told,), Coverage.FULL)
    assert next(iter(guard.latest().annex["windows"].rows()))[2:] == (
        "2026-03-02T08:00:00Z",
        "2026-03-02T09:00:00Z",
        "vc.example does not answer.",
    )

    guard.vcenter.down = ""
    guard.watching.run(ADMINISTRATOR)
    actions = [one for one in guard.house.actions() if one.startswith("vcenter:gap")]
    assert actions == ["vcenter:gap:begin", "vcenter:gap:end"]
    assert guard.house.details("vcenter:gap:begin")["gaps"] == told


def test_a_vcenter_that_was_never_watched_has_no_window_and_says_why(house: House) -> None:
    vcenter = Told(down="It does not answer.")
    watching = Watching(database=house.database, clock=house.clock, sources=(vcenter,))
    replace(house.collection, watching=watching).run(ADMINISTRATOR)
    with house.database.reading() as work:
        stored = work.snapshots.latest()
        assert stored
        snapshot = work.snapshots.get(stored.digest)
    assert len(snapshot.annex["windows"]) == 0
    assert snapshot.sources[1].gaps == ("Events of permissions and logins: It does not answer.",)


def test_an_event_leads_to_an_early_collection_with_its_reason(guard: Guard) -> None:
    before = guard.latest().taken_at
    guard.house.clock.move(hours=2)
    guard.vcenter.tells = Watched((guard.event(),), (), (WATCH,))
    told = guard.early.run(ADMINISTRATOR)
    assert guard.latest().taken_at > before
    reason = (
        "PermissionAddedEvent in vc by CORP\\mallory at 2026-03-02T11:00:00Z"
        " (CORP\\eve Admin Cluster)."
    )
    assert told.endswith(reason)
    assert guard.house.details("snapshot:early_collection:start")["reason"] == reason
    stored = guard.house.details("vcenter:events:store")
    assert stored == {"count": "1", "types": "PermissionAddedEvent 1", "by": "CORP\\mallory"}


def test_no_event_no_early_collection_and_the_same_event_only_one(guard: Guard) -> None:
    guard.house.clock.move(hours=2)
    assert guard.early.run(ADMINISTRATOR) == "0 new events."
    guard.vcenter.tells = Watched((guard.event(),), (), (WATCH,))
    assert "stored early" in guard.early.run(ADMINISTRATOR)
    guard.house.clock.move(hours=2)
    assert guard.early.run(ADMINISTRATOR) == "0 new events."


def test_early_collections_are_no_more_frequent_than_is_set(guard: Guard) -> None:
    ran = 0
    for minute in range(0, 240, 10):
        guard.house.clock.at = START + timedelta(minutes=minute)
        guard.vcenter.tells = Watched((guard.event(minute + 1),), (), (WATCH,))
        ran += "stored early" in guard.early.run(ADMINISTRATOR)
    assert ran == 3
    never = replace(guard.early, at_least=timedelta(0))
    guard.house.clock.move(hours=9)
    guard.vcenter.tells = Watched((guard.event(999),), (), (WATCH,))
    assert never.run(ADMINISTRATOR) == "1 new events."


def test_an_early_collection_that_fails_is_not_tried_again_at_once(guard: Guard) -> None:
    guard.house.clock.move(hours=2)
    guard.vcenter.tells = Watched((guard.event(),), (), (WATCH,))
    guard.house.vcenter.down = guard.house.directory.down = "Nothing answers."
    with pytest.raises(CollectionError):
        guard.early.run(ADMINISTRATOR)
    guard.house.vcenter.down = guard.house.directory.down = ""
    guard.house.clock.move(minutes=15)
    assert guard.early.run(ADMINISTRATOR) == "0 new events."
    guard.house.clock.move(minutes=50)
    assert "stored early" in guard.early.run(ADMINISTRATOR)


def test_what_the_first_look_finds_of_long_ago_leads_to_nothing(guard: Guard) -> None:
    guard.house.clock.move(hours=2)
    old = guard.event(at=START - timedelta(days=20))
    guard.vcenter.tells = Watched((old,), (), (WATCH,))
    assert guard.early.run(ADMINISTRATOR) == "1 new events."


def test_only_who_may_collect_may_watch(guard: Guard) -> None:
    with pytest.raises(NotAllowedError):
        guard.watching.run(reviewer("ben"))
