"""Going on with a stream of events where it was left, and what it tells of uses; pure.

Each time the stream is read from a little before the last event that is known. When that one comes
again, nothing was lost between; when it does not, events are gone, be it that the vCenter keeps
them no longer, or that its database was put back, and the stream begins anew, which is said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accessreview.collectors.vcenter.event_types import LOGIN, is_action
from accessreview.model.canonical import plain
from accessreview.model.event import Cursor, SeenUse, Watch, WatchedEvent
from accessreview.model.snapshot import Use

_OVERLAP = timedelta(minutes=10)
_SET_BACK = timedelta(days=1)
"""How far back is looked when the vCenter's clock is earlier than it was."""


@dataclass(frozen=True, slots=True)
class EventsRead:
    """``reached`` is the time of the last one that was read, None if there are no more."""

    events: Sequence[WatchedEvent]
    reached: datetime | None = None


def beginning(known: Watch, there: datetime, reach: timedelta) -> datetime:
    """From when on to read; ``there`` is the vCenter's time, ``reach`` how far back at first."""
    if known.since is None or known.last is None:
        return there - reach
    if there < known.last.at:
        return there - _SET_BACK
    return known.last.at - _OVERLAP


def followed(known: Watch, read: EventsRead, there: datetime) -> Watch:
    """How far the stream is known after this was read of it."""
    until = read.reached or there
    last = max((_cursor(one) for one in read.events), default=None)
    if known.since and known.last in {None, *map(_cursor, read.events)}:
        return replace(known, until=until, last=last, trouble="")
    since = min((one.at for one in read.events), default=until)
    gap = ""
    if known.since and known.until:
        gap = (
            f"What happened between {plain(known.until)} and {plain(since)} may be missing: the"
            " vCenter no longer has the last event that was known."
        )
    return replace(known, since=since, until=until, last=last, gap=gap, trouble="")


def logins(events: Iterable[WatchedEvent], known: Watch) -> Iterator[SeenUse]:
    return _uses((one for one in events if one.type == LOGIN), known, Use.LOGIN)


def actions(events: Iterable[WatchedEvent], known: Watch) -> Iterator[SeenUse]:
    return _uses((one for one in events if is_action(one.type)), known, Use.ACTION)


def _uses(events: Iterable[WatchedEvent], known: Watch, use: Use) -> Iterator[SeenUse]:
    """One an event that somebody caused; those that were counted before count no more."""
    for one in events:
        if one.actor:
            is_new = known.last is None or _cursor(one) > known.last
            yield SeenUse(
                source=one.source,
                principal=one.actor,
                use=use,
                first=one.at,
                last=one.at,
                count=int(is_new),
            )


def _cursor(event: WatchedEvent) -> Cursor:
    return Cursor(event.at, event.key)
