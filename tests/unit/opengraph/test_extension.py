"""The definition that makes BloodHound follow the true paths, and no others, fits the graph."""

import json
from pathlib import Path

from accessreview.model.opengraph import PREFIX, EdgeKind, NodeKind, kind_of_type
from accessreview.rulesets.reader import MANAGED_TYPES

DOCS = Path(__file__).parents[3] / "docs" / "reference"
DEFINITION = json.loads((DOCS / "opengraph-extension.json").read_text("utf-8"))
EDGES = {kind["name"]: kind["is_traversable"] for kind in DEFINITION["relationship_kinds"]}


def test_every_kind_of_node_is_defined() -> None:
    defined = [kind["name"] for kind in DEFINITION["node_kinds"]]

    assert len(set(defined)) == len(defined)
    assert set(defined) == {*map(str, NodeKind), *map(kind_of_type, MANAGED_TYPES)}


def test_every_kind_of_edge_of_our_namespace_is_defined() -> None:
    assert DEFINITION["schema"]["namespace"] == PREFIX.removesuffix("_")
    assert set(EDGES) == {kind for kind in EdgeKind if kind.startswith(PREFIX)}


def test_only_what_is_true_is_traversable() -> None:
    assert {kind for kind, traversable in EDGES.items() if traversable} == {
        *(EdgeKind.IS_AMONG, EdgeKind.WOULD_BE_AMONG, EdgeKind.HOLDS, EdgeKind.COVERS)
    }


def test_the_page_names_every_kind() -> None:
    page = (DOCS / "opengraph.md").read_text("utf-8")

    assert [kind for kind in (*NodeKind, *EdgeKind) if f"`{kind}`" not in page] == []
