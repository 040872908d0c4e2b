"""Which entity an answer of Ansible is about, and where the permissions in it are stated."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.vcenter.inventory import inventory
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.snapshot.gaps import Gaps

_SUBTYPES: Mapping[str, tuple[str, ...]] = {
    "Folder": ("StoragePod",),
    "ComputeResource": ("ClusterComputeResource",),
    "ResourcePool": ("VirtualApp",),
    "Network": ("DistributedVirtualPortgroup", "OpaqueNetwork"),
    "DistributedVirtualSwitch": ("VmwareDistributedVirtualSwitch",),
}
"""What Ansible finds, too, when it is asked for an entity of a type by name."""

_ROOT = "rootFolder"


@dataclass(frozen=True, slots=True)
class Stated:
    """A permission in an answer, stated there or further up."""

    principal: str
    role: int
    propagates: bool


class Found:
    """The entities of an inventory, by what Ansible calls them, and what lies above each."""

    def __init__(self, entities: Sequence[RawEntity]) -> None:
        self._ids = {entity.id for entity in entities}
        self._named: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for entity in entities:
            self._named[entity.type, entity.name].append(entity.id)
            if entity.type == "Folder" and not entity.parent:
                self._named[entity.type, _ROOT].append(entity.id)
        places = inventory(entities, Gaps())
        self._owner = {row[0]: places.acl_of.get(row[0], row[0]) for row in places.entities}
        self._parents = {row[0]: [one for one in row[3:5] if one] for row in places.entities}

    def called(self, kind: str, ident: str, name: str) -> Sequence[str]:
        """All that an id, or a type and a name, can mean."""
        if ident:
            return [ident] if ident in self._ids else []
        return [
            entity
            for each in (kind, *_SUBTYPES.get(kind, ()))
            for entity in self._named[each, name]
        ]

    def owner(self, entity: str) -> str:
        """Whose permission list the entity shares; itself for most."""
        return self._owner[entity]

    def owners(self) -> Sequence[str]:
        """The entities with a permission list of their own."""
        return [entity for entity, owner in self._owner.items() if entity == owner]

    def above(self, entity: str) -> set[str]:
        """The owners of all permission lists that the entity inherits from."""
        found: set[str] = set()
        waiting = [*self._parents[self._owner[entity]]]
        while waiting:
            owner = self._owner[waiting.pop()]
            if owner not in found:
                found.add(owner)
                waiting.extend(self._parents[owner])
        return found


def stated_where(
    found: Found, asked: Mapping[str, Sequence[Stated]], gaps: Gaps
) -> Mapping[str, tuple[Stated, ...]]:
    """Leave each permission where it is stated: below, one that is equal is inherited.

    What was not asked of an entity is a gap, for its own permissions are not known.
    """
    lists: dict[str, dict[tuple[str, int, bool], Stated]] = {}
    for entity, entries in asked.items():
        known = lists.setdefault(found.owner(entity), {})
        for entry in entries:
            known.setdefault((entry.principal.casefold(), entry.role, entry.propagates), entry)
    for owner in found.owners():
        if owner not in lists:
            gaps.add("The permissions of an entity were not asked for", owner)
    return {
        owner: tuple(
            entry
            for key, entry in known.items()
            if not (entry.propagates and any(key in lists.get(one, {}) for one in above))
        )
        for owner, known in lists.items()
        for above in (found.above(owner),)
    }
