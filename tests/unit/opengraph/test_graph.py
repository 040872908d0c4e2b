"""What is stated in a snapshot, as a graph."""

from pathlib import Path

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.model.errors import ConflictError, UnavailableError
from accessreview.model.snapshot import Snapshot
from accessreview.opengraph.file import write_graph
from accessreview.snapshot.compose import compose
from tests.snapshots import INVENTORY, NOON, PEOPLE, SOURCES, Rows, a_reading, a_source
from tests.unit.opengraph.graphs import graph_of

SID = "S-1-5-21-1111-2222-3333-1104"


def _snapshot(inventory: Rows | None = None, people: Rows | None = None) -> Snapshot:
    return compose(
        NOON,
        [
            a_reading(SOURCES[0], {**INVENTORY, **(inventory or {})}),
            a_reading(SOURCES[1], {**PEOPLE, **(people or {})}),
        ],
    )


def test_inventory_roles_and_placements_are_there(tmp_path: Path) -> None:
    graph = graph_of(_snapshot(), tmp_path)

    assert graph.nodes["folder:vc:root"]["kinds"] == ["vCenter_RootFolder", "vCenter_Folder"]
    assert graph.nodes["esxi_host:vc:host"]["kinds"] == ["vCenter_ESXiHost"]
    assert graph.properties("vm:vc:vm")["moid"] == "vm"
    assert graph.of_kind("vCenter_Contains") == {
        ("vcenter:vc", "folder:vc:root"): {"line": "first"},
        ("folder:vc:root", "datacenter:vc:dc"): {"line": "first"},
        ("datacenter:vc:dc", "folder:vc:vms"): {"line": "first"},
        ("datacenter:vc:dc", "esxi_host:vc:host"): {"line": "first"},
        ("folder:vc:vms", "vm:vc:vm"): {"line": "first"},
    }
    assert [*graph.of_kind("vCenter_SharesPermissionsOf")] == [
        ("folder:vc:vms", "datacenter:vc:dc")
    ]
    assert [*graph.of_kind("vCenter_Hosts")] == [("esxi_host:vc:host", "vm:vc:vm")]
    assert ("role:vc:7", "privilege:vc:VirtualMachine.Interact.PowerOn") in graph.of_kind(
        "vCenter_HasPrivilege"
    )


def test_permissions_lead_from_principals_and_those_from_accounts_and_groups(
    tmp_path: Path,
) -> None:
    graph = graph_of(_snapshot(), tmp_path)

    assert graph.of_kind("vCenter_HasPermission") == {
        ("group:vc:corp\\ops", "datacenter:vc:dc"): {
            "roleId": 7,
            "roleName": "Operator",
            "propagate": True,
            "principal": "CORP\\ops",
        },
        ("user:vc:corp\\ann", "vcenter:vc"): {
            "roleId": -1,
            "roleName": "Admin",
            "propagate": True,
            "principal": "CORP\\ann",
        },
    }
    assert [*graph.of_kind("SyncsTovCenterGroup")] == [
        ("directory_group:corp:g1", "group:vc:corp\\ops")
    ]
    assert [*graph.of_kind("SyncsTovCenterUser")] == [("account:corp:a1", "user:vc:corp\\ann")]
    assert {*graph.of_kind("vCenter_MemberOf")} == {
        ("account:corp:a1", "directory_group:corp:g1"),
        ("directory_group:corp:g1", "directory_group:corp:g2"),
    }


def test_an_object_of_an_active_directory_is_the_node_that_bloodhound_has(tmp_path: Path) -> None:
    people: Rows = {
        "accounts": [("corp", SID, "ann", "Ann", "", "human", "true", "")],
        "groups": [("corp", "g1", "ops")],
        "principal_names": [("corp", SID, "CORP\\ann"), ("corp", SID, "ann@corp.example")],
        "members": [("corp", "g1", "corp", SID)],
        "identifiers": [
            ("corp", "g1", "sid", "s-1-5-21-1111-2222-3333-512"),
            ("corp", "g1", "uuid", "b1946ac9-2af3-4d50-a9f1-7c5f5f9e7f7c"),
        ],
        "responsibles": [],
        "locators": [],
    }

    graph = graph_of(_snapshot(people=people), tmp_path)

    assert graph.properties(SID)["name"] == "ANN@CORP.EXAMPLE"
    assert (SID, "S-1-5-21-1111-2222-3333-512") in graph.of_kind("vCenter_MemberOf")


def test_a_sid_that_every_domain_has_or_two_objects_tells_none_apart(tmp_path: Path) -> None:
    people: Rows = {
        "accounts": [("corp", SID, "ann", "Ann", "", "human", "true", "")],
        "groups": [("corp", "S-1-5-32-544", "Administrators")],
        "principal_names": [],
        "members": [],
        "responsibles": [],
        "locators": [],
    }
    copy = a_source("copy", type(SOURCES[1].kind)("directory"))
    again: Rows = {"accounts": [("copy", SID, "ann", "Ann", "", "human", "true", "")]}

    graph = graph_of(
        compose(
            NOON,
            [
                a_reading(SOURCES[0], INVENTORY),
                a_reading(SOURCES[1], people),
                a_reading(copy, again),
            ],
        ),
        tmp_path,
    )

    accounts = {node for node, told in graph.nodes.items() if "vCenter_Account" in told["kinds"]}
    assert accounts in ({SID, f"account:copy:{SID}"}, {SID, f"account:corp:{SID}"})
    assert "directory_group:corp:S-1-5-32-544" in graph.nodes


def test_a_permission_says_which_one_above_it_replaces(tmp_path: Path) -> None:
    permissions = [
        ("vc", "", "CORP\\ann", "false", "-1", "true"),
        ("vc", "dc", "corp\\ANN", "false", "7", "false"),
        ("vc", "vm", "CORP\\ann", "false", "7", "true"),
        ("vc", "dc", "CORP\\ops", "true", "7", "true"),
        ("vc", "vm", "CORP\\nobody", "true", "7", "true"),
        ("vc", "root", "CORP\\nobody", "true", "7", "true"),
    ]

    graph = graph_of(_snapshot({"permissions": permissions}), tmp_path)

    stated = graph.of_kind("vCenter_HasPermission")
    ann, nobody = "user:vc:corp\\ann", "group:vc:corp\\nobody"
    assert stated[ann, "datacenter:vc:dc"]["replaces"] == ["vcenter:vc"]
    assert stated[ann, "vm:vc:vm"]["replaces"] == ["vcenter:vc"], "that on dc does not propagate"
    assert stated[nobody, "vm:vc:vm"]["replaces"] == ["folder:vc:root"], "an orphan's too"
    assert "replaces" not in stated["group:vc:corp\\ops", "datacenter:vc:dc"]
    assert not graph.along("SyncsTovCenterGroup").get(nobody)


def test_powers_beside_permissions_are_one_edge_each_pair(tmp_path: Path) -> None:
    powers = [
        ("vc", "", "act-as", "CORP\\ann", "false", ""),
        ("vc", "", "sso-administration", "CORP\\ann", "false", ""),
        ("vc", "host", "host-access", "CORP\\all", "true", ""),
    ]
    people: Rows = {"principal_names": [*PEOPLE["principal_names"], ("corp", "g2", "CORP\\all")]}

    graph = graph_of(_snapshot({"powers": powers}, people), tmp_path)

    assert graph.of_kind("vCenter_HasPower") == {
        ("user:vc:corp\\ann", "vcenter:vc"): {"powers": ["act-as", "sso-administration"]},
        ("group:vc:corp\\all", "esxi_host:vc:host"): {"powers": ["host-access"]},
    }
    assert "group:vc:corp\\all" in graph.along("SyncsTovCenterGroup")["directory_group:corp:g2"]


def test_each_source_says_how_whole_it_is(tmp_path: Path) -> None:
    partial = a_source("vc", gaps=("The root folder was not read.", "Hosts: no answer."))
    snapshot = compose(NOON, [a_reading(partial, INVENTORY), a_reading(SOURCES[1], PEOPLE)])

    told = graph_of(snapshot, tmp_path).properties("vcenter:vc")

    assert told["coverage"] == "partial"
    assert told["gaps"] == ["The root folder was not read.", "Hosts: no answer."]
    assert told["snapshot"] == snapshot.digest


def test_the_same_snapshot_gives_the_same_bytes_for_its_owner_alone(tmp_path: Path) -> None:
    estate = build_estate(_snapshot())
    for name in ("one", "two"):
        write_graph(estate, {}, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path: Path) -> None:
    estate = build_estate(_snapshot())
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(ConflictError, match="exists already"):
        write_graph(estate, {}, tmp_path / "mine")
    with pytest.raises(UnavailableError, match="cannot be written"):
        write_graph(estate, {}, tmp_path / "nowhere" / "graph.json")

    assert (tmp_path / "mine").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
