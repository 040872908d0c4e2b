"""What a vCenter tells of itself between collections: events, uses, and how far it was watched."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from accessreview.model.snapshot import Use


class Stream(StrEnum):
    """What is watched of a vCenter, each followed by itself.

    ``AUTHORIZATION`` are the events that concern who may do what, and those of logins; ``ACTION``
    all other events that somebody caused.
    """

    AUTHORIZATION = "authorization"
    ACTION = "action"
    SESSION = "session"
    PRIVILEGE_CHECK = "privilege-check"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedEvent:
    """An event that concerns who may do what.

    ``key`` and ``at`` tell it from others of its vCenter, ``key`` alone does not: keys begin anew.
    ``type`` is bare, such as ``PermissionAddedEvent``, or the id of an extended event. ``actor`` is
    who caused it, as the vCenter names that one, and ``message`` what it says, cut if it is long.
    """

    source: str
    key: int
    at: datetime
    type: str
    actor: str
    entity: str = ""
    entity_name: str = ""
    principal: str = ""
    is_group: bool = False
    role: str = ""
    role_name: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenUse:
    """Something that a principal was seen doing, as in ``uses`` of the annex."""

    source: str
    principal: str
    use: Use
    detail: str = ""
    first: datetime
    last: datetime
    count: int


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The last event of a stream that was read."""

    at: datetime
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How far one stream of a vCenter is known; times are by the vCenter's clock.

    Whatever happened between ``since`` and ``until`` was seen; without ``since``, nothing is
    watched. ``gap`` says why it begins there, or what may be missing all the same; ``trouble``
    what kept it from going on the last time, and ``failed_at`` when it was, by our clock, if the
    vCenter could not be looked at at all. ``last`` and ``marker`` are where to go on.
    """

    source: str
    stream: Stream
    since: datetime | None = None
    until: datetime | None = None
    gap: str = ""
    trouble: str = ""
    failed_at: datetime | None = None
    last: Cursor | None = None
    marker: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.gap, self.trouble)))


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at a vCenter brought; ``watches`` replace those known of the same streams."""

    events: tuple[WatchedEvent, ...] = ()
    uses: tuple[SeenUse, ...] = ()
    watches: tuple[Watch, ...] = field(default=())


UseKey = tuple[str, str, Use, str]
"""Source, principal without case, use and detail."""


def use_key(use: SeenUse) -> UseKey:
    return use.source, use.principal.casefold(), use.use, use.detail


def accumulated(uses: Iterable[SeenUse]) -> tuple[SeenUse, ...]:
    """One of each key: seen first as early and last as late as any says, counted together.

    The principal is spelled as the last one spells it.
    """
    found: dict[UseKey, SeenUse] = {}
    for one in uses:
        known = found.get(use_key(one))
        found[use_key(one)] = one if known is None else _together(known, one)
    return tuple(found.values())


def _together(one: SeenUse, other: SeenUse) -> SeenUse:
    return replace(
        other,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        count=one.count + other.count,
    )
