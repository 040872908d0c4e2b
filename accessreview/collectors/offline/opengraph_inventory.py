"""Entities from the nodes and edges of a graph, their two lines of parents told apart.

vCenterHound has one kind of edge for all that contains something, and knows neither the folder of
a machine nor shared permissions in every version; what it leaves out becomes a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from accessreview.collectors.offline.graph import Graph, GraphEdge, GraphNode
from accessreview.collectors.vcenter.names import unescape
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.opengraph import KIND_OF_TYPE, PREFIX, EdgeKind
from accessreview.snapshot.gaps import Gaps

_TYPE_OF_KIND = {
    **{kind: managed_type for managed_type, kind in KIND_OF_TYPE.items()},
    "RootFolder": "Folder",
    "VMTemplate": "VirtualMachine",
    "StandardPortgroup": "Network",
}
_FOLDERS = ("Folder", "StoragePod", "Datacenter")
_POOLS = ("ResourcePool", "VirtualApp", "ClusterComputeResource", "ComputeResource")
_FIRST: Mapping[str, tuple[str, ...]] = {
    "VirtualMachine": _FOLDERS,
    "VirtualApp": _POOLS,
    "ResourcePool": _POOLS,
    "HostSystem": ("ClusterComputeResource", "ComputeResource"),
}
"""By type, the types that may be its first parent, the likeliest first; else these folders."""

_SECOND: Mapping[str, tuple[str, ...]] = {"VirtualMachine": _POOLS, "VirtualApp": _FOLDERS}
_PLACED = frozenset({EdgeKind.USES_DATASTORE, EdgeKind.USES_NETWORK, EdgeKind.PLACED_ON})


def entities_of_graph(
    graph: Graph, own: Mapping[str, GraphNode], root: str, gaps: Gaps
) -> tuple[RawEntity, ...]:
    """The entities among ``own`` nodes, which are one vCenter's, whose own node is ``root``."""
    found = _Found({node.id: node.text("moid") for node in own.values() if node.text("moid")})
    found.types = {node: managed_type(own[node]) for node in found.ids}
    for edge in _between(graph.edges, found.ids, root, gaps):
        found.add(edge, root)
    return tuple(found.entity(own[node], gaps) for node in found.ids)


def managed_type(node: GraphNode) -> str:
    """As the node says it, or of the first of its kinds."""
    kind = node.kinds[0].removeprefix(PREFIX)
    return node.text("managedtype") or _TYPE_OF_KIND.get(kind, kind)


_FOLLOWED = _PLACED | {EdgeKind.CONTAINS, EdgeKind.HOSTS, EdgeKind.SHARES_PERMISSIONS_OF}


def _between(
    edges: Iterable[GraphEdge], ids: Mapping[str, str], root: str, gaps: Gaps
) -> Iterable[GraphEdge]:
    """The edges of the inventory of this vCenter; one that leads out of it is a gap."""
    for edge in edges:
        if edge.kind not in _FOLLOWED:
            continue
        ends = [end in ids or end == root for end in (edge.start, edge.end)]
        if all(ends):
            yield edge
        elif any(ends):
            gaps.add("An edge leads to what is not in the file", f"{edge.kind}, {edge.where}")


@dataclass(slots=True)
class _Found:
    """By node of an entity: its id, its type, and what its edges say."""

    ids: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)
    lines: defaultdict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    placed: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sharing: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, edge: GraphEdge, root: str) -> None:
        match edge.kind:
            case EdgeKind.CONTAINS if edge.start != root:
                line = edge.properties.get("line")
                self.lines[edge.end, line if isinstance(line, str) else ""].append(edge.start)
            case EdgeKind.HOSTS:
                self.placed[edge.end].append(self.ids[edge.start])
            case EdgeKind.SHARES_PERMISSIONS_OF:
                self.sharing[edge.end].append(self.ids[edge.start])
            case kind if kind in _PLACED:
                self.placed[edge.start].append(self.ids[edge.end])
            case _:
                pass

    def entity(self, node: GraphNode, gaps: Gaps) -> RawEntity:
        kind, ident = self.types[node.id], self.ids[node.id]
        name = node.text("displayname") or unescape(node.text("name"))
        if not name:
            gaps.add("The name of an entity is not in the export", ident)
        first, second = self._parents(node, gaps)
        return RawEntity(
            type=kind,
            id=ident,
            name=name or ident,
            parent=first,
            resource_pool=second if kind == "VirtualMachine" else "",
            parent_folder=second if kind == "VirtualApp" else "",
            acl_children=tuple(self.sharing[node.id]),
            datastores=tuple(self.placed[node.id]),
        )

    def _parents(self, node: GraphNode, gaps: Gaps) -> tuple[str, str]:
        """By the lines that edges name; by the types of what contains it, where they name none."""
        kind = self.types[node.id]
        stated = {line: self.lines[node.id, line] for line in ("both", "first", "second")}
        first = [*stated["both"], *stated["first"]]
        second = [*stated["both"], *stated["second"]]
        if not (first or second):
            above = self.lines[node.id, ""]
            first = _likeliest(above, self.types, _FIRST.get(kind, _FOLDERS))
            second = _likeliest(above, self.types, _SECOND.get(kind, ()))
            is_template = node.properties.get("istemplate") is True
            if kind == "VirtualMachine" and not (second or is_template):
                gaps.add("The resource pool of a virtual machine was not shown", self.ids[node.id])
        parent, other = (self.ids[line[0]] if line else "" for line in (first, second))
        return parent, other


def _likeliest(
    nodes: Iterable[str], types: Mapping[str, str], wanted: tuple[str, ...]
) -> list[str]:
    fitting = [node for node in nodes if types[node] in wanted]
    return sorted(fitting, key=lambda node: wanted.index(types[node]))
