"""One vCenter's entities as numbers, each with the node that carries its permission list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

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
            inside = {found[parent] for parent in self.above[entity]}
            if self.types[entity] == "Datacenter":
                inside.add((entity,))
            # Most have one parent, or two in the same datacenter.
            found[entity] = inside.pop() if len(inside) == 1 else tuple(sorted({*chain(*inside)}))
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """One vCenter's entities as its tables list them, numbered from 1 in their order.

    ``parent``, ``second_parent`` and ``acl_of`` hold numbers of entities, 0 for none;
    ``placed`` and ``on`` are the two sides of its placements.
    """

    ids: Sequence[str]
    names: Sequence[str]
    types: Sequence[str]
    parent: Rows
    second_parent: Rows
    acl_of: Rows
    placed: Rows
    on: Rows


def build_inventory(vcenter: str, listed: Listed) -> Inventory:
    """Make the graph of one vCenter's entities.

    Raises:
        InputError: inheritance runs in a circle.
    """
    ids = ("", *listed.ids)
    own = np.arange(len(ids))
    acl, plain, second_plain = (
        np.append(0, part) for part in (listed.acl_of, listed.parent, listed.second_parent)
    )
    node = np.where(acl > 0, acl, own)
    first = np.where(plain > 0, node[plain], -1).tolist()
    second = np.where(second_plain > 0, node[second_plain], -1).tolist()
    parents = ((), *map(_parents, first[1:], second[1:]))
    above = tuple(
        (p, s) if p and s else (p,) if p else (s,) if s else ()
        for p, s in zip(plain.tolist(), second_plain.tolist(), strict=True)
    )
    order, circle = parents_first(parents)
    if circle or parents_first(above)[1]:
        inside = ids[circle[0]] if circle else "its parents"
        raise InputError(f"{vcenter}: the inheritance of {inside} runs in a circle.")
    return Inventory(
        vcenter=vcenter,
        ids=ids,
        names=("", *listed.names),
        types=("", *listed.types),
        number={ident: number for number, ident in enumerate(ids)},
        node=tuple(node.tolist()),
        first=tuple(first),
        second=tuple(second),
        parents=parents,
        above=above,
        parent=tuple(np.where(plain > 0, plain, -1).tolist()),
        order=tuple(order),
        by_id=tuple(sorted(range(1, len(ids)), key=ids.__getitem__)),
        placed_on=_placed_on(listed.placed, listed.on, len(ids)),
    )


def _parents(first: int, second: int) -> tuple[int, ...]:
    """The nodes above one: each once, the global node if there are none."""
    if first < 0:
        return (second,) if second >= 0 else (GLOBAL,)
    return (first,) if second in (first, -1) else (first, second)


def _placed_on(placed: Rows, on: Rows, count: int) -> Mapping[int, tuple[int, ...]]:
    entities, ons = np.divmod(np.unique(placed * count + on), count)
    starts = np.flatnonzero(np.diff(entities, prepend=-1)).tolist()
    flat = ons.tolist()
    return {
        entity: tuple(flat[start:end])
        for entity, start, end in zip(
            entities[starts].tolist(), starts, [*starts[1:], len(flat)], strict=False
        )
    }


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
