"""Where inheritance goes: parents, shared permission lists and placements of entities; pure.

The rules are those of the vSphere API reference (``ManagedEntity.parent``, ``parentVApp``,
``parentFolder``, "complex entities" of ``AuthorizationManager``) and of
``docs/reference/bundle.md``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.snapshot.gaps import Gaps

_COMPUTE = frozenset({"ComputeResource", "ClusterComputeResource"})


@dataclass(frozen=True, slots=True)
class Inventory:
    """Rows of ``entities`` and ``placements`` without their source, consistent among themselves.

    ``acl_of`` holds the owner of the permission list of every entity that has none of its own.
    """

    entities: tuple[tuple[str, ...], ...]
    placements: tuple[tuple[str, str], ...]
    acl_of: Mapping[str, str]


def inventory(raw: Iterable[RawEntity], gaps: Gaps) -> Inventory:
    """Resolve the references of entities; what leads nowhere is left out and added to ``gaps``."""
    by_id = _by_id(raw, gaps)
    acl_of = _owners(by_id, gaps)
    parents = {entity.id: _known_parents(entity, by_id, gaps) for entity in by_id.values()}
    _hidden(by_id, gaps)
    for entity_id in _circular(parents, acl_of):
        gaps.add("The ancestors of an entity form a circle and were left out", entity_id)
        parents[entity_id] = ("", "")
        acl_of.pop(entity_id, None)
    return Inventory(
        tuple(
            (entity.id, entity.type, entity.name, *parents[entity.id], acl_of.get(entity.id, ""))
            for entity in by_id.values()
        ),
        tuple(_placements(by_id, gaps)),
        acl_of,
    )


def _by_id(raw: Iterable[RawEntity], gaps: Gaps) -> dict[str, RawEntity]:
    by_id: dict[str, RawEntity] = {}
    for entity in raw:
        if by_id.setdefault(entity.id, entity) != entity:
            gaps.add("An entity was reported twice with different content", entity.id)
    roots = [entity.id for entity in by_id.values() if _is_root(entity)]
    if not roots:
        gaps.add("The root folder was not read", "no folder is without a parent")
    for extra in roots[1:]:
        gaps.add("More than one folder has no parent", extra)
    return by_id


def _is_root(entity: RawEntity) -> bool:
    return entity.type == "Folder" and not _parents(entity)[0]


def _parents(entity: RawEntity) -> tuple[str, str]:
    """Both lines of ancestors, as vCenter reports them.

    A virtual machine inherits from its folder and from its resource pool, a vApp from its pool and
    from its folder. A machine in a vApp may have no folder: then the vApp leads to both.
    """
    match entity.type:
        case "VirtualMachine":
            first = entity.parent or entity.parent_vapp or entity.resource_pool
            second = entity.resource_pool or entity.parent_vapp
        case "VirtualApp":
            first, second = entity.parent, entity.parent_folder
        case _:
            first, second = entity.parent, ""
    return first, "" if second == first else second


def _known_parents(
    entity: RawEntity, by_id: Mapping[str, RawEntity], gaps: Gaps
) -> tuple[str, str]:
    first, second = _parents(entity)
    for parent in (first, second):
        if parent and parent not in by_id:
            gaps.add("The parent of an entity was not read", f"{parent}, parent of {entity.id}")
    if not first and entity.type != "Folder":
        gaps.add("An entity was read without its parent", f"{entity.type} {entity.id}")
    return first if first in by_id else "", second if second in by_id else ""


def _hidden(by_id: Mapping[str, RawEntity], gaps: Gaps) -> None:
    """Say what is known to be there, or to lead somewhere, without being among what was read."""
    for entity in by_id.values():
        for child in entity.children:
            if child not in by_id:
                gaps.add("Something in a container was not shown", f"{child} in {entity.id}")
        above = _above(entity, by_id) if _may_lack_a_line(entity) else ()
        if _lacks_its_folder(entity, [by_id[one].type for one in above if one in by_id]):
            gaps.add("The folder of a virtual machine or vApp was not shown", entity.id)
        if entity.parent_vapp and entity.parent_vapp not in above:
            gaps.add(
                "A virtual machine is linked to a vApp that is on neither of its lines of"
                " ancestors, and what it inherits from there is not known",
                f"{entity.id} to {entity.parent_vapp}",
            )


def _may_lack_a_line(entity: RawEntity) -> bool:
    match entity.type:
        case "VirtualMachine":
            return not entity.parent or bool(entity.parent_vapp)
        case "VirtualApp":
            return not entity.parent_folder
        case _:
            return False


def _lacks_its_folder(entity: RawEntity, above: Collection[str]) -> bool:
    """What is in a vApp has no folder of its own, and neither needs what shares another's list."""
    if not _may_lack_a_line(entity) or "VirtualApp" in above:
        return False
    return entity.type == "VirtualApp" or not (entity.parent or entity.ft_primary)


def _above(entity: RawEntity, by_id: Mapping[str, RawEntity]) -> set[str]:
    """The entities on both lines, as far as they were read."""
    found: set[str] = set()
    nearest = [*_parents(entity)]
    while nearest:
        one = nearest.pop()
        if one and one not in found:
            found.add(one)
            if one in by_id:
                nearest += _parents(by_id[one])
    return found


def _owners(by_id: Mapping[str, RawEntity], gaps: Gaps) -> dict[str, str]:
    """Whose permission list an entity shares, from what owners report and from the types.

    Both say the same on a complete reading; an export that lacks one still gives the other.
    """
    owners: dict[str, str] = {}
    for entity in by_id.values():
        for child in entity.acl_children:
            if child in by_id:
                owners[child] = entity.id
            elif entity.type != "VirtualMachine":  # a hidden secondary has no list to be missed
                gaps.add(
                    "An entity that shares the permissions of another was not read",
                    f"{child} of {entity.id}",
                )
    for entity in by_id.values():
        if owner := _owner(entity, by_id):
            owners[entity.id] = owner
        elif entity.ft_primary:
            gaps.add(
                "The primary of a fault-tolerance secondary was not read",
                f"{entity.ft_primary} of {entity.id}",
            )
    for child, owner in tuple(owners.items()):
        if owner in owners or owner == child:
            gaps.add("Two entities are each said to share the other's permissions", child)
            del owners[child]
    return owners


def _owner(entity: RawEntity, by_id: Mapping[str, RawEntity]) -> str:
    parent = by_id.get(entity.parent)
    above = parent.type if parent else ""
    match entity.type:
        case "Folder" if above == "Datacenter":
            return entity.parent
        case "ResourcePool" if above in _COMPUTE:
            return entity.parent
        case "HostSystem" if above == "ComputeResource":
            return entity.parent
        case "VirtualMachine" if entity.ft_primary in by_id:
            return entity.ft_primary
        case _:
            return ""


def _circular(parents: Mapping[str, Sequence[str]], acl_of: Mapping[str, str]) -> tuple[str, ...]:
    """The entities on a circle of references, or between two circles.

    Peels off whatever has no ancestor left, then whatever is no ancestor of anything left.
    """
    above = {
        entity: {parent for parent in (*lines, acl_of.get(entity, "")) if parent}
        for entity, lines in parents.items()
    }
    below: dict[str, set[str]] = {entity: set() for entity in parents}
    for entity, ancestors in above.items():
        for ancestor in ancestors:
            below[ancestor].add(entity)
    for upwards, downwards in ((above, below), (below, above)):
        peeled = [entity for entity, next_ones in upwards.items() if not next_ones]
        while peeled:
            entity = peeled.pop()
            for other in downwards.pop(entity):
                upwards[other].discard(entity)
                if not upwards[other]:
                    peeled.append(other)
            upwards.pop(entity)
    return tuple(above)


def _placements(by_id: Mapping[str, RawEntity], gaps: Gaps) -> Iterable[tuple[str, str]]:
    for entity in by_id.values():
        places = dict.fromkeys((entity.host, *entity.datastores, *entity.networks))
        for place in filter(None, places):
            if place in by_id:
                yield entity.id, place
            else:
                gaps.add("What an entity is placed on was not read", f"{place}, under {entity.id}")
