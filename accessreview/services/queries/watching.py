"""What vCenters told between collections: the events of who may do what, and how far is watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.model.event import Watch, WatchedEvent
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database
from accessreview.services.queries.paging import Slice, page_from


@dataclass(frozen=True, slots=True)
class EventList:
    """One page, the newest first; how many there are of each vCenter, and what each is called."""

    rows: Slice[WatchedEvent]
    counts: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WatchingQueries:
    database: Database

    def watches(self, authorization: Authorization) -> Sequence[Watch]:
        """Every stream of every vCenter of the newest snapshot that was ever looked at."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            sources = latest.sources if latest else ()
            return [watch for source in sources for watch in unit.watches.of(source.id)]

    def page(self, authorization: Authorization, vcenter: str, page: int) -> EventList:
        """Events of one vCenter; an empty one lets all through."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            counts, latest = unit.events.counts(), unit.snapshots.latest()
            total = counts.get(vcenter, 0) if vcenter else sum(counts.values())
            cut = page_from(
                lambda start, size: unit.events.page(vcenter, offset=start, limit=size),
                total,
                page,
            )
        names = {one.id: one.name for one in latest.sources} if latest else {}
        return EventList(cut, counts, {source: source for source in counts} | names)

    def since(
        self, authorization: Authorization, vcenter: str, since: datetime
    ) -> Sequence[WatchedEvent]:
        """All that happened then or later, by vCenter and time; an empty one lets all through."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            sources = [one for one in unit.events.counts() if vcenter in {"", one}]
            return [event for one in sources for event in unit.events.of(one, since)]
