"""Reading a vCenter's events, the oldest first, page by page."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pyVmomi import vim

from accessreview.collectors.vcenter.event_types import bare
from accessreview.collectors.vcenter.following import EventsRead
from accessreview.model.event import WatchedEvent
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.session import Session

PAGE_SIZE = 1000
_LONGEST = 500
"""Characters of an event's message."""

FilterSpec = vim.event.EventFilterSpec


def read_events(
    session: Session, begin: datetime, types: Sequence[str] = (), limit: int = 50_000
) -> EventsRead:
    """Events since ``begin`` of these types, or of all; about ``limit`` of them at most.

    The server may ignore both conditions, so whoever asks looks at what came. Its collector is
    destroyed in any case: a client may have few.
    """
    manager = session.content.eventManager
    if manager is None:
        raise NoVCenterError("the server keeps no events")
    spec = FilterSpec(time=FilterSpec.ByTime(beginTime=begin), eventTypeId=list(types))
    collector = manager.CreateCollectorForEvents(spec)
    try:
        collector.SetCollectorPageSize(PAGE_SIZE)
        collector.RewindCollector()
        return _all(session, collector, begin, limit)
    finally:
        # It ends with the session as well.
        with suppress(Exception):
            collector.DestroyCollector()


def _all(
    session: Session, collector: vim.event.EventHistoryCollector, begin: datetime, limit: int
) -> EventsRead:
    found: dict[tuple[datetime, int], WatchedEvent] = {}
    while len(found) < limit:
        page = collector.ReadNextEvents(PAGE_SIZE)
        if not page:
            return EventsRead(_since(found, begin))
        known = len(found)
        for event in page:
            one = watched(session.settings.id, event)
            found[one.at, one.key] = one
        if len(found) == known:
            raise NoVCenterError("the same events came again and again")
    reached, _ = next(reversed(found))
    return EventsRead(_since(found, begin), reached)


def _since(
    found: dict[tuple[datetime, int], WatchedEvent], begin: datetime
) -> Sequence[WatchedEvent]:
    return tuple(one for (at, _), one in found.items() if at >= begin)


def watched(source: str, event: vim.event.Event) -> WatchedEvent:
    """An event as a plain value, with what those of permissions, roles and hosts have to tell."""
    about = getattr(event, "entity", None) or event.host
    role = getattr(event, "role", None)
    message = event.fullFormattedMessage or getattr(event, "message", None) or ""
    return WatchedEvent(
        source=source,
        key=int(event.key),
        at=event.createdTime.astimezone(UTC),
        type=_type(event),
        actor=event.userName or "",
        entity=_entity(about),
        entity_name=about.name or "" if about else "",
        principal=getattr(event, "principal", None) or "",
        is_group=bool(getattr(event, "group", False)),
        role=str(role.roleId) if role else "",
        role_name=role.name or "" if role else "",
        message=message[:_LONGEST],
    )


def _type(event: vim.event.Event) -> str:
    own = getattr(event, "eventTypeId", None)
    return bare(own or type(event).__name__)


def _entity(about: vim.event.EntityEventArgument | None) -> str:
    """The id of what a permission is on, or of the host that it happened on."""
    for name in ("entity", "host"):
        reference = getattr(about, name, None)
        if isinstance(reference, vim.ManagedEntity):
            return id_of(reference)
    return ""
