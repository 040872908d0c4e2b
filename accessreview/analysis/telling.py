"""Which events tell of a change, and which changes only events tell of."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from accessreview.analysis.access_seen import AccessSeen, Key
from accessreview.analysis.differences import Difference, What
from accessreview.model.event import WatchedEvent

CLOCKS_APART = timedelta(minutes=5)
_GIVEN = frozenset({"PermissionAddedEvent", "PermissionUpdatedEvent"})
_TAKEN = frozenset({"PermissionRemovedEvent"})
_GIVING = _GIVEN | {"com.vmware.cis.CreatePermission", "com.vmware.cis.CreateGlobalPermission"}
_TYPES: Mapping[What, frozenset[str]] = MappingProxyType(
    {
        What.ADDED: _GIVING,
        What.CHANGED: _GIVING,
        What.REMOVED: _TAKEN
        | {"com.vmware.cis.RemovePermission", "com.vmware.cis.RemoveGlobalPermission"},
        What.PRIVILEGES: frozenset({"RoleUpdatedEvent"}),
        What.LOGIN: frozenset(
            {
                "AccountCreatedEvent",
                "AccountUpdatedEvent",
                "AccountRemovedEvent",
                "UserAssignedToGroup",
                "UserUnassignedFromGroup",
                "esx.audit.lockdownmode.exceptions.changed",
            }
        ),
        What.SETTING: frozenset(
            {
                "HostAdminDisableEvent",
                "HostAdminEnableEvent",
                "esx.audit.lockdownmode.enabled",
                "esx.audit.lockdownmode.disabled",
            }
        ),
        What.PASSING: _GIVEN | _TAKEN,
    }
)


class Told:
    """The events of a vCenter by what they are about; ``now`` says which lists entities share."""

    def __init__(self, events: Iterable[WatchedEvent], now: AccessSeen) -> None:
        self._owners = now.places.owners
        self._of_permission: dict[Key, list[WatchedEvent]] = defaultdict(list)
        self._of_role: dict[str, list[WatchedEvent]] = defaultdict(list)
        self._of_entity: dict[str, list[WatchedEvent]] = defaultdict(list)
        self._by_message: list[WatchedEvent] = []
        for event in events:
            self._list_for(event).append(event)

    def of(self, one: Difference) -> Sequence[WatchedEvent]:
        """Those that tell of this change, by what it is about and when it was."""
        apart = timedelta(0) if one.what is What.PASSING else CLOCKS_APART
        types, begin, end = _TYPES[one.what], one.after - apart, one.until + apart
        return [
            event for event in self._about(one) if event.type in types and begin <= event.at <= end
        ]

    def passing(
        self, readings: Sequence[AccessSeen], found: Iterable[Difference]
    ) -> Iterator[Difference]:
        """What was given and gone again, or gone and there again, by the next reading."""
        known = {(event.at, event.key) for one in found for event in self.of(one)}
        begins = [reading.began for reading in readings]
        for key, events in self._of_permission.items():
            for event in events:
                after = bisect_left(begins, event.at + CLOCKS_APART)
                if 0 < after < len(readings) and (event.at, event.key) not in known:
                    words = _passed(key, event, readings[after])
                    if words:
                        yield _passing(key, event, words)

    def _list_for(self, event: WatchedEvent) -> list[WatchedEvent]:
        if event.principal:
            return self._of_permission[self._key(event)]
        if event.role:
            return self._of_role[event.role]
        return self._of_entity[event.entity] if event.entity else self._by_message

    def _key(self, event: WatchedEvent) -> Key:
        place = self._owners.get(event.entity, event.entity)
        return place, event.principal.casefold(), event.is_group

    def _about(self, one: Difference) -> Iterable[WatchedEvent]:
        match one.what:
            case What.PRIVILEGES:
                return self._of_role.get(one.role, ())
            case What.SETTING | What.LOGIN:
                return self._of_entity.get(one.entity, ())
            case _:
                key = one.entity, one.principal.casefold(), one.is_group
                name = one.principal.rpartition("\\")[2].casefold()
                unclear = (one for one in self._by_message if name in one.message.casefold())
                return (*self._of_permission.get(key, ()), *unclear)


def _passed(key: Key, event: WatchedEvent, following: AccessSeen) -> str:
    """What an event tells that the following reading no longer shows; a partial one proves less."""
    entry = following.permissions.get(key)
    if event.type in _GIVEN:
        is_gone = following.whole if entry is None else entry.role != event.role
        return f"was given the role {event.role_name or event.role} for a time" if is_gone else ""
    if event.type in _TAKEN and entry is not None:
        return "was without its permission for a time"
    return ""


def _passing(key: Key, event: WatchedEvent, words: str) -> Difference:
    entity, _, is_group = key
    return Difference(
        What.PASSING,
        entity,
        event.principal,
        is_group=is_group,
        role=event.role,
        propagates=False,
        words=words,
        after=event.at,
        until=event.at,
    )
