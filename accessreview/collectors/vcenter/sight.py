"""Asking vCenter what of its inventory the account may read, to know what may be hidden from it."""

from collections.abc import Iterator, Sequence

from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.blind_spots import CONTAINERS, READ, blind_spots, blinded
from accessreview.collectors.vcenter.parts import Part, PartRows, Visit
from accessreview.model.snapshot import Count
from accessreview.vsphere.reference import entity, entity_type, id_of
from accessreview.vsphere.session import Session

_BATCH = 500

_Entities = Sequence[vim.ManagedEntity]


def read_sight(visit: Visit) -> PartRows:
    """Where the account is blind, each place a row; and how much came in all.

    A doubt is only what the translation of what came does not say by itself.
    """
    raw, session = visit.raw, visit.session
    kinds = {name: entity_type(name) for name in CONTAINERS}
    asked = [entity(session, kind, one.id) for one in raw.entities if (kind := kinds.get(one.type))]
    with session.step("asking what the account may read"):
        unreadable = {
            id_of(one)
            for start in range(0, len(asked), _BATCH)
            for one in _unreadable(session, asked[start : start + _BATCH])
        }
    spots = blind_spots(raw, unreadable, session.user)
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


SIGHT = Part("Blind spots", read_sight, hides=True)


def _unreadable(session: Session, entities: _Entities) -> Iterator[vim.ManagedEntity]:
    """Those that the account may not read.

    vCenter demands that privilege of the very question, and refuses all of it for a single one.
    """
    try:
        answers = session.authorization.HasPrivilegeOnEntities([*entities], session.key, [READ])
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
