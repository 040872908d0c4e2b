"""Places of a snapshot in words: where an entity stands in its vCenter's inventory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accessreview.model.access import EntityRef
from accessreview.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as the inventory lists it; ``parents`` holds its parent, then its second parent."""

    type: str
    name: str
    parents: tuple[str, ...]
    shares: bool


@dataclass(frozen=True, slots=True)
class Places:
    """The inventory of all vCenters of a snapshot."""

    vcenters: Mapping[str, str]
    entities: Mapping[EntityRef, Entity]

    def path(self, entity: EntityRef) -> str:
        """Names from the vCenter down, as its client shows them: ``vc / DC / folder``.

        The root folder reads as the vCenter itself, folders that share their datacenter's
        permissions are hidden as they are there, and the global node is said to be one.
        """
        vcenter = self.vcenters.get(entity.vcenter, entity.vcenter)
        if not entity.id:
            return f"{vcenter} (global permission)"
        names: list[str] = []
        at: str | None = entity.id
        seen: set[str] = set()
        while at is not None and at not in seen:
            seen.add(at)
            known = self.entities.get(EntityRef(entity.vcenter, at))
            if known is None:
                names.append(at)
                break
            is_root = not known.parents
            if not is_root and (at == entity.id or not known.shares):
                names.append(known.name or at)
            at = known.parents[0] if known.parents else None
        return " / ".join((vcenter, *reversed(names)))

    def type(self, entity: EntityRef) -> str:
        """The vSphere type; empty for the global node and for what is not in the inventory."""
        known = self.entities.get(entity)
        return "" if known is None else known.type

    def lineage(self, entity: EntityRef) -> Iterator[EntityRef]:
        """The entity and everything above it on both lines, nearest first."""
        level, seen = [entity], {entity}
        while level:
            yield from level
            above = []
            for each in level:
                known = self.entities.get(each)
                for parent in known.parents if known else ():
                    ref = EntityRef(each.vcenter, parent)
                    if ref not in seen:
                        seen.add(ref)
                        above.append(ref)
            level = above

    def roots(self, vcenter: str) -> tuple[EntityRef, ...]:
        """Entities without a parent, sorted."""
        return tuple(
            sorted(
                ref
                for ref, known in self.entities.items()
                if ref.vcenter == vcenter and not known.parents
            )
        )


def places_of(snapshot: Snapshot) -> Places:
    entities = {
        EntityRef(source, id_): Entity(
            type_, name, tuple(parent for parent in (parent, second) if parent), bool(acl_of)
        )
        for source, id_, type_, name, parent, second, acl_of in snapshot["entities"].rows()
    }
    return Places({source.id: source.name for source in snapshot.sources}, entities)
