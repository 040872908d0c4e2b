"""Nothing is lost, nothing is half done, and nothing passes unrecorded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from accessreview.evidence.chain import verify_chain
from accessreview.model.audit import AuditEvent
from accessreview.model.errors import ConflictError, IntegrityError, StorageError
from accessreview.model.policy import Ruleset
from accessreview.model.user import UserSession
from accessreview.model.violations import ViolationTable
from accessreview.storage.database import SqlDatabase
from accessreview.storage.repositories.audit import SqlAuditTrail
from accessreview.storage.unit_of_work import SqlUnitOfWork
from tests.contracts.samples import (
    SETTLEMENT,
    a_campaign,
    a_snapshot,
    a_user,
    a_violation,
    an_assessment,
    an_item,
    record,
    with_campaign,
)
from tests.contracts.test_review import A_PACKAGE, A_SIGN_OFF, PACKAGE_BYTES, a_task
from tests.fakes import START

SNAPSHOT = a_snapshot()
LATER = START + timedelta(hours=2)

WRITES: dict[str, Callable[[SqlUnitOfWork], object]] = {
    "snapshots": lambda work: work.snapshots.add(a_snapshot(minutes=5), START),
    "rulesets": lambda work: work.rulesets.add(Ruleset("other", "1", {}, (), "", "e" * 64)),
    "assessments": lambda work: work.assessments.add(an_assessment(SNAPSHOT, id="other")),
    "violations": lambda work: work.violations.save(ViolationTable.of([a_violation(SNAPSHOT)])),
    "campaigns": lambda work: work.campaigns.add(a_campaign(SNAPSHOT, id="other")),
    "campaigns, again": lambda work: work.campaigns.save(a_campaign(SNAPSHOT, name="renamed")),
    "items": lambda work: work.items.add([an_item(7)]),
    "items, again": lambda work: work.items.save([an_item(0, settlement=SETTLEMENT)]),
    "sign-offs": lambda work: work.sign_offs.add(A_SIGN_OFF),
    "tasks": lambda work: work.tasks.add([a_task(1)]),
    "users": lambda work: work.users.add(a_user(2)),
    "users, again": lambda work: work.users.save(a_user(1, enabled=False)),
    "occurrences": lambda work: work.occurrences.claim("collect", "2026-03-02", START),
    "occurrences, again": lambda work: work.occurrences.retake("remind", "1", START, LATER),
    "occurrences, finished": lambda work: work.occurrences.finish("remind", "1", START),
    "evidence": lambda work: work.evidence.add(A_PACKAGE, PACKAGE_BYTES),
}


def prepare(database: SqlDatabase) -> None:
    with_campaign(database, items=1)
    with database.writing() as work:
        work.users.add(a_user(1))
        work.occurrences.claim("remind", "1", START)
        record(work)


def state(database: SqlDatabase) -> object:
    """Everything kept that the writes above can touch."""
    with database.reading() as work:
        return (
            [stored.digest for stored in work.snapshots.list()],
            work.assessments.latest(),
            list(work.violations.all()),
            work.campaigns.list(),
            work.items.of_campaign("campaign-1"),
            work.sign_offs.of_campaign("campaign-1"),
            work.tasks.of_campaign("campaign-1"),
            work.users.list(),
            work.occurrences.last("collect"),
            work.occurrences.last("remind"),
            work.evidence.of_campaign("campaign-1"),
            work.audit.list(),
        )


@pytest.mark.parametrize("name", WRITES)
def test_a_change_without_an_audit_record_is_rolled_back(database: SqlDatabase, name: str) -> None:
    prepare(database)
    before = state(database)

    with (
        pytest.raises(IntegrityError, match="without an audit record"),
        database.writing() as work,
    ):
        WRITES[name](work)

    assert state(database) == before


@pytest.mark.parametrize("name", WRITES)
def test_a_reading_unit_of_work_writes_nothing(database: SqlDatabase, name: str) -> None:
    prepare(database)
    before = state(database)

    with pytest.raises(StorageError, match="only reads"), database.reading() as work:
        WRITES[name](work)

    assert state(database) == before


def test_every_write_is_kept_with_its_record(database: SqlDatabase) -> None:
    prepare(database)

    for write in WRITES.values():
        before = state(database)
        with database.writing() as work:
            write(work)
            record(work)
        assert state(database) != before


def test_wherever_the_audit_fails_nothing_of_the_unit_is_kept(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(database)
    before = state(database)
    genuine = SqlAuditTrail.record

    def write_all(failing: int) -> None:
        calls = count()

        def record_or_fail(trail: SqlAuditTrail, *event: Any) -> AuditEvent:  # noqa: ANN401
            if next(calls) == failing:
                raise OSError("the audit cannot be written")
            return genuine(trail, *event)

        monkeypatch.setattr(SqlAuditTrail, "record", record_or_fail)
        with database.writing() as work:
            for write in WRITES.values():
                write(work)
                record(work)

    for failing in range(len(WRITES)):
        with pytest.raises(OSError, match="audit"):
            write_all(failing)
        assert state(database) == before, failing

    write_all(len(WRITES))
    assert state(database) != before


def test_sessions_and_failed_sign_ins_need_no_record(database: SqlDatabase) -> None:
    prepare(database)
    session = UserSession(
        token_digest="d", user="user-1", created_at=START, last_seen_at=START, values="{}"
    )

    with database.writing() as work:
        work.sessions.put(session)
        work.sign_in_failures.add("ann", START)

    with database.reading() as work:
        assert work.sessions.get("d") == session
        assert work.sign_in_failures.since("ann", START) == 1


def test_any_exception_rolls_back(database: SqlDatabase) -> None:
    def interrupt() -> None:
        with database.writing() as work:
            work.users.add(a_user())
            record(work)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()

    with database.reading() as work:
        assert work.users.list() == []
        assert work.audit.head() is None


def test_a_reader_sees_one_state_while_a_writer_commits(database: SqlDatabase) -> None:
    with database.reading() as reader:
        before = reader.users.list()
        with database.writing() as work:
            work.users.add(a_user())
            record(work)
        assert reader.users.list() == before

    with database.reading() as reader:
        assert len(reader.users.list()) == 1


def test_what_refers_to_nothing_is_refused(database: SqlDatabase) -> None:
    with pytest.raises(ConflictError, match="nothing was kept"), database.writing() as work:
        work.items.add([an_item()])


def test_four_threads_lose_no_update_and_meet_no_lock(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.users.add(a_user(1, display_name="0"))
        record(work)
    start = Barrier(4)

    def add_fifty() -> None:
        start.wait()
        for _ in range(50):
            with database.writing() as work:
                number = int(work.users.get("user-1").display_name)
                work.users.save(a_user(1, display_name=str(number + 1)))
                record(work)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add_fifty) for _ in range(4)]:
            done.result()

    with database.reading() as work:
        assert work.users.get("user-1").display_name == "200"
        events = work.audit.list()
    assert len(events) == 201
    assert verify_chain(events) is None


def test_an_occurrence_is_claimed_by_exactly_one(database: SqlDatabase) -> None:
    start = Barrier(4)

    def attempt(take: Callable[[SqlUnitOfWork], object]) -> bool:
        start.wait()
        with database.writing() as work:
            if won := bool(take(work)):
                record(work)
            return won

    def race(take: Callable[[SqlUnitOfWork], object]) -> list[bool]:
        with ThreadPoolExecutor(4) as pool:
            return [done.result() for done in [pool.submit(attempt, take) for _ in range(4)]]

    claimed = race(lambda work: work.occurrences.claim("collect", "1", START))
    retaken = race(lambda work: work.occurrences.retake("collect", "1", START, LATER))

    assert sorted(claimed) == sorted(retaken) == [False, False, False, True]


def test_times_come_back_aware_in_utc_to_the_microsecond(database: SqlDatabase) -> None:
    elsewhere = datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))

    with database.writing() as work:
        event = work.audit.record("a:b:c", "ann", "x", {}, elsewhere)

    with database.reading() as work:
        stored = work.audit.head()
    assert stored == event
    assert stored is not None
    assert stored.at == datetime(2026, 6, 30, 19, 30, 0, 123456, tzinfo=UTC)
    assert stored.at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: SqlDatabase) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point

    with pytest.raises(TypeError), database.writing() as work:
        work.audit.record("a:b:c", "ann", "x", {}, naive)
