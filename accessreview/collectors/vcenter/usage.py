"""What a vCenter tells of who uses it: logins, other events, sessions, checks of privileges.

Each is a stream of its own, with its own window: that somebody was not seen says something of the
time within the window only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from accessreview.collectors.vcenter.event_types import concerns_authorization, watched_types
from accessreview.collectors.vcenter.events import read_events
from accessreview.collectors.vcenter.following import (
    actions,
    beginning,
    followed,
    logins,
)
from accessreview.collectors.vcenter.privilege_checks import follow_checks
from accessreview.model.diagnosis import without_label
from accessreview.model.errors import AccessReviewError, CollectionError
from accessreview.model.event import SeenUse, Stream, Watch, Watched
from accessreview.model.snapshot import Use
from accessreview.model.utf8 import is_faulty
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.rest import open_rest
from accessreview.vsphere.session import Session, open_session
from accessreview.vsphere.settings import VCenterSettings

_EVENTS_REACH = timedelta(days=30)
"""As long as a vCenter keeps events, unless it is told otherwise."""
_ACTIONS_REACH = timedelta(days=1)
"""There may be very many."""
_SEES_SESSIONS = "Sessions.TerminateSession"

Follow = Callable[[Watch], Watched]


@dataclass(frozen=True, slots=True)
class VCenterWatch:
    """One vCenter, watched with the account that collects; ``checks`` asks its recorder, too."""

    settings: VCenterSettings
    checks: bool = False

    @property
    def id(self) -> str:
        return self.settings.id

    def watch(self, known: Mapping[Stream, Watch]) -> Watched:
        """Follow every stream; one that fails says so and takes nothing else with it.

        Raises:
            CollectionError: the vCenter cannot be reached, verified or logged in to.
            ConfigurationError: the settings cannot be used.
        """
        with open_session(self.settings, CollectionError) as session:
            there = _time_there(session)
            looks = dict(_looks(session, there))
            found = [self._followed(look, stream, known) for stream, look in looks.items()]
        if self.checks:
            found.append(self._followed(self._checks(there), Stream.PRIVILEGE_CHECK, known))
        return Watched(
            tuple(event for one in found for event in one.events),
            tuple(use for one in found for use in one.uses if _is_told(use)),
            tuple(watch for one in found for watch in one.watches),
        )

    def _followed(self, look: Follow, stream: Stream, known: Mapping[Stream, Watch]) -> Watched:
        before = known.get(stream) or Watch(source=self.id, stream=stream)
        try:
            return look(before)
        except AccessReviewError as error:
            trouble = without_label(str(error), self.settings.label)
            return Watched(watches=(replace(before, trouble=trouble),))

    def _checks(self, there: datetime) -> Follow:
        def look(known: Watch) -> Watched:
            with open_rest(self.settings, CollectionError) as rest:
                return follow_checks(rest, known, there)

        return look


def _is_told(use: SeenUse) -> bool:
    """Whether somebody is named, in text that can be kept."""
    return bool(use.principal) and not is_faulty(use.principal) and not is_faulty(use.detail)


def _time_there(session: Session) -> datetime:
    """When this session began, by the vCenter's clock: whatever happened before is told by now."""
    with session.step("asking for its time"):
        sessions = session.content.sessionManager
        current = sessions.currentSession if sessions else None
        if current is None:
            raise NoVCenterError("it does not know the session that stands")
        return current.loginTime.astimezone(UTC)


def _looks(session: Session, there: datetime) -> Iterator[tuple[Stream, Follow]]:
    def authorization(known: Watch) -> Watched:
        with session.step("reading events of permissions and logins"):
            begin = beginning(known, there, _EVENTS_REACH)
            read = read_events(session, begin, watched_types())
        return Watched(
            tuple(one for one in read.events if concerns_authorization(one.type)),
            tuple(logins(read.events, known)),
            (followed(known, read, there),),
        )

    def action(known: Watch) -> Watched:
        with session.step("reading all events"):
            read = read_events(session, beginning(known, there, _ACTIONS_REACH))
        uses = tuple(actions(read.events, known))
        return Watched(uses=uses, watches=(followed(known, read, there),))

    def sessions(known: Watch) -> Watched:
        with session.step("reading the sessions"):
            return _sessions(session, known, there)

    yield Stream.AUTHORIZATION, authorization
    yield Stream.ACTION, action
    yield Stream.SESSION, sessions


def _sessions(session: Session, known: Watch, there: datetime) -> Watched:
    """Those that stand, but for the one that asks."""
    root = session.content.rootFolder
    (may_see,) = session.authorization.HasPrivilegeOnEntity(root, session.key, [_SEES_SESSIONS])
    manager = session.content.sessionManager
    if not may_see or manager is None:
        raise NoVCenterError(f"the account lacks the privilege {_SEES_SESSIONS}")
    seen = tuple(
        SeenUse(
            source=session.settings.id,
            principal=one.userName,
            use=Use.SESSION,
            first=began,
            last=one.lastActiveTime.astimezone(UTC),
            count=int(known.until is None or began > known.until),
        )
        for one in manager.sessionList
        for began in (one.loginTime.astimezone(UTC),)
        if one.key != session.key
    )
    since = known.since or there
    watch = replace(known, since=since, until=there, trouble="")
    return Watched(uses=seen, watches=(watch,))
