"""On a folder that ``tests/servers/object_save.go`` wrote, of a simulated vCenter."""

import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.offline.object_save import (
    ObjectSaveSettings,
    ObjectSaveSource,
    read_objects,
)
from accessreview.collectors.offline.saved_xml import read_saved
from accessreview.model.errors import CollectionError, InputError
from accessreview.model.snapshot import Coverage, Reading
from tests.unit.collectors.offline.exported import DATA, exported, now, rows

ROLES = "AuthorizationManager"
MACHINE = "VirtualMachine-vm-46"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("object-save")
    ZipFile(DATA / "object-save.zip").extractall(folder)
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return shutil.copytree(recorded, tmp_path / "saved")


def _read(folder: Path) -> Reading:
    return ObjectSaveSource(ObjectSaveSettings(id="vc", name="Lab", folder=folder)).collect(now)


def _file(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"*-{name}*.xml")
    return found


def _change(folder: Path, name: str, change: Callable[[str], str]) -> None:
    file = _file(folder, name)
    before = file.read_text("utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def _without(text: str, name: str) -> str:
    """The text of an object less one of its properties."""
    start = text.index(f"  <propSet>\n    <name>{name}</name>")
    end = text.index("  </propSet>\n", start) + len("  </propSet>\n")
    return text[:start] + text[end:]


def test_a_saved_vcenter_is_read_whole(recorded: Path) -> None:
    reading = _read(recorded)

    assert reading.source.coverage is Coverage.FULL
    assert len(reading.source.gaps) == 1
    assert rows(reading, "permissions") == [
        ("group-d1", "CORP\\eve", "false", "-2", "false"),
        ("group-d1", "CORP\\ops", "true", "-1", "true"),
        ("vm-46", "bob@corp.example", "false", "-974337264", "true"),
    ]
    assert ("-974337264", "Nattvakt, Oslo", "false") in rows(reading, "roles")
    assert ("-974337264", "System.Read") in rows(reading, "role_privileges")
    assert len(rows(reading, "entities")) == 30


def test_every_line_of_inheritance_comes_out(recorded: Path) -> None:
    reading = _read(recorded)
    entities = {row[0]: row[2:] for row in rows(reading, "entities")}

    assert entities["folder-4"] == ("vm", "datacenter-3", "", "datacenter-3")
    assert entities["host-26"][3] == "computeresource-28"
    assert entities["resgroup-31"][3] == "clustercomputeresource-32"
    assert entities["virtualapp-42"][1:3] == ("resgroup-31", "folder-4")
    assert entities["vm-58"][1:3] == ("folder-12", "virtualapp-42")
    assert entities["vm-49"][1:3] == ("folder-12", ""), "a template has no pool"
    assert entities["vm-52"][0] == "web/proxy"
    assert entities["vm-55"][3] == "vm-52", "a fault-tolerance secondary shares its primary's list"
    assert {on for entity, on in rows(reading, "placements") if entity == "vm-46"} == {
        *("host-26", "datastore-47", "dvportgroup-18")
    }


@pytest.mark.parametrize(
    ("name", "left_out", "said"),
    [
        (MACHINE, "permission", "The permissions of an entity are not in the export: vm-46"),
        (MACHINE, "resourcePool", "The resource pool of a virtual machine was not shown: vm-46"),
        (MACHINE, "name", "The name of an entity is not in the export: vm-46"),
        (MACHINE, "runtime", "A property is not in the export: runtime.host of vm-46"),
        (MACHINE, "parent", "The folder of a virtual machine or vApp was not shown: vm-46"),
        ("VirtualApp", "parentFolder", "or vApp was not shown: virtualapp-42"),
        ("Datacenter", "vmFolder", "A property is not in the export: vmfolder of datacenter-3"),
        ("ResourcePool-resgroup-41", "vm", "vm of resgroup-41"),
    ],
)
def test_what_govc_left_out_without_a_word_is_a_gap(
    folder: Path, name: str, left_out: str, said: str
) -> None:
    _change(folder, name, lambda text: _without(text, left_out))

    reading = _read(folder)

    assert reading.source.coverage is Coverage.PARTIAL
    assert any(said in gap for gap in reading.source.gaps), reading.source.gaps


def test_a_machine_in_a_vapp_needs_no_folder(folder: Path) -> None:
    _change(folder, "VirtualMachine-vm-58", lambda text: _without(text, "parent"))

    reading = _read(folder)

    assert reading.source.coverage is Coverage.FULL
    assert ("vm-58", "VirtualMachine", "DC0_C0_APP0_VM0", "virtualapp-42", "", "") in rows(
        reading, "entities"
    )


def test_a_machine_that_cannot_be_reached_is_known_by_its_summary(folder: Path) -> None:
    _change(folder, "VirtualMachine-vm-49", lambda text: _without(text, "config"))

    assert _read(folder).source.coverage is Coverage.FULL


def test_a_file_that_is_missing_is_a_gap(folder: Path) -> None:
    _file(folder, "Network-network-8").unlink()

    gaps = " ".join(_read(folder).source.gaps)

    assert "A file of the export is missing: number" in gaps
    assert "network-8 of folder-7" in gaps


def test_a_folder_without_the_roles_is_refused(folder: Path) -> None:
    _file(folder, ROLES).unlink()

    with pytest.raises(InputError, match="does not hold the roles"):
        _read(folder)


def test_a_folder_without_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"holds no file that ends in \.xml"):
        _read(tmp_path)
    with pytest.raises(CollectionError, match="cannot be read"):
        _read(tmp_path / "nowhere")


def test_an_object_that_was_saved_twice_is_refused(folder: Path) -> None:
    shutil.copy(_file(folder, MACHINE), folder / f"0099-{MACHINE}.xml")

    with pytest.raises(InputError, match="vm-46 was saved already"):
        _read(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (MACHINE, "<group>false</group>", "<group>no</group>", "permission 1: group is neither"),
        (MACHINE, "<group>false</group>", "", "permission 1: group is neither"),
        (MACHINE, "<roleId>-974337264<", "<roleId>x<", "permission 1: roleId is no whole number"),
        (MACHINE, "<principal>bob@corp.example<", "<principal><", "it names no principal"),
        (ROLES, "<name>Nattvakt, Oslo</name>", "", "role 7: it has no name"),
        (ROLES, "<system>true</system>", "<system/>", "role 1: system is neither"),
    ],
)
def test_an_entry_without_what_it_needs_is_refused(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    _change(folder, name, lambda text: text.replace(old, new))

    with pytest.raises(InputError, match=said):
        _read(folder)


def _content(inside: str, *, kind: str = "Folder", before: str = "") -> str:
    return f'{before}<ObjectContent><obj type="{kind}">f</obj>{inside}</ObjectContent>'


_NAMED = "<propSet><name>name</name><val>{}</val></propSet>"
_BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
_FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no valid XML"),
        ("{}", "no valid XML"),
        (_content("")[:-5], "no valid XML"),
        ("<html><body/></html>", "the document is a html"),
        ("<ObjectContent/>", "no object is named"),
        (_content('<obj type="Folder">g</obj>'), "a second object"),
        (_content(_NAMED.format("&c;"), before=_BOMB), "a DOCTYPE"),
        (_content(_NAMED.format("&a;"), before=_FILE), "a DOCTYPE"),
        (_content("<propSet><val>x</val></propSet>"), "a value without the object"),
        (_content(_NAMED.format("a") + _NAMED.format("b")), "name is there twice"),
        (_content("<a>" * 300 + "</a>" * 300), "nested too deeply"),
        (_content(_NAMED.format("x\0y")), "no valid XML"),
    ],
    ids=[
        *("empty", "json", "cut off", "html", "no object", "two objects", "a bomb", "a file"),
        *("no name", "two names", "deep", "nul"),
    ],
)
def test_another_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read_saved(exported(text, "0001-Folder-f.xml"), lambda _, __: True)
    assert str(refused.value).startswith("0001-Folder-f.xml")


def test_what_the_simulator_says_twice_is_taken_once() -> None:
    saved = read_saved(exported(_content(_NAMED.format("a") * 2)), lambda _, __: True)

    assert saved.properties["name"].text == "a"


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.sampled_from([b"", b"<", b"&", b"\xff"]))
def test_any_change_of_the_bytes_is_read_or_refused_in_words(
    tail: bytes, at: int, put: bytes
) -> None:
    whole = _content(_NAMED.format("a"), kind="VirtualMachine").encode()
    data = whole[:at] + put + (tail if at % 2 else whole[at:])
    roles = b'<ObjectContent><obj type="AuthorizationManager">a</obj><propSet><name>roleList</name>'
    roles += b"<val/></propSet></ObjectContent>"

    try:
        raw = read_objects("saved", [exported(roles, "0000-a.xml"), exported(data, "0001-b.xml")])
    except InputError as refused:
        assert refused.problems  # noqa: PT017 - either outcome is right
    else:
        assert raw.gaps
