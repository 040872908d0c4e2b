"""The part of the graph that is true of access: who holds which duties where, overrides applied.

Accounts that the permissions of a vCenter cannot tell apart are one node of holders; entities of
one type for which the same permissions decide are one region. So there are few edges, and a path
from an account over holders and region to an entity says no more than what vCenter grants.
"""

from collections.abc import Iterator, Mapping

from accessreview.analysis.estate import Estate
from accessreview.analysis.held import HeldDuties
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.opengraph import EdgeKind, NodeKind, entity_node
from accessreview.model.policy import Duty
from accessreview.opengraph.edges import Edge, make_edge
from accessreview.opengraph.names import ObjectNodes
from accessreview.opengraph.nodes import Node, make_node

_SHOWN = 16
"""Digits of a digest that tell the few nodes of one vCenter apart."""


class HeldGraph:
    """One vCenter's holders and regions, as far as anything is held."""

    def __init__(self, estate: Estate, vcenter: Vcenter, duties: Mapping[str, Duty]) -> None:
        self._estate = estate
        self._vcenter = vcenter
        self._held = HeldDuties.of(estate, vcenter, duties)
        self._holders: dict[int, str] = {}
        self._regions: dict[int, str] = {}
        for row in self._held.rows():
            if row.holders not in self._holders:
                self._holders[row.holders] = self._holders_node(row.holders)
            if row.part not in self._regions:
                self._regions[row.part] = self._region_node(row.part)

    def nodes(self) -> Iterator[Node]:
        sizes = dict.fromkeys(self._holders, 0)
        for holders in self._held.set_of_account.tolist():
            if holders in sizes:
                sizes[holders] += 1
        for holders, node in self._holders.items():
            named = self._principals(holders)
            who = f"{sizes[holders]} accounts" if sizes[holders] else "Whoever will be there"
            yield make_node(
                node,
                NodeKind.HOLDERS,
                name=f"{who} by {named[0]}"
                + (f" and {len(named) - 1} more" if len(named) > 1 else ""),
                accounts=sizes[holders],
                principals=named,
                source=self._vcenter.id,
            )
        for part, node in self._regions.items():
            region = self._held.parts[part]
            first = self._vcenter.inventory.names[region.entities[0]]
            more = len(region.entities) - 1
            yield make_node(
                node,
                NodeKind.REGION,
                name=f"{region.type} {first}" + (f" and {more} more" if more else ""),
                managedtype=region.type,
                entities=len(region.entities),
                source=self._vcenter.id,
            )

    def edges(self, objects: ObjectNodes) -> Iterator[Edge]:
        for account, holders in enumerate(self._held.set_of_account.tolist()):
            if holders in self._holders:
                ref = self._estate.account_ref(account)
                yield make_edge(
                    objects[ref.source, ref.id], EdgeKind.IS_AMONG, self._holders[holders]
                )
        for group, holders in enumerate(self._held.set_of_group.tolist()):
            if holders in self._holders:
                named = self._estate.group_ref(group)
                yield make_edge(
                    objects[named.source, named.id],
                    EdgeKind.WOULD_BE_AMONG,
                    self._holders[holders],
                )
        for row in self._held.rows():
            yield make_edge(
                self._holders[row.holders],
                EdgeKind.HOLDS,
                self._regions[row.part],
                duties=list(row.duties),
            )
        inventory = self._vcenter.inventory
        for part, node in self._regions.items():
            region = self._held.parts[part]
            for entity in region.entities:
                covered = entity_node(self._vcenter.id, region.type, inventory.ids[entity])
                yield make_edge(node, EdgeKind.COVERS, covered)

    def _principals(self, holders: int) -> list[str]:
        principals = self._estate.principals
        return sorted(
            f"{'group' if principals.is_group[each] else 'user'} {principals.names[each]}"
            for each in self._held.sets[holders]
        )

    def _holders_node(self, holders: int) -> str:
        digest = sha256(canonical_json(self._principals(holders)))
        return f"holders:{self._vcenter.id}:{digest[:_SHOWN]}"

    def _region_node(self, part: int) -> str:
        """Named for the entity whose permissions decide, or for all those that may be inherited."""
        region = self._held.parts[part]
        regions, ids = self._vcenter.regions, self._vcenter.inventory.ids
        if region.region < len(regions.bearing):
            place = ids[regions.bearing[region.region]]
        else:
            above = (ids[regions.bearing[each]] for each in regions.inherits[region.region])
            place = f"below-{sha256(canonical_json(sorted(above)))[:_SHOWN]}"
        return f"region:{self._vcenter.id}:{place}:{region.type}"
