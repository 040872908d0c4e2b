"""The audit trail is one chain, and neither it nor what else is kept for ever can be rewritten."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Executable, create_engine, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from accessreview.evidence.chain import GENESIS, verify_chain
from accessreview.services.ports import Occurrence
from accessreview.storage.database import SqlDatabase
from accessreview.storage.engine import database_url
from accessreview.storage.rows import Row
from tests.contracts.samples import HARD, an_agreement, record, with_campaign
from tests.contracts.test_review import A_PACKAGE, A_SIGN_OFF, PACKAGE_BYTES
from tests.contracts.test_snapshots import run_outside
from tests.fakes import START

KEPT = (
    "column_blobs",
    "snapshots",
    "snapshot_sources",
    "snapshot_columns",
    "rulesets",
    "assessments",
    "sign_offs",
    "evidence_packages",
    "audit_events",
    "agreements",
)


@pytest.fixture
def outside(database: SqlDatabase, address: str) -> Iterator[Connection]:
    """A connection of somebody else, to a database that holds something of everything."""
    snapshot = with_campaign(database)
    with database.writing() as work:
        work.agreements.add(an_agreement(snapshot))
        work.sign_offs.add(A_SIGN_OFF)
        work.evidence.add(A_PACKAGE, PACKAGE_BYTES)
        record(work)
    engine = create_engine(database_url(address))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("table", KEPT)
def test_what_is_kept_for_ever_is_neither_changed_nor_deleted(
    outside: Connection, table: str
) -> None:
    rows = Row.metadata.tables[table]
    last = list(rows.c)[-1]
    statements: list[Executable] = [update(rows).values({last.name: last}), delete(rows)]
    if outside.dialect.name == "postgresql":
        statements.append(text(f"TRUNCATE {table} CASCADE"))
    for statement in statements:
        with pytest.raises(DBAPIError, match=f"What is in {table} is never changed or deleted"):
            outside.execute(statement)
        outside.rollback()

    assert outside.scalar(select(func.count()).select_from(rows))


def test_events_are_chained_from_the_first_without_a_hole(database: SqlDatabase) -> None:
    with database.writing() as work:
        first = work.audit.record("a:b:c", "ann", HARD.replace("\x00", ""), {HARD: HARD}, START)
        second = work.audit.record("a:b:d", "bob", "", {}, START)
    with database.writing() as work:
        third = work.audit.record("a:b:e", "bob", "", {}, START)

    with database.reading() as work:
        events = work.audit.list()
        assert work.audit.head() == third
        assert work.audit.list(after=1, limit=1) == [second]
    assert events == [first, second, third]
    assert (first.sequence, first.previous) == (1, GENESIS)
    assert verify_chain(events) is None


def test_a_rolled_back_event_leaves_no_hole(database: SqlDatabase) -> None:
    def fail() -> None:
        with database.writing() as work:
            record(work)
            raise OSError("no")

    with pytest.raises(OSError, match="no"):
        fail()
    with database.writing() as work:
        record(work)

    with database.reading() as work:
        assert [event.sequence for event in work.audit.list()] == [1]


def test_an_event_changed_behind_the_triggers_shows_in_the_chain(
    database: SqlDatabase, address: str
) -> None:
    for _ in range(3):
        with database.writing() as work:
            record(work)

    run_outside(address, "UPDATE audit_events SET actor = 'nobody' WHERE sequence = 2")

    with database.reading() as work:
        assert verify_chain(work.audit.list()) == 2


def test_an_occurrence_is_claimed_once_for_ever(database: SqlDatabase) -> None:
    with database.writing() as work:
        assert work.occurrences.last("collect") is None
        assert work.occurrences.claim("collect", "2026-03-02", START)
        assert work.occurrences.claim("collect", "2026-03-01", START)
        assert work.occurrences.claim("remind", "2026-03-02", START)
        record(work)

    with database.writing() as work:
        assert not work.occurrences.claim("collect", "2026-03-02", START)
        assert work.occurrences.last("collect") == Occurrence("2026-03-01", START, None)


def test_an_occurrence_is_taken_over_when_it_was_held_long_enough(database: SqlDatabase) -> None:
    late, later = START + timedelta(hours=2), START + timedelta(hours=3)
    with database.writing() as work:
        for period in ("1", "2"):
            work.occurrences.claim("collect", period, START)
        record(work)

    with database.writing() as work:
        mine = work.occurrences
        assert mine.retake("collect", "2", START - timedelta(microseconds=1), late) is None
        assert mine.retake("remind", "2", START, late) is None
        assert mine.retake("collect", "2", START, late) == START
        assert mine.last("collect") == Occurrence("2", late, None)
        assert mine.retake("collect", "2", START, later) is None
        assert mine.retake("collect", "2", late, later) == START
        assert mine.retake("collect", "1", START, later) == START
        record(work)


def test_an_occurrence_that_was_finished_is_never_taken_over(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.occurrences.claim("collect", "1", START)
        work.occurrences.claim("collect", "2", START)
        work.occurrences.finish("collect", "2", START)
        record(work)

    with database.writing() as work:
        assert work.occurrences.last("collect") == Occurrence("2", START, START)
        assert work.occurrences.retake("collect", "2", START, START) is None
        assert work.occurrences.retake("collect", "1", START, START) == START
        record(work)
