"""Asking vCenter what of its inventory the account may read, to know what may be hidden from it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.blind_spots import READ, blind_spots, blinded
from accessreview.collectors.vcenter.parts import Part, PartRows, Visit
from accessreview.collectors.vcenter.retrieve import (
    FilterSpec,
    ObjectSpec,
    PropertySpec,
    RetrieveOptions,
)
from accessreview.model.snapshot import Count
from accessreview.vsphere.reference import entity, entity_type, id_of
from accessreview.vsphere.session import Session

_BATCH = 500

_MOST = 2000
"""So many entities that are not there any more are asked about, one by one."""

Before = Callable[[], Iterable[tuple[str, str]]]
"""Types and ids of the entities of the last good reading, those with permissions first."""

_Entities = Sequence[vim.ManagedEntity]


def sight(before: Before) -> Part:
    """The part that says where the account is blind; it asks what became of those before."""
    return Part("Blind spots", partial(read_sight, before=before), hides=True)


def read_sight(visit: Visit, before: Before) -> PartRows:
    """Where the account is blind, each place a row; and how much came in all.

    A doubt is only what the translation of what came does not say by itself.
    """
    raw, session = visit.raw, visit.session
    unreadable = unreadable_among(session, ((one.type, one.id) for one in raw.entities))
    spots = {**blind_spots(raw, unreadable, session.user)}
    for spot in _hidden_since(visit, before()):
        spots[spot] = (*spots.get(spot, ()), "it was shown before, is there, and is hidden now")
    for spot in sorted(unreadable):
        visit.doubts.add(f"The account may not read these ({READ}), nor all below them", spot)
    for spot in blinded(raw, session.user):
        visit.doubts.add(f"A permission of its own takes {READ} from the account", spot)
    counts = (
        (Count.ENTITIES, len(raw.entities)),
        (Count.PERMISSIONS, len(raw.permissions)),
        (Count.ROLES, len(raw.roles)),
    )
    return {
        "blind_spots": [(spot, "; ".join(reasons)) for spot, reasons in spots.items()],
        "counts": [(what.value, str(number)) for what, number in counts],
    }


def unreadable_among(session: Session, entities: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The ids of those entities, given by type and id, that the account may not read.

    Machines are not asked about: what is read of them needs that privilege, and would be refused.
    """
    asked = [
        entity(session, kind, id_)
        for name, id_ in entities
        if name != "VirtualMachine" and (kind := entity_type(name))
    ]
    with session.step("asking what the account may read"):
        return frozenset(
            id_of(one)
            for start in range(0, len(asked), _BATCH)
            for one in _unreadable(session, asked[start : start + _BATCH])
        )


def _hidden_since(visit: Visit, before: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Entities that were shown before and are now not, although they still exist."""
    there = {entity.id for entity in visit.raw.entities}
    gone = [(entity_type(name), id_) for name, id_ in before if id_ not in there]
    asked = [entity(visit.session, kind, id_) for kind, id_ in gone[:_MOST] if kind]
    with visit.session.step("asking for what was there before"):
        hidden = [id_of(one) for one in asked if _exists(visit.session, one)]
    for one in hidden:
        visit.doubts.add("Something that was shown before still exists and is hidden now", one)
    for _, one in gone[_MOST:]:
        visit.doubts.add("Whether something still exists that is gone was not asked", one)
    yield from hidden


def _exists(session: Session, one: vim.ManagedEntity) -> bool:
    """Of what was deleted vCenter says so; of what is hidden, that there is no permission."""
    wanted = PropertySpec(type=vim.ManagedEntity, all=False, pathSet=["name"])
    spec = FilterSpec(objectSet=[ObjectSpec(obj=one, skip=False)], propSet=[wanted])
    try:
        session.content.propertyCollector.RetrievePropertiesEx([spec], RetrieveOptions())
    except vmodl.fault.ManagedObjectNotFound:
        return False
    except vim.fault.NotAuthenticated:
        raise
    except vim.fault.NoPermission:
        return True
    return True


def _unreadable(session: Session, entities: _Entities) -> Iterator[vim.ManagedEntity]:
    """Those that the account may not read.

    vCenter demands that privilege of the very question, and refuses all of it for a single one.
    """
    try:
        answers = session.authorization.HasPrivilegeOnEntities([*entities], session.key, [READ])
    except vim.fault.NotAuthenticated:  # which is a kind of NoPermission
        raise
    except (vim.fault.NoPermission, vmodl.fault.ManagedObjectNotFound):
        if len(entities) == 1:
            yield entities[0]
        else:
            middle = len(entities) // 2
            yield from _unreadable(session, entities[:middle])
            yield from _unreadable(session, entities[middle:])
        return
    readable = {
        id_of(one.entity)
        for one in answers
        if any(each.privId == READ and each.isGranted for each in one.privAvailability)
    }
    yield from (one for one in entities if id_of(one) not in readable)
