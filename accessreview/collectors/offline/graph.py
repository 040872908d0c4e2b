"""OpenGraph JSON as nodes and edges, strictly; what they mean is for others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.json_documents import documents
from accessreview.model.errors import InputError

Properties = Mapping[str, object]
"""By their names in lower case."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """``where`` names file and node, for whoever finds fault with it."""

    where: str
    id: str
    kinds: tuple[str, ...]
    properties: Properties

    def text(self, name: str) -> str:
        """Empty where there is none.

        Raises:
            InputError: it is there and no text.
        """
        value = self.properties.get(name, "")
        if not isinstance(value, str):
            raise InputError(f"{self.where}: {name} is no text.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none.

        Raises:
            InputError: it is there and no such list.
        """
        value = self.properties.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InputError(f"{self.where}: {name} is no list of texts.")
        return tuple(map(str, value))


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """From one node to another by their ids; empty is an end that is matched by something else."""

    where: str
    kind: str
    start: str
    end: str
    properties: Properties


@dataclass(frozen=True, slots=True)
class Graph:
    file: str
    nodes: Mapping[str, GraphNode]
    edges: Sequence[GraphEdge]

    def of_kind(self, *kinds: str) -> list[GraphNode]:
        wanted = {kind.lower() for kind in kinds}
        return [
            node
            for node in self.nodes.values()
            if not wanted.isdisjoint(kind.lower() for kind in node.kinds)
        ]


def read_graph(file: ExportFile) -> Graph:
    """Read the one document of the file.

    Raises:
        InputError: it is cut off or of another form; an id is there twice with other content. All
            faults are listed.
    """
    match [document for _, document in documents(file, "as OpenGraph")]:
        case [{"graph": {"nodes": list(nodes), "edges": list(edges)}}]:
            pass
        case _:
            raise InputError(
                f"{file.name} is no OpenGraph: one object with a graph of nodes and edges is"
                " expected."
            )
    problems: list[str] = []
    found: dict[str, GraphNode] = {}
    for number, raw in enumerate(nodes, start=1):
        where = f"{file.name}, node {number}"
        match raw:
            case {"id": str(ident), "kinds": [*kinds], **rest} if (
                ident and kinds and all(isinstance(kind, str) for kind in kinds)
            ):
                node = GraphNode(where, ident, tuple(map(str, kinds)), _properties(rest))
                known = found.setdefault(ident, node)
                if (known.kinds, known.properties) != (node.kinds, node.properties):
                    problems.append(f"{where}: {ident} is there twice, with different content.")
            case _:
                problems.append(f"{where}: id or kinds are missing or of the wrong kind.")
    read: list[GraphEdge] = []
    for number, raw in enumerate(edges, start=1):
        where = f"{file.name}, edge {number}"
        match raw:
            case {"kind": str(kind), "start": {**start}, "end": {**end}, **rest} if kind:
                ends = _end(start), _end(end)
                read.append(GraphEdge(where, kind, *ends, _properties(rest)))
            case _:
                problems.append(f"{where}: kind, start or end is missing or of the wrong kind.")
    if problems:
        raise InputError(*problems)
    return Graph(file.name, found, read)


def _properties(rest: Mapping[object, object]) -> Properties:
    match rest.get("properties"):
        case {**properties}:
            return {str(name): value for name, value in properties.items()}
        case _:
            return {}


def _end(raw: Mapping[object, object]) -> str:
    match raw:
        case {"value": str(value)} if raw.get("match_by") in (None, "id"):
            return value
        case _:
            return ""
