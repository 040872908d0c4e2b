"""A vCenter as OpenGraph JSON: what this product exported, or vCenterHound collected.

Its form: ``docs/reference/opengraph.md``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.files import ExportFile, read_file, span
from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.graph import Graph, GraphEdge, GraphNode, read_graph
from accessreview.collectors.offline.opengraph_inventory import entities_of_graph
from accessreview.collectors.vcenter.raw import RawPermission, RawRole, RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import InputError
from accessreview.model.opengraph import EdgeKind, NodeKind
from accessreview.model.snapshot import Coverage, Reading, SourceKind
from accessreview.snapshot.gaps import Gaps

NO_ACCESS_LEFT_OUT = (
    "Permissions with the role No access are not in the file, for vCenterHound leaves them out:"
    " somebody may have less than is seen here."
)
COMPUTED = frozenset(
    {NodeKind.HOLDERS, NodeKind.REGION}
    | {EdgeKind.IS_AMONG, EdgeKind.WOULD_BE_AMONG, EdgeKind.HOLDS, EdgeKind.COVERS}
)
"""What is in a graph of ours because it follows from the rest; it is most of it."""

_KNOWN = frozenset(EdgeKind) | {"vCenter_HasSession", "vCenter_AccessedVM"}
"""Kinds of edges; one version of vCenterHound names each permission by its role instead."""

_SYSTEM_ROLES = range(-8, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGraphSettings:
    """Where the file is; ``of`` names one vCenter or directory among several in it."""

    id: str
    name: str
    path: Path
    of: str


@dataclass(frozen=True, slots=True)
class Maker:
    """The node of a source, and whether this product wrote it: then it says how whole it is."""

    node: GraphNode
    name: str

    @property
    def is_ours(self) -> bool:
        return "coverage" in self.node.properties

    @property
    def gaps(self) -> tuple[str, ...]:
        return self.node.texts("gaps")

    @property
    def was_whole(self) -> bool:
        return self.node.text("coverage") == Coverage.FULL

    def times(self, file: ExportFile, now: Callable[[], datetime]) -> tuple[datetime, datetime]:
        """When it was read, as the file says, or when the file was written."""
        if not self.is_ours:
            return span((file,), now)
        started, finished = self._time("started"), self._time("finished")
        present = now()
        return min(started, present), min(finished, present)

    def _time(self, name: str) -> datetime:
        try:
            return datetime.fromisoformat(self.node.text(name)).astimezone(UTC)
        except ValueError as error:
            raise InputError(f"{self.node.where}: {name} is no time.") from error


@dataclass(frozen=True, slots=True)
class OpenGraphSource(ConfiguredSource[OpenGraphSettings]):
    """One vCenter, read from a file."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read the file.

        Raises:
            CollectionError: it cannot be read.
            InputError: it is cut off or of another form, or does not hold the vCenter.
        """
        file = read_file(self.settings.path)
        graph = read_graph(file, COMPUTED)
        maker = maker_of(graph, self.settings.of, NodeKind.VCENTER)
        raw = read_vcenter(graph, maker)
        source = self.as_read(
            SourceKind.VCENTER,
            maker.times(file, now),
            gaps=maker.gaps if maker.is_ours else (GLOBAL_PERMISSIONS_NOT_EXPORTED,),
            whole=maker.was_whole,
        )
        return translate(source, raw)


def maker_of(graph: Graph, of: str, kind: NodeKind) -> Maker:
    """The node of the one source of that kind that is meant.

    Raises:
        InputError: there is none of that name, or no name was given and there is not just one.
    """
    found = {node.text("source") or node.id.partition(":")[2]: node for node in graph.of_kind(kind)}
    if of in found:
        return Maker(found[of], of)
    if of or len(found) != 1:
        listed = ", ".join(sorted(found)) or "none"
        what = "vCenter" if kind is NodeKind.VCENTER else "directory"
        raise InputError(
            f"{graph.file}: which {what} is meant must be said by `of`; it holds {listed}."
        )
    ((name, node),) = found.items()
    return Maker(node, name)


def own_nodes(graph: Graph, maker: Maker) -> Mapping[str, GraphNode]:
    """The nodes of one source: those that name it, and by vCenterHound's ids."""
    return {
        node.id: node
        for node in graph.nodes.values()
        if node.properties.get("source") == maker.name
        or node.id.partition(":")[2].startswith(f"{maker.name}:")
    }


def read_vcenter(graph: Graph, maker: Maker) -> RawVCenter:
    """One vCenter's roles, permissions and inventory.

    Raises:
        InputError: a node or edge lacks what it needs; it is named.
    """
    gaps = Gaps()
    own = own_nodes(graph, maker)
    roles = tuple(_roles(graph, own, gaps))
    permissions = tuple(_permissions(graph, own, maker, gaps))
    entities = entities_of_graph(graph, own, maker.node.id, gaps)
    if not entities:
        raise InputError(f"{graph.file} holds no entity of {maker.name}.")
    foreign = () if maker.is_ours else (NO_ACCESS_LEFT_OUT,)
    return RawVCenter(roles, permissions, entities, (*foreign, *gaps.sentences()))


def _roles(graph: Graph, own: Mapping[str, GraphNode], gaps: Gaps) -> Iterator[RawRole]:
    held: defaultdict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        if edge.kind == EdgeKind.HAS_PRIVILEGE and edge.start in own and edge.end in own:
            privilege = own[edge.end]
            held[edge.start].append(privilege.text("privid") or privilege.text("name"))
    for node in own.values():
        if NodeKind.ROLE not in node.kinds:
            continue
        number = _role_id(node.properties.get("roleid"), node.where)
        privileges = tuple(filter(None, held[node.id]))
        count = node.properties.get("privilegecount", len(privileges))
        if count != len(set(privileges)):
            gaps.add("Not all privileges of a role are in the file", f"{node.text('name')}")
        system = node.properties.get("system", number in _SYSTEM_ROLES)
        yield RawRole(
            number, node.text("displayname") or node.text("name"), system is True, privileges
        )


def _permissions(
    graph: Graph, own: Mapping[str, GraphNode], maker: Maker, gaps: Gaps
) -> Iterator[RawPermission]:
    for edge in graph.edges:
        if edge.kind != EdgeKind.HAS_PERMISSION:
            if edge.kind not in _KNOWN and edge.end in own and _is_principal(own, edge.start):
                case = f"{edge.kind}, {edge.where}"
                gaps.add("A principal has an edge of a kind that is not known", case)
            continue
        if not (edge.start and edge.end):
            raise InputError(f"{edge.where}: a permission between nodes that are not named by id.")
        principal, entity = own.get(edge.start), own.get(edge.end)
        if edge.end == maker.node.id:
            entity = maker.node
        if principal is None and entity is None:
            continue  # of another vCenter
        if principal is None or entity is None:
            gaps.add("A permission names what is not in the file", edge.where)
            continue
        propagate = edge.properties.get("propagate")
        if edge.properties.get("roleid") is None or not isinstance(propagate, bool):
            gaps.add("A permission does not say its role and whether it propagates", edge.where)
            continue
        yield RawPermission(
            "" if entity is maker.node else entity.text("moid"),
            _principal(edge, principal),
            NodeKind.GROUP in principal.kinds,
            _role_id(edge.properties["roleid"], edge.where),
            propagate,
        )


def _is_principal(own: Mapping[str, GraphNode], node: str) -> bool:
    return node in own and not {NodeKind.USER, NodeKind.GROUP}.isdisjoint(own[node].kinds)


def _principal(edge: GraphEdge, node: GraphNode) -> str:
    stated = edge.properties.get("principal")
    name = stated if isinstance(stated, str) else node.text("displayname") or node.text("name")
    if not name:
        raise InputError(f"{node.where}: a principal without its name.")
    return name


def _role_id(value: object, where: str) -> int:
    try:
        if isinstance(value, int | str) and not isinstance(value, bool):
            return int(value)
    except ValueError:
        pass
    raise InputError(f"{where}: roleId is no whole number.")
