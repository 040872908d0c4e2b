"""Events, uses and watches: events for ever and never without a record, uses accumulated."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from accessreview.model.errors import IntegrityError
from accessreview.model.event import Cursor, SeenUse, Stream, Watch, WatchedEvent
from accessreview.model.snapshot import Use
from accessreview.storage.database import SqlDatabase
from accessreview.storage.engine import database_url
from tests.contracts.samples import HARD, record
from tests.fakes import START

DAY = timedelta(days=1)
EVENT = WatchedEvent(
    source="vc1",
    key=2_147_483_000,
    at=START + timedelta(microseconds=7),
    type="PermissionAddedEvent",
    actor=HARD,
    entity="vm-1",
    entity_name=HARD,
    principal=HARD,
    is_group=True,
    role="-1",
    role_name="Admin",
    message=HARD,
)
USE = SeenUse(
    source="vc1", principal="CORP\\Ann", use=Use.LOGIN, first=START, last=START + DAY, count=2
)


def kept(database: SqlDatabase, *events: WatchedEvent, days: int = 0) -> list[WatchedEvent]:
    with database.writing() as work:
        new = work.events.add(events, START + days * DAY)
        record(work)
    return list(new)


def test_events_come_back_whole_in_order_and_each_once(database: SqlDatabase) -> None:
    later = replace(EVENT, at=EVENT.at + DAY, key=1)
    twin = replace(EVENT, key=EVENT.key + 1)
    elsewhere = replace(EVENT, source="vc2")

    assert kept(database, later, twin, EVENT, elsewhere) == [later, twin, EVENT, elsewhere]
    assert kept(database, EVENT, replace(EVENT, key=9), EVENT, days=1) == [replace(EVENT, key=9)]

    with database.reading() as work:
        assert work.events.of("vc1", START) == [replace(EVENT, key=9), EVENT, twin, later]
        assert work.events.of("vc1", later.at) == [later]
        assert work.events.stored_since("vc1", START) == [replace(EVENT, key=9)]
        assert work.events.stored_since("vc2", START) == []
        assert work.events.counts() == {"vc1": 4, "vc2": 1}
        assert work.events.page("vc1", offset=1, limit=2) == [replace(EVENT, key=9), EVENT]
        assert work.events.page("", offset=0, limit=9)[0] == later


def test_as_many_events_as_a_long_absence_leaves_are_told_apart(database: SqlDatabase) -> None:
    many = [replace(EVENT, key=number) for number in range(1, 951)]

    assert kept(database, *many[:600]) == many[:600]
    assert kept(database, *many) == many[600:]


def test_no_event_is_kept_without_a_record(database: SqlDatabase) -> None:
    with pytest.raises(IntegrityError, match="watched_events"), database.writing() as work:
        work.events.add([EVENT], START)

    with database.reading() as work:
        assert work.events.counts() == {}


@pytest.mark.parametrize(
    "statement", ["UPDATE watched_events SET key = 0", "DELETE FROM watched_events"]
)
def test_what_was_watched_cannot_be_rewritten(
    address: str, database: SqlDatabase, statement: str
) -> None:
    kept(database, EVENT)
    engine = create_engine(database_url(address))

    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))

    engine.dispose()


def test_uses_are_accumulated_whatever_the_case_and_need_no_record(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.uses.add([USE, replace(USE, use=Use.SESSION), replace(USE, source="vc2")])
    with database.writing() as work:
        older = replace(USE, principal="corp\\ANN", first=START - DAY, last=START, count=3)
        work.uses.add([older, replace(older, first=START, last=START + 2 * DAY, count=1)])

    with database.reading() as work:
        assert sorted(work.uses.of("vc1"), key=lambda one: one.use) == [
            SeenUse(
                source="vc1",
                principal="corp\\ANN",
                use=Use.LOGIN,
                first=START - DAY,
                last=START + 2 * DAY,
                count=6,
            ),
            replace(USE, use=Use.SESSION),
        ]
        assert work.uses.of("vc3") == []


def test_each_stream_has_one_watch(database: SqlDatabase) -> None:
    session = Watch(source="vc1", stream=Stream.SESSION, trouble=HARD)
    events = Watch(source="vc1", stream=Stream.AUTHORIZATION, since=START, until=START)
    gone_on = replace(events, until=START + DAY, last=Cursor(START, 7), marker=HARD, gap=HARD)
    with database.writing() as work:
        work.watches.save([session, events, replace(events, source="vc2")])
    with database.writing() as work:
        work.watches.save([gone_on])

    with database.reading() as work:
        assert work.watches.of("vc1") == [gone_on, session]
        assert work.watches.of("vc2") == [replace(events, source="vc2")]
