"""What is due runs once, whatever becomes of the process that runs it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError
from accessreview.services.periodic import Job, Periodic
from accessreview.storage.database import SqlDatabase, open_database
from tests.fakes import FixedClock, fresh_address, fresh_database


@pytest.fixture
def database(tmp_path: Path) -> SqlDatabase:
    return fresh_database(tmp_path)


def nightly(run: Callable[[], str]) -> Job:
    return Job(name="collect", every=timedelta(days=1), at=time(2, 0), run=run)


def counting(ran: list[int]) -> Callable[[], str]:
    def run() -> str:
        ran.append(1)
        return f"run {len(ran)}"

    return run


def records(database: SqlDatabase) -> list[tuple[str, str]]:
    with database.reading() as work:
        return [(event.action, event.details["late"]) for event in work.audit.list()]


def test_a_job_runs_once_a_period_in_whatever_process(database: SqlDatabase) -> None:
    ran: list[int] = []
    job = nightly(counting(ran))
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, 20, tzinfo=UTC))
    processes = [Periodic(database=database, clock=clock, jobs=(job,)) for _ in range(3)]
    assert [process.run_due() for process in processes] == [("collect",), (), ()]
    clock.move(hours=23, minutes=59)
    assert processes[1].run_due() == ()
    clock.move(minutes=1)
    assert processes[2].run_due() == ("collect",)
    assert len(ran) == 2
    assert (
        records(database)
        == [
            ("job:collect:start", "no"),
            ("job:collect:finish", "no"),
        ]
        * 2
    )


def test_what_was_missed_while_down_runs_once_late_and_says_so(database: SqlDatabase) -> None:
    ran: list[int] = []
    clock = FixedClock(datetime(2026, 3, 2, 2, 1, tzinfo=UTC))
    periodic = Periodic(database=database, clock=clock, jobs=(nightly(counting(ran)),))
    periodic.run_due()
    clock.move(days=3, hours=7)
    assert periodic.run_due() == ("collect",)
    assert periodic.run_due() == ()
    assert len(ran) == 2
    assert records(database)[-1] == ("job:collect:finish", "7:01:00")


def test_a_job_that_fails_is_recorded_and_stops_no_other(database: SqlDatabase) -> None:
    def fail() -> str:
        raise CollectionError("No source could be read.")

    def break_() -> str:
        raise KeyError("secret")

    jobs = tuple(
        Job(name=name, every=timedelta(hours=1), run=run)
        for name, run in (("fails", fail), ("breaks", break_), ("works", lambda: "done"))
    )
    periodic = Periodic(database=database, clock=FixedClock(), jobs=jobs)
    assert periodic.run_due() == ("fails", "breaks", "works")
    with database.reading() as work:
        ends = {
            event.action: event.details["result"]
            for event in work.audit.list()
            if "result" in event.details
        }
    assert ends == {
        "job:fails:fail": "No source could be read.",
        "job:breaks:fail": "An unexpected fault: KeyError. See the log.",
        "job:works:finish": "done",
    }


DYING = """
import os, sys
from datetime import timedelta
from accessreview.services.periodic import Job, Periodic
from accessreview.storage.database import open_database
from tests.fakes import FixedClock

job = Job(name="collect", every=timedelta(days=1), run=lambda: os._exit(9))
Periodic(database=open_database(sys.argv[1]), clock=FixedClock(), jobs=(job,)).run_due()
"""


def test_what_a_killed_process_left_is_taken_over_by_one_and_recorded(tmp_path: Path) -> None:
    address = fresh_address(tmp_path)
    died = subprocess.run([sys.executable, "-c", DYING, address], check=False)
    assert died.returncode == 9
    ran: list[int] = []
    clock = FixedClock()
    job = Job(name="collect", every=timedelta(days=1), run=counting(ran))
    database = open_database(address)
    processes = [Periodic(database=database, clock=clock, jobs=(job,)) for _ in range(2)]
    clock.move(hours=1, minutes=59)
    assert [process.run_due() for process in processes] == [(), ()]
    clock.move(minutes=1)
    assert [process.run_due() for process in processes] == [("collect",), ()]
    clock.move(hours=3)
    assert processes[1].run_due() == ()
    with database.reading() as work:
        events = [(event.action, event.details) for event in work.audit.list()]
    database.close()
    common = {"period": "2026-03-02T00:00:00Z", "late": "11:00:00"}
    retaken = {**common, "first_claimed": "2026-03-02T09:00:00Z"}
    assert events == [
        ("job:collect:start", {**common, "late": "no"}),
        ("job:collect:retake", retaken),
        ("job:collect:finish", {**retaken, "result": "run 1"}),
    ]


def test_a_job_that_failed_is_finished_and_not_run_again_in_its_period(
    database: SqlDatabase,
) -> None:
    def fail() -> str:
        raise CollectionError("No source could be read.")

    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    periodic = Periodic(database=database, clock=clock, jobs=(nightly(fail),))
    assert periodic.run_due() == ("collect",)
    clock.move(hours=5)
    assert periodic.run_due() == ()


@pytest.mark.parametrize("every", [timedelta(minutes=15), timedelta(hours=6), timedelta(days=1)])
def test_periods_follow_each_other_without_gap_or_overlap(every: timedelta) -> None:
    job = Job(name="j", every=every, run=lambda: "", at=time(3, 30))
    now = datetime(2026, 3, 28, tzinfo=UTC)
    due = {job.due_at(now + timedelta(minutes=step)) for step in range(4 * 24 * 60)}
    ordered = sorted(due)
    assert {later - earlier for earlier, later in pairwise(ordered)} == {every}
    assert all((each.hour * 60 + each.minute - 210) % 15 == 0 for each in due)
