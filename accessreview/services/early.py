"""Collecting earlier than planned, because events say that somebody changed who may do what."""

from dataclasses import dataclass
from datetime import timedelta

from accessreview.analysis.telling import CLOCKS_APART
from accessreview.model.canonical import plain
from accessreview.model.event import WatchedEvent
from accessreview.model.user import Authorization
from accessreview.services.periodic import period_of
from accessreview.services.ports import Clock, Database, StoredSnapshot, UnitOfWork
from accessreview.services.refresh import Refresh
from accessreview.services.watching import Watching

_JOB = "collect-early"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyCollection:
    """``at_least`` lies between a collection and an early one after it; zero is never."""

    database: Database
    clock: Clock
    watching: Watching
    refresh: Refresh
    at_least: timedelta

    def run(self, authorization: Authorization) -> str:
        """Look at the vCenters, collect if their events ask for it, and say what was done.

        Raises as ``Refresh.run``; then the next attempt is as far away as after a success.
        """
        new = self.watching.run(authorization)
        told = f"{len(new)} new events."
        taken = self._take(authorization)
        if taken is None:
            return told
        period, reason = taken
        try:
            stored = self.refresh.run(authorization)
        finally:
            with self.database.writing() as work:
                now = self.clock.now()
                work.occurrences.finish(_JOB, period, now)
                work.audit.record(
                    "snapshot:early_collection:end", authorization.actor, period, {}, now
                )
        return f"{told} Snapshot {stored.digest} was stored early: {reason}"

    def _take(self, authorization: Authorization) -> tuple[str, str] | None:
        """Take an early collection that is due for oneself: its period, and the reason for it."""
        if not self.at_least:
            return None
        now = self.clock.now()
        with self.database.reading() as work:
            latest = work.snapshots.latest()
            unseen = [] if latest is None else self._unseen(work, latest)
        if latest is None or not unseen or now - latest.stored_at < self.at_least:
            return None
        period = str(plain(period_of(now, self.at_least)))
        reason = _reason(unseen)
        with self.database.writing() as work:
            if not work.occurrences.claim(_JOB, period, now):
                return None
            work.audit.record(
                "snapshot:early_collection:start",
                authorization.actor,
                period,
                {"reason": reason, "events": str(len(unseen))},
                now,
            )
        return period, reason

    def _unseen(self, work: UnitOfWork, latest: StoredSnapshot) -> list[WatchedEvent]:
        """Events of what no collection can have seen yet."""
        began = {source.id: source.started_at for source in latest.sources}
        return [
            event
            for source in self.watching.sources
            if source.id in began
            for event in work.events.stored_since(source.id, began[source.id])
            if event.at > began[source.id] - CLOCKS_APART
        ]


def _reason(events: list[WatchedEvent]) -> str:
    last = max(events, key=lambda one: one.at)
    about = " ".join(filter(None, (last.principal, last.role_name, last.entity_name)))
    words = f"{last.type} in {last.source} by {last.actor or 'nobody named'} at {plain(last.at)}"
    more = f", and {len(events) - 1} more events" if len(events) > 1 else ""
    return f"{words}{f' ({about})' if about else ''}{more}."
