"""What changed of who may do what between the readings of one vCenter.

Nothing is concluded from what a partial reading does not show: what was there stays known until a
whole reading lacks it, and what is new was not there in the last whole one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from accessreview.analysis.access_seen import AccessSeen, Entry, Key, LoginKey, Role
from accessreview.model.snapshot import Power
from accessreview.snapshot.gaps import listed

_NAMED = 5
_LET_IN: Mapping[str, str] = MappingProxyType(
    {
        Power.HOST_ACCESS: "let in by the host itself",
        Power.LOCKDOWN_EXCEPTION: "excepted from its lockdown",
        Power.CONSOLE_IN_LOCKDOWN: "allowed to end its lockdown at the console",
    }
)


class What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    PRIVILEGES = "privileges"
    SETTING = "setting"
    LOGIN = "login"
    PASSING = "passing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, some time between ``after`` and ``until``, and in ``words`` what it was.

    ``entity`` is where, empty for a global permission and of a role. ``role`` and ``propagates``
    are what is given now, and of a removal what was; of changed privileges, the role's id.
    """

    what: What
    entity: str
    principal: str
    is_group: bool
    role: str
    propagates: bool
    words: str
    after: datetime
    until: datetime


def differences(readings: Iterable[AccessSeen]) -> Iterator[Difference]:
    """All of them, in the order of the readings; the first one only says how it was."""
    known: _Known | None = None
    for reading in readings:
        if known is None:
            known = _Known(reading)
        else:
            yield from known.follow(reading)


@dataclass(slots=True)
class _Known:
    """What is known after some readings; permissions each with when a reading last showed it."""

    last: AccessSeen
    whole: AccessSeen | None = field(init=False)
    permissions: dict[Key, tuple[Entry, datetime]] = field(init=False)
    roles: dict[str, Role] = field(init=False)
    facts: dict[tuple[str, str], str] = field(init=False)
    logins: AccessSeen | None = field(init=False)

    def __post_init__(self) -> None:
        first = self.last
        self.whole = first if first.whole else None
        self.permissions = {key: (entry, first.began) for key, entry in first.permissions.items()}
        self.roles, self.facts = dict(first.roles.made), dict(first.facts)
        self.logins = None if first.logins is None else first

    def follow(self, reading: AccessSeen) -> Iterator[Difference]:
        if reading.by != self.last.by:
            self._rebase(reading)
        yield from self._given(reading)
        yield from self._taken(reading)
        yield from self._privileges(reading)
        yield from self._settings(reading)
        yield from self._logins(reading)
        self.last = reading
        self.whole = reading if reading.whole else self.whole

    def _rebase(self, reading: AccessSeen) -> None:
        """Take what is global, or mirrored on the root, as it is now: it is read otherwise."""
        places = {"", *reading.places.roots, *self.last.places.roots}
        kept = {key: one for key, one in self.permissions.items() if key[0] not in places}
        now = {
            key: (entry, reading.began)
            for key, entry in reading.permissions.items()
            if key[0] in places
        }
        self.permissions = kept | now

    def _given(self, reading: AccessSeen) -> Iterator[Difference]:
        for key, entry in reading.permissions.items():
            known = self.permissions.get(key)
            self.permissions[key] = entry, reading.began
            if known is None:
                if self.whole:
                    words = f"was given {_gives(entry, reading)}"
                    between = self.whole.began, reading.ended
                    yield _of_permission(What.ADDED, key, entry, words, between)
            elif known[0] is not entry and known[0].gives != entry.gives:
                words = f"had {_gives(known[0], self.last)}, and has {_gives(entry, reading)}"
                between = known[1], reading.ended
                yield _of_permission(What.CHANGED, key, entry, words, between)

    def _taken(self, reading: AccessSeen) -> Iterator[Difference]:
        """What went with its object is no change of anybody's access to anything."""
        if not reading.whole:
            return
        for key in self.permissions.keys() - reading.permissions.keys():
            entry, after = self.permissions.pop(key)
            if not key[0] or key[0] in reading.places.names:
                words = f"lost {_gives(entry, self.last)}"
                yield _of_permission(What.REMOVED, key, entry, words, (after, reading.ended))

    def _privileges(self, reading: AccessSeen) -> Iterator[Difference]:
        for id_, role in reading.roles.made.items():
            known = self.roles.get(id_, role).privileges
            gained, lost = role.privileges - known, known - role.privileges
            if gained or lost:
                words = "; ".join(
                    f"{verb} {listed(sorted(some), _NAMED)}"
                    for verb, some in (("gained", gained), ("lost", lost))
                    if some
                )
                yield Difference(
                    What.PRIVILEGES,
                    "",
                    "",
                    is_group=False,
                    role=id_,
                    propagates=False,
                    words=words,
                    after=self.last.began,
                    until=reading.ended,
                )
        self.roles |= reading.roles.made

    def _settings(self, reading: AccessSeen) -> Iterator[Difference]:
        for (entity, fact), value in reading.facts.items():
            known = self.facts.get((entity, fact), value)
            if entity and known != value:
                yield Difference(
                    What.SETTING,
                    entity,
                    "",
                    is_group=False,
                    role="",
                    propagates=False,
                    words=f"{fact} was {known or 'empty'}, and is {value or 'empty'}",
                    after=self.last.began,
                    until=reading.ended,
                )
        self.facts |= reading.facts

    def _logins(self, reading: AccessSeen) -> Iterator[Difference]:
        """Between readings that tell all of them; hosts that came or went are left out."""
        if reading.logins is None:
            return
        before, self.logins = self.logins, reading
        if before is None or before.logins is None:
            return
        hosts = before.places.names.keys() & reading.places.names.keys()
        between = before.began, reading.ended
        for old, new, is_now in (
            (before.logins, reading.logins, True),
            (reading.logins, before.logins, False),
        ):
            for key in sorted(new.keys() - old.keys()):
                if key[0] in hosts:
                    yield _of_login(key, new[key], between, is_now=is_now)


def _of_login(
    key: LoginKey, principal: str, between: tuple[datetime, datetime], *, is_now: bool
) -> Difference:
    entity, _, is_group, power, detail = key
    how = f"{_LET_IN[power]}{f' ({detail})' if detail else ''}"
    return Difference(
        What.LOGIN,
        entity,
        principal,
        is_group=is_group,
        role="",
        propagates=False,
        words=f"is {how} now" if is_now else f"is no longer {how}",
        after=between[0],
        until=between[1],
    )


def _gives(entry: Entry, reading: AccessSeen) -> str:
    name = reading.roles.names.get(entry.role, entry.role)
    reach = "with what is below" if entry.propagates else "without what is below"
    return f"the role {name}, {reach}"


def _of_permission(
    what: What, key: Key, entry: Entry, words: str, between: tuple[datetime, datetime]
) -> Difference:
    entity, _, is_group = key
    return Difference(
        what,
        entity,
        entry.principal,
        is_group=is_group,
        role=entry.role,
        propagates=entry.propagates,
        words=words,
        after=between[0],
        until=between[1],
    )
