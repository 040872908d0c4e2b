"""On files that govc 0.30 and 0.39 wrote, of a simulated vCenter."""

import json
from pathlib import Path

import pytest

from accessreview.collectors.offline.govc import (
    GLOBAL_PERMISSIONS_NOT_EXPORTED,
    GovcSettings,
    GovcSource,
)
from accessreview.collectors.offline.govc_access import read_access
from accessreview.collectors.offline.govc_inventory import read_inventory
from accessreview.collectors.offline.json_documents import documents
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Coverage, Reading, SourceKind
from tests.unit.collectors.offline.exported import DATA, exported, now, rows

_WRONG_PARENT = """
{"obj": {"type": "Folder", "value": "f"},
 "changeSet": [{"name": "parent", "op": "assign", "val": "group-d1"}]}
"""
VERSIONS = ("0.30", "0.39")


def _read(access: Path, inventory: Path) -> Reading:
    settings = GovcSettings(id="vc", name="Lab", roles_and_permissions=access, inventory=inventory)
    return GovcSource(settings).collect(now)


def _recorded(version: str) -> tuple[Path, Path]:
    folder = DATA / "govc"
    return folder / f"access-{version}.json", folder / f"inventory-{version}.json"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_export_is_read_whole(version: str) -> None:
    reading = _read(*_recorded(version))

    assert reading.source.kind is SourceKind.VCENTER
    assert reading.source.coverage is Coverage.FULL
    assert reading.source.gaps == (GLOBAL_PERMISSIONS_NOT_EXPORTED,)
    assert rows(reading, "permissions") == [
        ("group-d1", "CORP\\eve", "false", "-2", "false"),
        ("group-d1", "CORP\\ops", "true", "-1", "true"),
        ("vm-49", "bob@corp.example", "false", "-5", "true"),
    ]
    assert len(rows(reading, "entities")) == 32


def test_both_spellings_say_the_same() -> None:
    first, second = (_read(*_recorded(version)) for version in VERSIONS)

    for table in ("entities", "placements", "permissions", "roles", "role_privileges"):
        assert rows(first, table) == rows(second, table)


def test_inheritance_and_placements_come_out() -> None:
    reading = _read(*_recorded("0.39"))
    entities = {row[0]: row for row in rows(reading, "entities")}

    assert entities["group-4"][5] == "datacenter-3"
    assert entities["resgroup-32"][5] == "domain-c33"
    assert entities["host-27"][5] == "computeresource-29"
    assert entities["virtualapp-43"][3:5] == ("resgroup-32", "group-4")
    assert entities["vm-61"][3:5] == ("group-13", "virtualapp-43")
    assert ("vm-49", "host-27") in rows(reading, "placements")
    assert ("vm-49", "datastore-44") in rows(reading, "placements")


def test_a_file_redirected_by_powershell_is_read(tmp_path: Path) -> None:
    access, inventory = _recorded("0.39")
    rewritten = tmp_path / "access.json"
    rewritten.write_bytes(("\ufeff" + access.read_text("utf-8")).encode("utf-16-le"))

    assert len(rows(_read(rewritten, inventory), "permissions")) == 3


def _is_of(document: object, entity_id: str) -> bool:
    match document:
        case {"obj": {"value": found}}:
            return str(found) == entity_id
        case _:
            return False


@pytest.mark.parametrize("version", VERSIONS)
def test_an_export_that_lacks_entities_is_partial(version: str, tmp_path: Path) -> None:
    access, inventory = _recorded(version)
    found = [document for _, document in documents(exported(inventory.read_bytes()))]
    kept = [one for one in found if not _is_of(one, "vm-49")]
    shorter = tmp_path / "inventory.json"
    shorter.write_text("\n".join(map(json.dumps, kept)))

    reading = _read(access, shorter)

    assert reading.source.coverage is Coverage.PARTIAL
    assert any("vm-49" in gap and "was not exported" in gap for gap in reading.source.gaps)


def test_a_property_that_was_not_asked_for_is_a_gap() -> None:
    machine = {"Obj": {"Type": "VirtualMachine", "Value": "vm-1"}, "ChangeSet": []}

    _, gaps = read_inventory(exported(json.dumps(machine)))

    assert any("runtime.host of vm-1" in gap for gap in gaps)
    assert "The name of an entity is not in the export: vm-1." in gaps


def test_a_property_that_may_not_be_read_is_a_gap() -> None:
    hidden = {
        "obj": {"type": "Datastore", "value": "datastore-1"},
        "changeSet": [{"name": "name", "op": "assign", "val": "disk"}],
        "missingSet": [{"path": "parent", "fault": {}}],
    }

    assert read_inventory(exported(json.dumps(hidden)))[1] == (
        "A property could not be read: parent of datastore-1.",
    )


def test_a_fault_tolerance_secondary_names_its_primary() -> None:
    pair = {"role": 2, "primaryVM": {"type": "VirtualMachine", "value": "vm-1"}}
    machine = {
        "obj": {"type": "VirtualMachine", "value": "vm-2"},
        "changeSet": [{"name": "config.ftInfo", "op": "assign", "val": pair}],
    }

    assert read_inventory(exported(json.dumps(machine)))[0][0].ft_primary == "vm-1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no entity"),
        ('[{"name": "name", "op": "assign", "val": "x"}]', "line 1: this is not what"),
        ('{"obj": {"type": "Folder", "value": "f"}, "changeSet": [{"op": "remove"}]}', "a change"),
        (_WRONG_PARENT, "parent of f is no reference"),
    ],
    ids=["empty", "properties without their object", "a change", "a wrong value"],
)
def test_another_inventory_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_inventory(exported(text))


def test_an_inventory_that_changed_meanwhile_is_refused() -> None:
    twice = "".join(
        json.dumps(
            {
                "obj": {"type": "Folder", "value": "f"},
                "changeSet": [{"name": "name", "op": "assign", "val": name}],
            }
        )
        for name in ("one", "two")
    )

    with pytest.raises(InputError, match="name of f differs from an earlier document"):
        read_inventory(exported(twice))


def _access(**changes: object) -> str:
    permission = {
        "entity": {"type": "Folder", "value": "group-d1"},
        "principal": "CORP\\ops",
        "group": True,
        "roleId": -1,
        "propagate": True,
    } | changes
    role = {"roleId": -1, "system": True, "name": "Admin", "privilege": None}
    return json.dumps({"roles": [role], "permissions": [permission]})


@pytest.mark.parametrize(
    "changes",
    [
        {"entity": None},
        {"entity": {"type": "Folder", "value": ""}},
        {"principal": ""},
        {"group": "true"},
        {"roleId": True},
        {"roleId": "-1"},
        {"propagate": None},
    ],
    ids=str,
)
def test_a_permission_without_what_it_needs_is_refused(changes: dict[str, object]) -> None:
    """An entry without its entity would else count as a global permission."""
    read_access(exported(_access()))

    with pytest.raises(InputError, match="export, permission 1: entity, principal"):
        read_access(exported(_access(**changes)))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"roles": [], "permissions": null}', _access() + _access()],
    ids=["empty", "list", "object", "one role asked for", "two"],
)
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not what `govc role"):
        read_access(exported(text))


def test_a_role_with_a_privilege_that_is_no_text_is_refused() -> None:
    role = {"roleId": 5, "system": False, "name": "x", "privilege": ["System.Read", 7]}

    with pytest.raises(InputError, match="export, role 1"):
        read_access(exported(json.dumps({"roles": [role], "permissions": []})))
