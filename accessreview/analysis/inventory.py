"""One vCenter's entities as numbers, each with the node that carries its permission list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.keys import Rows
from accessreview.analysis.order import parents_first
from accessreview.model.errors import InputError

GLOBAL = 0
"""The node above every root, which carries the global permissions; its id is empty."""


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """Entities by number, the global node being 0; parallel tuples.

    ``node`` names the entity whose permission list this one shares, itself for most. ``parents``
    are the nodes to walk on to, of both lines (one if the lines agree); ``first`` and ``second``
    tell the lines apart, -1 where there is none. ``above`` are the plain parents, for questions of
    place rather than of permission, and ``parent`` is the one of the first line, else -1. ``order``
    has every node after its parents.
    """

    vcenter: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    types: tuple[str, ...]
    number: Mapping[str, int]
    node: tuple[int, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]
    parents: tuple[tuple[int, ...], ...]
    above: tuple[tuple[int, ...], ...]
    parent: tuple[int, ...]
    order: tuple[int, ...]
    by_id: tuple[int, ...]
    placed_on: Mapping[int, tuple[int, ...]]

    def label(self, entity: int) -> str:
        """How a person is told of an entity: its name, and its id where that says more."""
        if entity == GLOBAL:
            return f"the global permissions of {self.vcenter}"
        name, ident = self.names[entity], self.ids[entity]
        return name if name == ident or not name else f"{name} ({ident})"

    def datacenters(self) -> tuple[tuple[int, ...], ...]:
        """The datacenters that each entity lies in on any path, itself included."""
        order, _ = parents_first(self.above)
        found: list[tuple[int, ...]] = [()] * len(self.ids)
        for entity in order:
            inside = {dc for parent in self.above[entity] for dc in found[parent]}
            if self.types[entity] == "Datacenter":
                inside.add(entity)
            found[entity] = tuple(sorted(inside))
        return tuple(found)


def build_inventory(
    vcenter: str, rows: Sequence[tuple[str, ...]], placements: Sequence[tuple[str, str]]
) -> Inventory:
    """Number the entities of one vCenter; rows are those of ``entities`` without their source.

    Raises:
        InputError: inheritance runs in a circle, or names an entity that is not there.
    """
    ids = ("", *(row[0] for row in rows))
    number = {ident: position for position, ident in enumerate(ids)}

    def find(ident: str) -> int:
        if ident not in number:
            raise InputError(f"{vcenter}: the entity {ident} is referred to but not listed.")
        return number[ident]

    node = [GLOBAL]
    plain = [(-1, -1)]
    for own, row in enumerate(rows, start=1):
        parent, second_parent, acl_of = row[3:]
        node.append(find(acl_of) if acl_of else own)
        plain.append((find(parent) if parent else -1, find(second_parent) if second_parent else -1))
    above = tuple(tuple(p for p in pair if p >= 0) for pair in plain)
    first = tuple(node[p] if p >= 0 else -1 for p, _ in plain)
    second = tuple(node[p] if p >= 0 else -1 for _, p in plain)
    parents = tuple(
        tuple(dict.fromkeys(p for p in pair if p >= 0)) or (() if own == GLOBAL else (GLOBAL,))
        for own, pair in enumerate(zip(first, second, strict=True))
    )
    order, circle = parents_first(parents)
    if circle or parents_first(above)[1]:
        inside = ids[circle[0]] if circle else "its parents"
        raise InputError(f"{vcenter}: the inheritance of {inside} runs in a circle.")
    placed: dict[int, set[int]] = {}
    for entity, on in placements:
        placed.setdefault(find(entity), set()).add(find(on))
    return Inventory(
        vcenter=vcenter,
        ids=ids,
        names=("", *(row[2] for row in rows)),
        types=("", *(row[1] for row in rows)),
        number=number,
        node=tuple(node),
        first=first,
        second=second,
        parents=parents,
        above=above,
        parent=tuple(parent for parent, _ in plain),
        order=tuple(order),
        by_id=tuple(sorted(range(1, len(ids)), key=ids.__getitem__)),
        placed_on={entity: tuple(sorted(on)) for entity, on in placed.items()},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Entities gathered by the nodes that can decide for them.

    The first regions are the ``bearing`` nodes, those with a permission, after what they inherit
    from; ``inherits[b]`` numbers the bearing nodes that region ``b`` takes its answer from when no
    entry of its own applies. Later regions have no entries and only inherit. ``of_entity`` gives
    every entity its region.
    """

    bearing: tuple[int, ...]
    inherits: tuple[tuple[int, ...], ...]
    of_entity: Rows

    def __len__(self) -> int:
        return len(self.inherits)


def build_regions(inventory: Inventory, with_entries: frozenset[int]) -> Regions:
    """Find the regions for the nodes that carry permissions, in one pass down the inventory."""
    bearing: list[int] = []
    inherits: list[tuple[int, ...]] = []
    below: list[tuple[int, ...]] = [()] * len(inventory.ids)
    unions: dict[tuple[tuple[int, ...], ...], tuple[int, ...]] = {}
    nodes = [node for node in inventory.order if inventory.node[node] == node]
    for node in nodes:
        sources = tuple(below[parent] for parent in inventory.parents[node])
        if len(sources) == 1:
            inherited = sources[0]
        else:
            known = unions.get(sources)
            if known is None:
                known = unions[sources] = tuple(sorted(set().union(*sources)))
            inherited = known
        if node in with_entries:
            below[node] = (len(bearing),)
            bearing.append(node)
            inherits.append(inherited)
        else:
            below[node] = inherited
    own = {node: region for region, node in enumerate(bearing)}
    inheriting: dict[tuple[int, ...], int] = {}
    of_node = [0] * len(inventory.ids)
    for node in nodes:
        if node in own:
            of_node[node] = own[node]
        else:
            of_node[node] = len(bearing) + inheriting.setdefault(below[node], len(inheriting))
    return Regions(
        bearing=tuple(bearing),
        inherits=(*inherits, *inheriting),
        of_entity=np.array([of_node[node] for node in inventory.node], dtype=np.int64),
    )
