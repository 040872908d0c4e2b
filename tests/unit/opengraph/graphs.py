"""Graphs as a reader meets them, and the rules that BloodHound holds every one to."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accessreview.analysis.estate import build_estate
from accessreview.model.policy import Duty
from accessreview.model.snapshot import Snapshot
from accessreview.opengraph.file import write_graph

_KIND = re.compile("[A-Za-z0-9_]+")
_RESERVED = {"objectid", "lastseen", "reconcile"}


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: dict[str, dict[str, Any]]
    edges: dict[tuple[str, str, str], dict[str, Any]]

    def properties(self, node: str) -> Any:  # noqa: ANN401 - JSON
        return self.nodes[node]["properties"]

    def of_kind(self, kind: str) -> dict[tuple[str, str], dict[str, Any]]:
        return {ends[1:]: found for ends, found in self.edges.items() if ends[0] == kind}

    def along(self, kind: str) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for start, end in self.of_kind(kind):
            found[start].add(end)
        return found


def graph_of(snapshot: Snapshot, folder: Path, duties: Mapping[str, Duty] | None = None) -> Graph:
    """Write it and read it, held to the rules."""
    path = folder / "graph.json"
    path.unlink(missing_ok=True)
    written = write_graph(build_estate(snapshot), duties or {}, path)
    graph = checked(path)
    assert (written.nodes, written.edges) == (len(graph.nodes), len(graph.edges))
    return graph


def checked(path: Path) -> Graph:
    """The graph of a file that keeps to BloodHound's schema, each node and edge once."""
    document = json.loads(path.read_text("utf-8"))
    assert set(document) == {"graph"}
    assert set(document["graph"]) == {"nodes", "edges"}
    nodes: dict[str, dict[str, Any]] = {}
    for node in document["graph"]["nodes"]:
        assert set(node) == {"id", "kinds", "properties"}
        assert node["id"] not in nodes, "BloodHound would make one of both"
        assert 1 <= len(node["kinds"]) <= 3
        assert all(_KIND.fullmatch(kind) for kind in node["kinds"])
        _check(node["properties"])
        nodes[node["id"]] = node
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    for edge in document["graph"]["edges"]:
        assert {"kind", "start", "end"} <= set(edge) <= {"kind", "start", "end", "properties"}
        assert _KIND.fullmatch(edge["kind"])
        for end in (edge["start"], edge["end"]):
            assert set(end) == {"match_by", "value"}
            assert end["match_by"] == "id"
            assert end["value"] in nodes, "an edge to nowhere"
        key = (edge["kind"], edge["start"]["value"], edge["end"]["value"])
        assert key not in edges, "BloodHound would keep the last one only"
        edges[key] = edge.get("properties", {})
        _check(edges[key])
    return Graph(nodes, edges)


def _check(properties: dict[str, Any]) -> None:
    assert not _RESERVED & properties.keys()
    assert len({name.lower() for name in properties}) == len(properties)
    for value in properties.values():
        values = value if isinstance(value, list) else [value]
        assert all(isinstance(each, str | int | bool) for each in values)
        assert len({type(each) for each in values}) == 1, "no list of several types, none empty"
