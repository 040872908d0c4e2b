"""What is to be done regularly, and whether it is due: decided by a table, not by a timer.

A period is claimed in the database before its job runs, so that of several processes exactly one
runs it, and one that was missed while the process was down is made up for once, late. Whoever
claimed one and did not live to finish it, loses it to another after a while.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from accessreview.model.canonical import plain
from accessreview.model.errors import AccessReviewError
from accessreview.services.ports import Clock, Database, Occurrence

ABANDONED_AFTER = timedelta(hours=2)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_IN_TIME = timedelta(minutes=10)
_ACTOR = "scheduler"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done once every ``every``, counted from ``at`` (UTC) of any day.

    ``run`` returns a few words on what it did, for the record. Where it has not ended after
    ``abandoned_after``, its process is taken for dead and it is run again: be generous.
    """

    name: str
    every: timedelta
    run: Callable[[], str]
    at: time = time(0, 0)
    abandoned_after: timedelta = ABANDONED_AFTER

    def due_at(self, now: datetime) -> datetime:
        """When the period began that ``now`` lies in."""
        start = _EPOCH + timedelta(hours=self.at.hour, minutes=self.at.minute)
        return period_of(now, self.every, start)


def period_of(now: datetime, every: timedelta, start: datetime = _EPOCH) -> datetime:
    """When the period began that ``now`` lies in, of those that follow each other from then on."""
    return start + (now - start) // every * every


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    database: Database
    clock: Clock
    jobs: tuple[Job, ...]

    def run_due(self) -> tuple[str, ...]:
        """Run what is due and nobody has claimed; returns the names of the jobs that were run.

        A job that fails is recorded with its reason and keeps no other from running.
        """
        return tuple(job.name for job in self.jobs if self._run_if_due(job))

    def _run_if_due(self, job: Job) -> bool:
        now = self.clock.now()
        due_at = job.due_at(now)
        period = str(plain(due_at))
        with self.database.reading() as work:
            last = work.occurrences.last(job.name)
        if last and last.period == period and not _is_abandoned(last, job, now):
            return False
        details = {"period": period, "late": self._lateness(now, due_at, last)}
        with self.database.writing() as work:
            occurrences = work.occurrences
            action = "start"
            if not occurrences.claim(job.name, period, now):
                first = occurrences.retake(job.name, period, now - job.abandoned_after, now)
                if first is None:
                    return False
                action = "retake"
                details["first_claimed"] = str(plain(first))
            work.audit.record(f"job:{job.name}:{action}", _ACTOR, job.name, details, now)
        action, result = self._outcome(job)
        with self.database.writing() as work:
            ended_at = self.clock.now()
            work.occurrences.finish(job.name, period, ended_at)
            work.audit.record(
                f"job:{job.name}:{action}",
                _ACTOR,
                job.name,
                {**details, "result": result},
                ended_at,
            )
        return True

    @staticmethod
    def _lateness(now: datetime, due_at: datetime, last: Occurrence | None) -> str:
        # The very first run makes up for nothing.
        return "no" if last is None or now - due_at <= _IN_TIME else str(now - due_at)

    @staticmethod
    def _outcome(job: Job) -> tuple[str, str]:
        try:
            return "finish", job.run()
        except AccessReviewError as error:
            return "fail", str(error)
        except Exception as error:  # noqa: BLE001 - a fault in one job must not stop the others
            _log.exception("The job %s failed.", job.name)
            return "fail", f"An unexpected fault: {type(error).__name__}. See the log."


def _is_abandoned(last: Occurrence, job: Job, now: datetime) -> bool:
    return last.finished_at is None and now - last.held_since >= job.abandoned_after
