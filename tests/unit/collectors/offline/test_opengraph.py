"""What vCenterHound collects is read, is always partial, and says why.

Files of vCenterHound are written here by its forms: those of nodes and edges that it makes of a
vCenter's folders, hosts, machines, roles and permissions.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.graph import read_graph
from accessreview.collectors.offline.opengraph import NO_ACCESS_LEFT_OUT, maker_of, read_vcenter
from accessreview.collectors.offline.opengraph_directory import NOT_TOLD
from accessreview.model.errors import InputError
from accessreview.model.opengraph import NodeKind
from accessreview.model.snapshot import Coverage, SourceKind
from accessreview.snapshot.compose import compose
from tests.snapshots import NOON, SOURCES, a_reading
from tests.unit.collectors.offline.exported import exported, read_opengraph, rows

HOST = "vc.example"
Node = dict[str, Any]


def _node(prefix: str, moid: str, *kinds: str, **properties: object) -> Node:
    return {
        "id": f"{prefix}:{HOST}:{moid}",
        "kinds": [f"vCenter_{kind}" for kind in kinds],
        "properties": {"moid": moid, "tags": [], **properties},
    }


def _edge(kind: str, start: str, end: str, **properties: object) -> Node:
    return {
        "kind": kind,
        "start": {"value": start, "match_by": "id"},
        "end": {"value": end},
        "properties": properties or None,
    }


def _hound(*more: Node, host: str = HOST) -> dict[str, list[Node]]:
    """A small vCenter as vCenterHound writes one whose machines it found in folder and pool."""
    nodes = [
        {"id": f"vcenter:{host}", "kinds": ["vCenter_vCenter"], "properties": {"name": host}},
        _node("folder", "group-d1", "RootFolder", "Folder", name="rootFolder"),
        _node("datacenter", "datacenter-2", "Datacenter", name="North%2fEast"),
        _node("folder", "group-v3", "Folder", name="vm"),
        _node("cluster", "domain-c7", "Cluster", name="C1"),
        _node("resource_pool", "resgroup-8", "ResourcePool", name="Resources"),
        _node("esxi_host", "host-9", "ESXiHost", name="esx-1"),
        _node("vm", "vm-11", "VM", name="web", isTemplate=False),
        _node("datastore", "datastore-12", "Datastore", name="ds", type="VMFS"),
        _node("dvportgroup", "dvportgroup-13", "DVPortgroup", "Network", name="pg"),
        {
            "id": f"role:{HOST}:-1",
            "kinds": ["vCenter_Role"],
            "properties": {"name": "Admin", "roleId": -1, "privilegeCount": 1},
        },
        {
            "id": f"privilege:{HOST}:Host.Config",
            "kinds": ["vCenter_Privilege"],
            "properties": {"name": "Config", "privId": "Host.Config", "group": "Host"},
        },
        *(
            {
                "id": f"{kind}:{HOST}:{name}",
                "kinds": [f"vCenter_{kind.title()}"],
                "properties": {"name": name, "username": name.rpartition("\\")[2]},
            }
            for kind, name in (("group", "CORP\\Ops"), ("user", "CORP\\ann"))
        ),
    ]
    contains = [
        (f"vcenter:{host}", f"folder:{HOST}:group-d1"),
        (f"folder:{HOST}:group-d1", f"datacenter:{HOST}:datacenter-2"),
        (f"datacenter:{HOST}:datacenter-2", f"folder:{HOST}:group-v3"),
        (f"datacenter:{HOST}:datacenter-2", f"cluster:{HOST}:domain-c7"),
        (f"cluster:{HOST}:domain-c7", f"resource_pool:{HOST}:resgroup-8"),
        (f"cluster:{HOST}:domain-c7", f"esxi_host:{HOST}:host-9"),
        (f"esxi_host:{HOST}:host-9", f"vm:{HOST}:vm-11"),
        (f"resource_pool:{HOST}:resgroup-8", f"vm:{HOST}:vm-11"),
        (f"folder:{HOST}:group-v3", f"vm:{HOST}:vm-11"),
        (f"datacenter:{HOST}:datacenter-2", f"datastore:{HOST}:datastore-12"),
        (f"datacenter:{HOST}:datacenter-2", f"dvportgroup:{HOST}:dvportgroup-13"),
    ]
    ops, ann = f"group:{HOST}:CORP\\Ops", f"user:{HOST}:CORP\\ann"
    edges = [
        *(_edge("vCenter_Contains", *ends) for ends in contains),
        _edge("vCenter_Hosts", f"esxi_host:{HOST}:host-9", f"vm:{HOST}:vm-11"),
        _edge("vCenter_UsesDatastore", f"vm:{HOST}:vm-11", f"datastore:{HOST}:datastore-12"),
        _edge("vCenter_UsesNetwork", f"vm:{HOST}:vm-11", f"dvportgroup:{HOST}:dvportgroup-13"),
        _edge("vCenter_HasPrivilege", f"role:{HOST}:-1", f"privilege:{HOST}:Host.Config"),
        _edge(
            "vCenter_HasPermission",
            ops,
            f"folder:{HOST}:group-d1",
            roleId=-1,
            roleName="Admin",
            propagate=True,
        ),
        _edge("vCenter_MemberOf", ann, ops),
        {
            **_edge("SyncsTovCenterGroup", "OPS@CORP.EXAMPLE", ops),
            "start": {"value": "OPS@CORP.EXAMPLE", "match_by": "name"},
        },
    ]
    nodes.extend(each for each in more if "id" in each)
    edges.extend(each for each in more if "id" not in each)
    return {"nodes": nodes, "edges": edges}


def _text(graph: dict[str, list[Node]]) -> str:
    return json.dumps({"metadata": {"source_kind": "vCenterHound"}, "graph": graph})


def _file(folder: Path, *more: Node) -> Path:
    path = folder / "vcenter_graph.json"
    path.write_text(_text(_hound(*more)), encoding="utf-8")
    return path


def test_a_file_of_vcenterhound_is_read_and_always_partial(tmp_path: Path) -> None:
    reading = read_opengraph(_file(tmp_path))

    assert reading.source.coverage is Coverage.PARTIAL
    assert reading.source.gaps == (GLOBAL_PERMISSIONS_NOT_EXPORTED, NO_ACCESS_LEFT_OUT)
    assert rows(reading, "permissions") == [("group-d1", "CORP\\Ops", "true", "-1", "true")]
    assert rows(reading, "roles") == [("-1", "Admin", "true")]
    assert rows(reading, "role_privileges") == [("-1", "Host.Config")]
    entities = {row[0]: row[1:] for row in rows(reading, "entities")}
    assert entities["datacenter-2"] == ("Datacenter", "North/East", "group-d1", "", "")
    assert entities["group-v3"] == ("Folder", "vm", "datacenter-2", "", "datacenter-2")
    assert entities["resgroup-8"][2:] == ("domain-c7", "", "domain-c7")
    assert entities["vm-11"] == ("VirtualMachine", "web", "group-v3", "resgroup-8", "")
    assert entities["dvportgroup-13"][0] == "DistributedVirtualPortgroup"
    assert {on for _, on in rows(reading, "placements")} == {
        *("host-9", "datastore-12", "dvportgroup-13")
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            [_node("vm", "vm-20", "VM", name="lost")],
            "The folder of a virtual machine or vApp was not shown: vm-20",
        ),
        (
            [
                _node("vm", "vm-20", "VM", name="lost"),
                _edge("vCenter_Contains", f"folder:{HOST}:group-v3", f"vm:{HOST}:vm-20"),
            ],
            "The resource pool of a virtual machine was not shown: vm-20",
        ),
        (
            [_edge("vCenter_Operator", f"user:{HOST}:CORP\\ann", f"vm:{HOST}:vm-11")],
            "A principal has an edge of a kind that is not known: vCenter_Operator",
        ),
        ([_node("esxi_host", "host-21", "ESXiHost", name="alone")], "read without its parent"),
        ([_node("computeresource", "domain-s22", "ComputeResource")], "The name of an entity"),
        (
            [_edge("vCenter_HasPermission", f"user:{HOST}:CORP\\ann", f"vm:{HOST}:vm-11")],
            "A permission does not say its role",
        ),
        (
            [_edge("vCenter_HasPermission", f"user:{HOST}:CORP\\bob", f"vm:{HOST}:vm-11")],
            "A permission names what is not in the file",
        ),
        (
            [_edge("vCenter_UsesNetwork", f"vm:{HOST}:vm-11", f"network:{HOST}:network-9")],
            "An edge leads to what is not in the file: vCenter_UsesNetwork",
        ),
        (
            [
                {
                    "id": f"role:{HOST}:5",
                    "kinds": ["vCenter_Role"],
                    "properties": {"name": "Half", "roleId": 5, "privilegeCount": 12},
                }
            ],
            "Not all privileges of a role are in the file: Half",
        ),
    ],
    ids=["folder", "pool", "kind", "host", "name", "role", "principal", "network", "privileges"],
)
def test_what_it_leaves_out_is_a_gap(more: Sequence[Node], said: str, tmp_path: Path) -> None:
    reading = read_opengraph(_file(tmp_path, *more))

    assert any(said in gap for gap in reading.source.gaps), reading.source.gaps
    assert len(rows(reading, "permissions")) == 1


def test_a_template_needs_no_pool(tmp_path: Path) -> None:
    template = _node("vm", "vm-20", "VM", name="tpl", isTemplate=True)
    above = _edge("vCenter_Contains", f"folder:{HOST}:group-v3", f"vm:{HOST}:vm-20")

    assert len(read_opengraph(_file(tmp_path, template, above)).source.gaps) == 2


def test_one_of_several_vcenters_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    other = "vc-2.example"
    first, text = _hound(), _text(_hound())
    second = json.loads(text.replace(HOST, other))["graph"]
    path.write_text(_text({name: [*first[name], *second[name]] for name in first}))

    with pytest.raises(
        InputError,
        match=r"which vCenter is meant must be said by `of`; it holds vc-2\.example, vc\.example\.",
    ):
        read_opengraph(path)
    with pytest.raises(InputError, match="must be said by `of`"):
        read_opengraph(path, of="vc-3.example")
    alone = rows(read_opengraph(_file(tmp_path)), "entities")
    for host in (HOST, other):
        assert rows(read_opengraph(path, of=host), "entities") == alone


def test_users_and_groups_of_vcenterhound_are_a_directory(tmp_path: Path) -> None:
    again = {
        "id": f"user:{HOST}:corp\\ANN",
        "kinds": ["vCenter_User"],
        "properties": {"name": "corp\\ANN", "username": "ANN"},
    }

    reading = read_opengraph(_file(tmp_path, again), kind=SourceKind.DIRECTORY)

    assert reading.source.kind is SourceKind.DIRECTORY
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.PARTIAL, (NOT_TOLD,))
    assert [row[0] for row in rows(reading, "accounts")] == ["user:corp\\ann"]
    assert rows(reading, "groups") == [("group:corp\\ops", "Ops")]
    assert rows(reading, "members") == [("group:corp\\ops", "vc", "user:corp\\ann")]
    compose(NOON, [read_opengraph(_file(tmp_path)), a_reading(SOURCES[1], {})])


def _changed(change: Callable[[dict[str, list[Node]]], object]) -> str:
    graph = _hound()
    change(graph)
    return _text(graph)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no OpenGraph"),
        ("[]", "is no OpenGraph"),
        ('{"nodes": [], "edges": []}', "is no OpenGraph"),
        ('{"graph": {"nodes": {}, "edges": []}}', "is no OpenGraph"),
        (_text(_hound())[:-9], "export, line 1: no valid JSON .* not written as OpenGraph"),
        (_text({"nodes": [], "edges": []}), "which vCenter is meant"),
        (_changed(lambda graph: graph["nodes"].append({"id": "x"})), "node 15: id or kinds"),
        (_changed(lambda graph: graph["nodes"].append({"id": "x", "kinds": []})), "id or kinds"),
        (_changed(lambda graph: graph["nodes"].append({"id": "x", "kinds": [1]})), "id or kinds"),
        (_changed(lambda graph: graph["edges"].append({"kind": "x"})), "edge 19: kind, start or"),
        (
            _changed(lambda graph: graph["nodes"].append(_node("vm", "vm-11", "VM", name="z"))),
            "node 15: vm:vc.example:vm-11 is there twice, with other",
        ),
        (
            _changed(lambda graph: graph["nodes"][7]["properties"].update(name=["web"])),
            "node 8: name is no text",
        ),
        (
            _changed(lambda graph: graph["nodes"][10]["properties"].update(roleId="x")),
            "node 11: roleId is no whole number",
        ),
        (
            _changed(lambda graph: graph["edges"][15]["properties"].update(roleId=True)),
            "edge 16: roleId is no whole number",
        ),
        (
            _changed(lambda graph: graph["edges"][15]["start"].update(match_by="name")),
            "edge 16: a permission between nodes that are not named by id",
        ),
        (
            _changed(lambda graph: graph["nodes"][12]["properties"].update(name="")),
            "node 13: a principal without its name",
        ),
        (
            _changed(lambda graph: graph.update(nodes=[graph["nodes"][0]], edges=[])),
            "holds no entity of vc.example",
        ),
    ],
)
def test_another_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        _vcenter(text)


def _vcenter(text: str) -> object:
    graph = read_graph(exported(text))
    return read_vcenter(graph, maker_of(graph, "", NodeKind.VCENTER))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
_WHERE = st.sampled_from(["nodes", "edges"])


@settings(deadline=None)
@given(where=_WHERE, at=st.integers(0, 17), key=st.integers(0, 3), value=_VALUES)
def test_any_value_anywhere_is_read_or_refused_in_words(
    where: str, at: int, key: int, value: object
) -> None:
    graph = _hound()
    changed = graph[where][at % len(graph[where])]
    name = sorted(changed)[key % len(changed)]
    changed[name] = value
    inner = changed.get("properties")
    if isinstance(inner, dict) and inner and name != "properties":
        inner[sorted(inner)[key % len(inner)]] = value

    try:
        read = _vcenter(_text(graph))
    except InputError as refused:
        assert refused.problems  # noqa: PT017 - either outcome is right
    else:
        assert read
