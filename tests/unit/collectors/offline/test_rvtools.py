"""vInfo as RVTools writes it: by its columns, in the delimiters and encodings of Windows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.offline.rvtools import ONLY_MACHINES, read_vinfo
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.errors import InputError
from tests.unit.collectors.offline.exported import exported

HEADER = (
    "VM,Powerstate,Template,Memory,Resource pool,Folder ID,Folder,vApp,Path,Datacenter,Cluster,"
    "Host,VM ID,VI SDK Server\n"
)
WEB = (
    'web%2fproxy,poweredOn,False,"16,384",/North/C1/Resources/Gold/Web,group-v31,Prod/Web,,'
    "[ds one] web/web.vmx,North,C1,esx-1.example,vm-11,vc.example\n"
)
LONE = (
    "db,poweredOff,False,1,/North/esx-2.example/Resources,,,,,North,,esx-2.example,vm-12,"
    "vc.example\n"
)
TEMPLATE = "tpl,poweredOff,True,1,,,/North/vm/Tpl,,,North,C1,esx-1.example,vm-13,vc.example\n"


def _entities(text: str | bytes) -> dict[str, RawEntity]:
    return {entity.id: entity for entity in read_vinfo(exported(text))[0]}


def test_a_machine_lies_in_its_folder_pool_and_host() -> None:
    found = _entities(HEADER + WEB)
    web = found["vm-11"]

    assert (web.type, web.name) == ("VirtualMachine", "web/proxy")
    assert web.parent == "group-v31"
    assert (found["group-v31"].name, found["group-v31"].parent) == ("Web", "/North/vm/Prod")
    assert found["/North/vm/Prod"].parent == "/North/vm"
    assert found["/North/vm"].parent == "/North"
    assert (found["/North"].type, found["/North"].parent) == ("Datacenter", "group-d1")
    assert web.resource_pool == "/North/host/C1/Resources/Gold/Web"
    assert found["/North/host/C1/Resources"].parent == "/North/host/C1"
    assert found["/North/host/C1"].type == "ClusterComputeResource"
    assert found[web.host].type == "HostSystem"
    assert found[web.host].parent == "/North/host/C1"
    assert [found[store].name for store in web.datastores] == ["ds one"]


def test_a_host_in_no_cluster_is_its_own_compute_resource() -> None:
    found = _entities(HEADER + LONE)

    assert found["vm-12"].parent == "/North/vm"
    assert found[found["vm-12"].host].parent == "/North/host/esx-2.example"
    assert found["/North/host/esx-2.example"].type == "ComputeResource"
    assert found["vm-12"].resource_pool == "/North/host/esx-2.example/Resources"


def test_a_template_has_no_pool_and_a_path_may_begin_at_the_datacenter() -> None:
    template = _entities(HEADER + TEMPLATE)["vm-13"]

    assert (template.resource_pool, template.parent) == ("", "/North/vm/Tpl")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_of_windows_are_read(delimiter: str, encoding: str) -> None:
    text = (HEADER + LONE + TEMPLATE).replace(",", delimiter).replace("\n", "\r\n")

    assert _entities(text.encode(encoding)) == _entities(HEADER + LONE + TEMPLATE)


def test_it_is_never_whole() -> None:
    assert read_vinfo(exported(HEADER + WEB))[1] == (ONLY_MACHINES,)


@pytest.mark.parametrize(
    ("old", "new"),
    [("/North/C1/Resources/Gold/Web", ""), ("Prod/Web,,", "Prod/Web,app,")],
    ids=["no path", "in a vApp"],
)
def test_a_pool_that_is_not_known_is_a_gap(old: str, new: str) -> None:
    entities, gaps = read_vinfo(exported(HEADER + WEB.replace(old, new)))

    assert gaps[1:] == ("The resource pool of a virtual machine was not shown: vm-11.",)
    assert next(entity for entity in entities if entity.id == "vm-11").resource_pool == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not end with the end of a line"),
        ("a,b\n1,2\n", "line 1: the columns VM, VM ID, Datacenter"),
        (HEADER, "holds no virtual machine"),
        (HEADER + WEB[:-20], "does not end with the end of a line"),
        (HEADER + WEB + "x,y\n", "line 3: 2 fields where the header has 14"),
        (HEADER + WEB.replace("vm-11", ""), "line 2: VM ID is empty"),
        (HEADER + WEB.replace(",North,", ",,"), "line 2: Datacenter is empty"),
        (HEADER + WEB + WEB.replace("[ds", "[x"), "line 3: a second machine has the id vm-11"),
        (HEADER + WEB + LONE.replace("vc.ex", "vc-2.ex"), "line 3: the rows come from several"),
        (HEADER + WEB.replace('"16,384"', '"16,384'), "line 2: "),
    ],
)
def test_another_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_vinfo(exported(text))


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), min_size=14, max_size=14))
def test_any_fields_are_read_or_refused_in_words(fields: list[str]) -> None:
    row = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    try:
        _, gaps = read_vinfo(exported((HEADER + row + "\n").encode("utf-8", "surrogatepass")))
    except InputError as refused:
        assert refused.problems  # noqa: PT017 - either outcome is right
    else:
        assert gaps
