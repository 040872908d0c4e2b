from pathlib import Path

import pytest

from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.powercli import PowercliSettings, PowercliSource
from accessreview.collectors.offline.powercli_access import read_permissions, read_roles
from accessreview.collectors.offline.powercli_inventory import read_inventory
from accessreview.collectors.offline.rvtools import ONLY_MACHINES
from accessreview.collectors.vcenter.raw import RawPermission, RawRole
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Coverage, Reading
from tests.unit.collectors.offline.exported import exported, now, rows

ROLES = (
    RawRole(-1, "Admin", system=True, privileges=("System.Read", "VirtualMachine.Config.Memory")),
    RawRole(-974337264, "Nattvakt, Oslo", system=False, privileges=("System.Read",)),
)
ROLES_CSV = """"Id","Name","IsSystem","PrivilegeList"
"-1","Admin","True","System.Read VirtualMachine.Config.Memory"
"-974337264","Nattvakt, Oslo","False","System.Read"
"""
PERMISSIONS_CSV = """EntityId,Principal,IsGroup,Role,Propagate
Folder-group-d1,CORP\\ops,True,Admin,True
VirtualMachine-vm-3,eve@corp.example,False,"Nattvakt, Oslo",False
"""
INVENTORY_CSV = (
    "Id,Name,ParentId,ResourcePoolId,ParentVAppId,ParentFolderId,AclChildren,FtPrimaryId,HostId,"
    "Datastores,Networks,Children,Template\n"
    "Folder-group-d1,Datacenters,,,,,,,,,,Datacenter-datacenter-2,\n"
    "Datacenter-datacenter-2,North%2fEast,Folder-group-d1,,,,Folder-group-v2,,,,,"
    "Folder-group-v2,\n"
    "Folder-group-v2,vm,Datacenter-datacenter-2,,,,,,,,,VirtualMachine-vm-3,\n"
    "VirtualMachine-vm-3,tpl,Folder-group-v2,,,,,,,,,,True\n"
)


def _read(folder: Path, *, inventory_of: str = "powercli", **changes: str) -> Reading:
    texts = {"permissions": PERMISSIONS_CSV, "roles": ROLES_CSV, "inventory": INVENTORY_CSV}
    paths = {name: folder / f"{name}.csv" for name in texts}
    for name, text in (texts | changes).items():
        paths[name].write_text(text)
    found = PowercliSettings(
        id="vc",
        name="Lab",
        permissions=paths["permissions"],
        roles=paths["roles"],
        inventory=paths["inventory"],
        inventory_of=inventory_of,
    )
    return PowercliSource(found).collect(now)


def test_three_files_make_a_reading(tmp_path: Path) -> None:
    reading = _read(tmp_path)

    assert (reading.source.coverage, reading.source.gaps) == (
        Coverage.FULL,
        (GLOBAL_PERMISSIONS_NOT_EXPORTED,),
    )
    assert rows(reading, "permissions") == [
        ("group-d1", "CORP\\ops", "true", "-1", "true"),
        ("vm-3", "eve@corp.example", "false", "-974337264", "false"),
    ]
    assert rows(reading, "entities")[0] == (
        "datacenter-2",
        "Datacenter",
        "North/East",
        "group-d1",
        "",
        "",
    )
    assert ("group-v2", "Folder", "vm", "datacenter-2", "", "datacenter-2") in rows(
        reading, "entities"
    )


def test_an_inventory_of_rvtools_serves_and_makes_it_partial(tmp_path: Path) -> None:
    vinfo = (
        "VM,Template,Resource pool,Folder ID,Folder,vApp,Path,Datacenter,Cluster,Host,VM ID,"
        "VI SDK Server\n"
        "web,False,/N/C1/Resources,group-v31,Prod,,,N,C1,esx-1,vm-3,vc.example\n"
    )
    stated = f"{PERMISSIONS_CSV}Datacenter-datacenter-2,CORP\\ops,True,Admin,True\n"

    reading = _read(tmp_path, inventory_of="rvtools", permissions=stated, inventory=vinfo)

    assert [row[0] for row in rows(reading, "permissions")] == ["group-d1", "vm-3"]
    assert reading.source.coverage is Coverage.PARTIAL
    assert ONLY_MACHINES in reading.source.gaps
    assert any("on datacenter-2" in gap for gap in reading.source.gaps)


def test_global_permissions_may_be_stated(tmp_path: Path) -> None:
    stated = PERMISSIONS_CSV + "Global,CORP\\ops,True,Admin,False\n"

    reading = _read(tmp_path, permissions=stated)

    assert ("", "CORP\\ops", "true", "-1", "false") in rows(reading, "permissions")
    assert reading.source.gaps == ()


def test_an_entity_that_is_listed_as_a_child_and_missing_makes_it_partial(tmp_path: Path) -> None:
    cut = INVENTORY_CSV[: INVENTORY_CSV.index("VirtualMachine-vm-3,tpl")]

    reading = _read(tmp_path, inventory=cut)

    assert reading.source.coverage is Coverage.PARTIAL
    assert "An entity that exists was not exported: vm-3 of group-v2." in reading.source.gaps


def test_a_machine_whose_pool_is_hidden_makes_it_partial(tmp_path: Path) -> None:
    reading = _read(tmp_path, inventory=INVENTORY_CSV.replace(",True\n", ",False\n"))

    assert reading.source.coverage is Coverage.PARTIAL
    assert "The resource pool of a virtual machine was not shown: vm-3." in reading.source.gaps


def test_permissions_of_plain_get_vipermission_are_read() -> None:
    """All its properties, the entity's name and noise included, in whatever order."""
    text = (
        "#TYPE VMware.VimAutomation.ViCore.Types.V1.PermissionManagement.Permission\n"
        '"Entity","EntityId","Role","Principal","Propagate","IsGroup","Uid","Client"\n'
        '"vm","VirtualMachine-vm-3","Admin","CORP\\ops","False","True",'
        '"/VIServer=corp\\eve@vc:443/VirtualMachine=VirtualMachine-vm-3/","VMware.Vim.X"\n'
    )

    assert read_permissions(exported(text), ROLES) == (
        RawPermission("vm-3", "CORP\\ops", is_group=True, role=-1, propagate=False),
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("vm-3,CORP\\a,True,Admin,True", "EntityId is vm-3; a type and an id"),
        (",CORP\\a,True,Admin,True", "EntityId is empty"),
        ("web01,CORP\\a,True,Admin,True", "EntityId is web01; a type and an id"),
        ("Folder-f,,True,Admin,True", "Principal is empty"),
        ("Folder-f,CORP\\M?ller,True,Admin,True", "lost a character"),
        ("Folder-f,CORP\\a,True,Administrator,True", "the role Administrator is not in the file"),
        ("Folder-f,CORP\\a,yes,Admin,True", "IsGroup is yes"),
        ("Folder-f,CORP\\a,True,Admin,", "Propagate is empty"),
    ],
    ids=["no type", "no entity", "name", "no principal", "lost", "role", "boolean", "no boolean"],
)
def test_an_ambiguous_row_is_refused_with_file_and_line(row: str, said: str) -> None:
    text = PERMISSIONS_CSV + row + "\n"

    with pytest.raises(InputError, match=f"export, line 4: .*{said}"):
        read_permissions(exported(text), ROLES)


def test_rows_of_two_servers_are_refused() -> None:
    text = (
        "EntityId,Principal,IsGroup,Role,Propagate,Uid\n"
        "Folder-group-d1,CORP\\a,True,Admin,True,/VIServer=x@vc1:443/a/\n"
        "Folder-group-d1,CORP\\b,True,Admin,True,/VIServer=x@vc2:443/a/\n"
    )

    with pytest.raises(InputError, match="line 3: the rows come from several servers"):
        read_permissions(exported(text), ROLES)


@pytest.mark.parametrize("separator", [" ", "\n", ";", ", ", "|"], ids=repr)
def test_privileges_may_be_joined_in_several_ways(separator: str) -> None:
    text = f'Id,Name,IsSystem,PrivilegeList\n7,x,False,"a.b{separator}c.d"\n'

    assert read_roles(exported(text))[0].privileges == ("a.b", "c.d")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,New,False,a.b", "Id is x; a whole number"),
        ("7,New,False,System.String[]", "Join the list"),
        ("7,New,False,System.Collections.Generic.List`1[System.String]", "Join the list"),
        ("7,New,False,a.b <b>", "<b> is no privilege"),
        ("7,Admin,False,a.b", "a second role is called Admin"),
        ("-1,Other,False,a.b", "or has the id -1"),
    ],
    ids=["id", "array", "list", "privilege", "name twice", "id twice"],
)
def test_a_role_that_cannot_be_right_is_refused(row: str, said: str) -> None:
    with pytest.raises(InputError, match=f"export, line 4: .*{said}"):
        read_roles(exported(ROLES_CSV + row + "\n"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("VirtualMachine-vm-3,tpl", "vm3,tpl", "Id is vm3"),
        ("tpl,Folder-group-v2", "tpl,group2", "ParentId is group2"),
        (",,True\n", ",,perhaps\n", "Template is perhaps"),
    ],
    ids=["id", "parent", "boolean"],
)
def test_an_entity_that_cannot_be_right_is_refused(old: str, new: str, said: str) -> None:
    assert old in INVENTORY_CSV

    with pytest.raises(InputError, match=f"line 5: {said}"):
        read_inventory(exported(INVENTORY_CSV.replace(old, new)))


def test_two_different_rows_of_one_entity_are_refused() -> None:
    again = INVENTORY_CSV + INVENTORY_CSV.splitlines()[1] + "\n"
    other = again + INVENTORY_CSV.splitlines()[1].replace("Datacenters", "Other") + "\n"

    assert len(read_inventory(exported(again))[0]) == 4
    with pytest.raises(InputError, match="group-d1 is there twice, with different fields"):
        read_inventory(exported(other))


def test_an_inventory_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="holds no entity"):
        read_inventory(exported(INVENTORY_CSV.splitlines()[0] + "\n"))
