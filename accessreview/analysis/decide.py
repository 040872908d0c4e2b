"""Which entries decide for one account on one node, found by climbing."""

from collections.abc import Sequence

from accessreview.analysis.vcenter import Entry, Vcenter


def decisive(entries: Sequence[Entry], mask: int, *, at_the_node: bool) -> tuple[Entry, ...]:
    """The entries of one node that decide for the principals in ``mask``; none if none applies.

    Further up than the node itself only what propagates applies. Of what applies, entries that
    name the account replace those that name its groups.
    """
    applicable = [
        entry
        for entry in entries
        if mask >> entry.principal & 1 and (at_the_node or entry.propagates)
    ]
    return tuple(entry for entry in applicable if entry.direct) or tuple(applicable)


def deciding_entries(vcenter: Vcenter, mask: int, entity: int) -> tuple[Entry, ...]:
    """Every entry that decides on any path from the entity, nearest first."""
    start = vcenter.inventory.node[entity]
    waiting, seen = [start], {start}
    found: list[Entry] = []
    for node in waiting:  # grows while it is walked
        here = decisive(vcenter.at.get(node, ()), mask, at_the_node=node == start)
        if here:
            found.extend(here)
            continue
        for parent in vcenter.inventory.parents[node]:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return tuple(found)


def effective_roles(vcenter: Vcenter, mask: int, entity: int) -> frozenset[int]:
    """The roles whose privileges add up on the entity."""
    return frozenset(entry.role for entry in deciding_entries(vcenter, mask, entity))
