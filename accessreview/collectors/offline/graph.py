"""OpenGraph JSON as nodes and edges, strictly; what they mean is for others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.json_parts import JsonParts
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

    file: str
    number: int
    kind: str
    start: str
    end: str
    properties: Properties

    @property
    def where(self) -> str:
        return f"{self.file}, edge {self.number}"


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


def read_graph(file: ExportFile, unwanted: Collection[str] = ()) -> Graph:
    """Read the one document of the file, but for edges and nodes of ``unwanted`` kinds.

    Raises:
        InputError: it is cut off or of another form; an id is there twice with other content. All
            faults are listed.
    """
    reader = _Reader(file.name, unwanted)
    parts = JsonParts(file, "as OpenGraph")
    found: set[str] = set()
    for key in parts.members() if parts.starts("{") else ():
        if key != "graph" or not parts.starts("{"):
            parts.value()
            continue
        found.add(key)
        for part in parts.members():
            if part not in ("nodes", "edges") or not parts.starts("["):
                parts.value()
                continue
            found.add(part)
            for number, raw in enumerate(parts.items(), start=1):
                (reader.node if part == "nodes" else reader.edge)(number, raw)
    if found != {"graph", "nodes", "edges"}:
        raise InputError(
            f"{file.name} is no OpenGraph: one object with a graph of nodes and edges is expected."
        )
    parts.end()
    if reader.problems:
        raise InputError(*reader.problems)
    return Graph(file.name, reader.nodes, reader.edges)


class _Reader:
    """Gathers nodes and edges, the same text once."""

    def __init__(self, file: str, unwanted: Collection[str]) -> None:
        self.nodes: dict[str, GraphNode] = {}
        self.edges: list[GraphEdge] = []
        self.problems: list[str] = []
        self._file = file
        self._unwanted = frozenset(unwanted)
        self._texts: dict[str, str] = {}

    def node(self, number: int, raw: object) -> None:
        where = f"{self._file}, node {number}"
        match raw:
            case {"id": str(ident), "kinds": [*kinds], **rest} if (
                ident and kinds and all(isinstance(kind, str) for kind in kinds)
            ):
                if not self._unwanted.isdisjoint(kinds):
                    return
                named = tuple(self._once(str(kind)) for kind in kinds)
                node = GraphNode(where, self._once(ident), named, _properties(rest))
                known = self.nodes.setdefault(node.id, node)
                if (known.kinds, known.properties) != (node.kinds, node.properties):
                    self.problems.append(f"{where}: {ident} is there twice, with other content.")
            case _:
                self.problems.append(f"{where}: id or kinds are missing or of the wrong kind.")

    def edge(self, number: int, raw: object) -> None:
        match raw:
            case {"kind": str(kind), "start": {**start}, "end": {**end}, **rest} if kind:
                if kind in self._unwanted:
                    return
                ends = self._once(_end(start)), self._once(_end(end))
                edge = (self._file, number, self._once(kind), *ends, _properties(rest))
                self.edges.append(GraphEdge(*edge))
            case _:
                self.problems.append(
                    f"{self._file}, edge {number}: kind, start or end is missing or of the wrong"
                    " kind."
                )

    def _once(self, text: str) -> str:
        return self._texts.setdefault(text, text)


_NONE: Properties = {}


def _properties(rest: Mapping[object, object]) -> Properties:
    match rest.get("properties"):
        case {**properties} if properties:
            return {str(name): value for name, value in properties.items()}
        case _:
            return _NONE


def _end(raw: Mapping[object, object]) -> str:
    match raw:
        case {"value": str(value)} if raw.get("match_by") in (None, "id"):
            return value
        case _:
            return ""
