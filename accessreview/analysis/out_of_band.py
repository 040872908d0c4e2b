"""Changes of who may do what that no removal decided here explains, with who made them if told."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from accessreview.analysis.access_seen import AccessSeen
from accessreview.analysis.differences import Difference, What, differences
from accessreview.model.event import WatchedEvent
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.remediation import PermissionRemoval

_CLOCKS_APART = timedelta(minutes=5)
_GIVING = frozenset(
    {
        "PermissionAddedEvent",
        "PermissionUpdatedEvent",
        "com.vmware.cis.CreatePermission",
        "com.vmware.cis.CreateGlobalPermission",
    }
)
_TYPES: Mapping[What, frozenset[str]] = MappingProxyType(
    {
        What.ADDED: _GIVING,
        What.CHANGED: _GIVING,
        What.REMOVED: frozenset(
            {
                "PermissionRemovedEvent",
                "com.vmware.cis.RemovePermission",
                "com.vmware.cis.RemoveGlobalPermission",
            }
        ),
        What.PRIVILEGES: frozenset({"RoleUpdatedEvent"}),
        What.SETTING: frozenset(
            {
                "HostAdminDisableEvent",
                "HostAdminEnableEvent",
                "esx.audit.lockdownmode.enabled",
                "esx.audit.lockdownmode.disabled",
            }
        ),
    }
)


@dataclass(frozen=True, slots=True)
class OwnRemoval:
    """A removal that was decided here, and when it may have been made; without end: any later."""

    change: PermissionRemoval
    since: datetime
    until: datetime | None


Own = Callable[[], Sequence[OwnRemoval]]
Events = Callable[[str, datetime], Sequence[WatchedEvent]]
"""Of a vCenter, since then."""


def out_of_band(
    readings: Mapping[str, Sequence[AccessSeen]], own: Own, events: Events
) -> Iterator[Observation]:
    """One for each principal with changed permissions, and one for each vCenter's other changes.

    ``own`` and ``events`` are asked only where something changed.
    """
    for vcenter, seen in readings.items():
        found = list(differences(seen))
        if found:
            removals = [one for one in own() if one.change.entity.vcenter == vcenter]
            others = [one for one in found if not _is_explained(one, removals)]
            told = events(vcenter, min(one.after for one in found) - _CLOCKS_APART)
            yield from _observed(vcenter, seen[-1], others, told)


def _is_explained(one: Difference, removals: Iterable[OwnRemoval]) -> bool:
    return one.what is What.REMOVED and any(
        (own.change.entity.id, own.change.principal.casefold(), own.change.is_group)
        == (one.entity, one.principal.casefold(), one.is_group)
        and (own.change.role, own.change.propagate) == (one.role, one.propagates)
        and own.since <= one.until
        and (own.until is None or own.until >= one.after)
        for own in removals
    )


def _observed(
    vcenter: str, now: AccessSeen, found: Iterable[Difference], events: Sequence[WatchedEvent]
) -> Iterator[Observation]:
    by_principal: dict[tuple[str, bool], list[Difference]] = defaultdict(list)
    for one in found:
        by_principal[one.principal.casefold(), one.is_group].append(one)
    for (_, is_group), some in by_principal.items():
        newest_first = some[::-1]
        principal = newest_first[0].principal
        whose = "its roles and hosts" if not principal else "what it may do"
        changes = "1 change" if len(some) == 1 else f"{len(some)} changes"
        concerned = tuple(_concerned(vcenter, now, one, events) for one in newest_first)
        yield Observation(
            ObservationKind.OUT_OF_BAND_CHANGE,
            vcenter,
            f"{changes} of {whose} that no removal decided here explains. The last: on"
            f" {concerned[0].name}, it {concerned[0].reason}",
            concerned,
            principal,
            is_group,
        )


def _concerned(
    vcenter: str, now: AccessSeen, one: Difference, events: Sequence[WatchedEvent]
) -> Concerned:
    if one.what is What.PRIVILEGES:
        id_, name = one.role, f"the role {now.roles.names.get(one.role, one.role)}"
    elif one.entity:
        id_, name = one.entity, now.places.names.get(one.entity, one.entity)
    else:
        id_, name = "", "everything (a global permission)"
    between = f"between {one.after:%Y-%m-%d %H:%M} and {one.until:%Y-%m-%d %H:%M} UTC"
    return Concerned(vcenter, id_, name, f"{one.words}, {between}. {_who(now, one, events)}")


def _who(now: AccessSeen, one: Difference, events: Sequence[WatchedEvent]) -> str:
    telling = [each for each in events if _tells(now, one, each)]
    if not telling:
        return "No event tells who made it."
    last = max(telling, key=lambda each: each.at)
    return f"{last.actor or 'The vCenter itself'} made it on {last.at:%Y-%m-%d %H:%M:%S} UTC."


def _tells(now: AccessSeen, one: Difference, event: WatchedEvent) -> bool:
    if event.type not in _TYPES[one.what]:
        return False
    if not one.after - _CLOCKS_APART <= event.at <= one.until + _CLOCKS_APART:
        return False
    match one.what:
        case What.PRIVILEGES:
            return event.role == one.role
        case What.SETTING:
            return event.entity == one.entity
        case _ if event.principal:
            place = now.places.owners.get(event.entity, event.entity)
            return (place, event.principal.casefold(), event.is_group) == (
                one.entity,
                one.principal.casefold(),
                one.is_group,
            )
        case _:  # it has the principal in its message only
            return one.principal.rpartition("\\")[2].casefold() in event.message.casefold()
