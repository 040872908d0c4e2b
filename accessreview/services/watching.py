"""Watching vCenters between collections: their events are kept, and what they tell of their use."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from accessreview.model.errors import AccessReviewError
from accessreview.model.event import Stream, Watch, Watched, WatchedEvent
from accessreview.model.snapshot import Reading
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, EventSource, UnitOfWork
from accessreview.snapshot.gaps import listed
from accessreview.snapshot.uses import gaps_of, with_uses

_AGAIN = timedelta(hours=1)
"""After a failure, so that a password that was changed does not lock the account."""
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """``sources`` are the live vCenters."""

    database: Database
    clock: Clock
    sources: tuple[EventSource, ...]

    def run(self, authorization: Authorization) -> Sequence[WatchedEvent]:
        """Look at every vCenter, each in a thread of its own; returns the events that are new.

        One that cannot be looked at fails nothing: that is recorded, and told with its uses.
        """
        require(authorization, Capability.COLLECT)
        if not self.sources:
            return ()
        with ThreadPoolExecutor(len(self.sources), "watch") as pool:
            found = tuple(pool.map(self._look, self.sources))
        return [
            event
            for source, watched in zip(self.sources, found, strict=True)
            for event in self._keep(authorization, source.id, watched)
        ]

    def with_uses(self, reading: Reading) -> Reading:
        """The reading with what was seen of its use, if it is of a vCenter that is watched."""
        with self.database.reading() as work:
            watches = work.watches.of(reading.source.id)
            if not watches:
                return reading
            return with_uses(reading, work.uses.of(reading.source.id), watches)

    def _look(self, source: EventSource) -> Watched:
        now = self.clock.now()
        with self.database.reading() as work:
            known = {one.stream: one for one in work.watches.of(source.id)}
        if any(one.failed_at and now - one.failed_at < _AGAIN for one in known.values()):
            return Watched()
        try:
            found = source.watch(known)
        except AccessReviewError as error:
            watches = known.values() or (Watch(source=source.id, stream=Stream.AUTHORIZATION),)
            failed = (replace(one, trouble=str(error), failed_at=now) for one in watches)
            return Watched(watches=tuple(failed))
        return replace(found, watches=tuple(replace(one, failed_at=None) for one in found.watches))

    def _keep(
        self, authorization: Authorization, source: str, watched: Watched
    ) -> Sequence[WatchedEvent]:
        now = self.clock.now()
        with self.database.writing() as work:
            before = work.watches.of(source)
            new = work.events.add(watched.events, now)
            work.uses.add(watched.uses)
            work.watches.save(watched.watches)
            if new:
                work.audit.record(
                    "vcenter:events:store", authorization.actor, source, _told(new), now
                )
            self._record_gaps(work, authorization, source, before, watched.watches)
        return new

    def _record_gaps(
        self,
        work: UnitOfWork,
        authorization: Authorization,
        source: str,
        before: Iterable[Watch],
        after: Sequence[Watch],
    ) -> None:
        """Say what may be missing by now, and what no longer is."""
        streams = {one.stream for one in after}
        looked_at = [one for one in before if one.stream in streams]
        old, new = ({gap for one in some for gap in gaps_of(one)} for some in (looked_at, after))
        for verb, gaps in (("begin", new - old), ("end", old - new)):
            if gaps:
                work.audit.record(
                    f"vcenter:gap:{verb}",
                    authorization.actor,
                    source,
                    {"gaps": " ".join(sorted(gaps))},
                    self.clock.now(),
                )


def _told(events: Sequence[WatchedEvent]) -> dict[str, str]:
    types = Counter(one.type for one in events)
    return {
        "count": str(len(events)),
        "types": ", ".join(f"{name} {count}" for name, count in sorted(types.items())),
        "by": listed(sorted({one.actor for one in events if one.actor}), _NAMED),
    }
