"""A directory as OpenGraph JSON, or the users and groups that vCenterHound saw in a vCenter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.files import read_file
from accessreview.collectors.offline.graph import Graph, GraphNode, read_graph
from accessreview.collectors.offline.opengraph import (
    COMPUTED,
    Maker,
    OpenGraphSettings,
    maker_of,
    own_nodes,
)
from accessreview.model.columns import Table
from accessreview.model.errors import InputError
from accessreview.model.opengraph import EdgeKind, NodeKind
from accessreview.model.snapshot import TABLES, Reading, SourceKind
from accessreview.snapshot.gaps import Gaps

NOT_TOLD = (
    "vCenterHound does not tell whether accounts are enabled, nor which groups it could not read:"
    " memberships may be missing."
)

Rows = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class OpenGraphDirectory(ConfiguredSource[OpenGraphSettings]):
    """One directory, read from a file."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read the file.

        Raises:
            CollectionError: it cannot be read.
            InputError: it is cut off or of another form, or does not hold the directory.
        """
        file = read_file(self.settings.path)
        graph = read_graph(file, COMPUTED)
        is_ours = bool(graph.of_kind(NodeKind.DIRECTORY))
        maker = maker_of(
            graph, self.settings.of, NodeKind.DIRECTORY if is_ours else NodeKind.VCENTER
        )
        gaps = Gaps()
        rows = (_written if is_ours else _seen)(self.id, graph, maker, gaps)
        found = (*maker.gaps, *(() if is_ours else (NOT_TOLD,)), *gaps.sentences())
        was_whole = maker.was_whole and not gaps.sentences()
        source = self.as_read(
            SourceKind.DIRECTORY,
            maker.times(file, now),
            gaps=found,
            whole=was_whole,
        )
        return Reading(source, {name: Table.of(TABLES[name], part) for name, part in rows.items()})


def _written(source: str, graph: Graph, maker: Maker, gaps: Gaps) -> Rows:
    """What this product wrote: each account and group with all that a snapshot has of it."""
    own = own_nodes(graph, maker)
    accounts = _of_kind(own, NodeKind.ACCOUNT)
    groups = _of_kind(own, NodeKind.DIRECTORY_GROUP)
    ids = {node.id: _said(node, "sourceid") for node in (*accounts, *groups)}
    return {
        "accounts": [
            (
                source,
                ids[node.id],
                node.text("login"),
                node.text("displayname"),
                node.text("mail"),
                _said(node, "accountkind"),
                _enabled(node),
                node.text("identity"),
            )
            for node in accounts
        ],
        "groups": [(source, ids[node.id], node.text("login")) for node in groups],
        "principal_names": [
            (source, ids[node.id], name)
            for node in (*accounts, *groups)
            for name in node.texts("names")
        ],
        "members": _members(source, graph, ids, {node.id for node in groups}, gaps),
    }


def _seen(source: str, graph: Graph, maker: Maker, gaps: Gaps) -> Rows:
    """The principals that vCenterHound saw, each known by its name alone."""
    own = own_nodes(graph, maker)
    users, groups = _of_kind(own, NodeKind.USER), _of_kind(own, NodeKind.GROUP)
    ids = {node.id: _by_name(node) for node in (*users, *groups)}
    names = {ids[node.id]: node for node in (*groups, *users)}
    accounts = dict.fromkeys(ids[node.id] for node in users)
    return {
        "accounts": [
            (source, ident, _login(names[ident]), *("", "", "unknown", "true", ""))
            for ident in accounts
        ],
        "groups": [
            (source, ident, _login(names[ident]))
            for ident in dict.fromkeys(ids[node.id] for node in groups)
        ],
        "principal_names": [(source, ident, node.text("name")) for ident, node in names.items()],
        "members": _members(source, graph, ids, {node.id for node in groups}, gaps),
    }


def _by_name(node: GraphNode) -> str:
    kind = "group" if NodeKind.GROUP in node.kinds else "user"
    return f"{kind}:{_said(node, 'name').casefold()}"


def _login(node: GraphNode) -> str:
    return node.text("username") or node.text("name")


def _of_kind(own: Mapping[str, GraphNode], kind: NodeKind) -> list[GraphNode]:
    return [node for node in own.values() if kind in node.kinds]


def _members(
    source: str, graph: Graph, ids: Mapping[str, str], groups: set[str], gaps: Gaps
) -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], None] = {}
    for edge in graph.edges:
        if edge.kind != EdgeKind.MEMBER_OF or edge.end not in groups:
            continue
        if edge.start in ids:
            found[source, ids[edge.end], source, ids[edge.start]] = None
        else:
            gaps.add("A member of another directory was left out", edge.where)
    return list(found)


def _said(node: GraphNode, name: str) -> str:
    text = node.text(name)
    if not text:
        raise InputError(f"{node.where}: it does not say its {name}.")
    return text


def _enabled(node: GraphNode) -> str:
    match node.properties.get("enabled"):
        case True:
            return "true"
        case False:
            return "false"
        case _:
            raise InputError(f"{node.where}: enabled is neither true nor false.")
