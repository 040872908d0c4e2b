"""Changes of who may do what that no removal decided here explains, with who made them if told."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.analysis.access_seen import AccessSeen
from accessreview.analysis.differences import Difference, What, differences
from accessreview.analysis.telling import Told
from accessreview.model.event import WatchedEvent
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.remediation import PermissionRemoval


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

    ``own`` is asked only where something changed.
    """
    for vcenter, seen in readings.items():
        told = Told(events(vcenter, seen[0].began), seen[-1])
        found = list(differences(seen))
        removals = [one for one in own() if one.change.entity.vcenter == vcenter] if found else []
        others = [one for one in found if not _is_explained(one, removals)]
        passing = told.passing(seen, found)
        yield from _observed(vcenter, seen[-1], sorted((*others, *passing), key=_until), told)


def _until(one: Difference) -> datetime:
    return one.until


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
    vcenter: str, now: AccessSeen, found: Iterable[Difference], told: Told
) -> Iterator[Observation]:
    by_principal: dict[tuple[str, bool], list[Difference]] = defaultdict(list)
    for one in found:
        by_principal[one.principal.casefold(), one.is_group].append(one)
    for (_, is_group), some in by_principal.items():
        newest_first = some[::-1]
        principal = newest_first[0].principal
        whose = "its roles and hosts" if not principal else "what it may do"
        changes = "1 change" if len(some) == 1 else f"{len(some)} changes"
        concerned = tuple(_concerned(vcenter, now, one, told) for one in newest_first)
        yield Observation(
            ObservationKind.OUT_OF_BAND_CHANGE,
            vcenter,
            f"{changes} of {whose} that no removal decided here explains. The last, on"
            f" {concerned[0].name}: {concerned[0].reason}",
            concerned,
            principal,
            is_group,
        )


def _concerned(vcenter: str, now: AccessSeen, one: Difference, told: Told) -> Concerned:
    if one.what is What.PRIVILEGES:
        id_, name = one.role, f"the role {now.roles.names.get(one.role, one.role)}"
    elif one.entity:
        id_, name = one.entity, now.places.names.get(one.entity, one.entity)
    else:
        id_, name = "", "everything (a global permission)"
    return Concerned(vcenter, id_, name, f"{one.words}, {_when(one)}. {_who(one, told)}")


def _when(one: Difference) -> str:
    if one.after == one.until:
        return f"on {one.after:%Y-%m-%d %H:%M:%S} UTC"
    return f"between {one.after:%Y-%m-%d %H:%M} and {one.until:%Y-%m-%d %H:%M} UTC"


def _who(one: Difference, told: Told) -> str:
    last = max(told.of(one), key=lambda event: event.at, default=None)
    if last is None:
        return "No event tells who made it."
    return f"{last.actor or 'The vCenter itself'} made it on {last.at:%Y-%m-%d %H:%M:%S} UTC."
