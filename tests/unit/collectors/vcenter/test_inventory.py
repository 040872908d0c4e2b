"""Parents, shared permission lists and placements, a test for each rule of vCenter."""

from dataclasses import replace

import pytest

from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.vcenter.estate import entity, lines, raw, read, rows


def test_a_machine_inherits_from_its_folder_and_its_pool() -> None:
    assert lines(read(raw()))["vm-17"] == ("group-v3", "resgroup-9", "")


def test_a_machine_in_a_vapp_without_folder_inherits_from_the_vapp_alone() -> None:
    machine = entity("vm-17", parent="", resource_pool="resgroup-v16", parent_vapp="resgroup-v16")

    reading = read(raw(machine))

    assert lines(reading)["vm-17"] == ("resgroup-v16", "", "")
    assert reading.source.coverage is Coverage.FULL


def test_a_machine_in_a_vapp_with_its_folder_inherits_from_both() -> None:
    machine = entity("vm-17", resource_pool="", parent_vapp="resgroup-v16")

    assert lines(read(raw(machine)))["vm-17"] == ("group-v3", "resgroup-v16", "")


def test_a_machine_in_a_pool_inside_a_vapp_keeps_both_references() -> None:
    machine = entity("vm-17", parent="", parent_vapp="resgroup-v16")

    assert lines(read(raw(machine)))["vm-17"] == ("resgroup-v16", "resgroup-9", "")


def test_a_template_has_its_folder_only() -> None:
    reading = read(raw(entity("vm-17", resource_pool="")))

    assert lines(reading)["vm-17"] == ("group-v3", "", "")
    assert reading.source.coverage is Coverage.FULL


def test_a_vapp_inherits_from_its_pool_and_its_folder() -> None:
    assert lines(read(raw()))["resgroup-v16"] == ("resgroup-9", "group-v3", "")


def test_a_vapp_in_a_vapp_has_one_parent() -> None:
    inner = RawEntity(type="VirtualApp", id="resgroup-v18", name="DB", parent="resgroup-v16")

    assert lines(read(raw(inner)))["resgroup-v18"] == ("resgroup-v16", "", "")


@pytest.mark.parametrize("folder", ["group-v3", "group-h4", "group-s5", "group-n6"])
def test_the_folders_of_a_datacenter_share_its_permissions(folder: str) -> None:
    assert lines(read(raw()))[folder] == ("datacenter-2", "", "datacenter-2")


def test_a_folder_below_those_has_permissions_of_its_own() -> None:
    below = RawEntity(type="Folder", id="group-v20", name="web", parent="group-v3")

    assert lines(read(raw(below)))["group-v20"] == ("group-v3", "", "")


def test_the_root_pool_of_a_cluster_shares_its_permissions_and_its_hosts_do_not() -> None:
    found = lines(read(raw()))

    assert found["resgroup-8"] == ("domain-c7", "", "domain-c7")
    assert found["resgroup-9"] == ("resgroup-8", "", "")
    assert found["host-10"] == ("domain-c7", "", "")


def test_a_standalone_host_and_its_root_pool_share_one_list() -> None:
    found = lines(read(raw()))

    assert found["resgroup-12"] == ("domain-s11", "", "domain-s11")
    assert found["host-13"] == ("domain-s11", "", "domain-s11")


def test_sharing_is_found_from_the_types_where_owners_do_not_report_it() -> None:
    silent = tuple(
        RawEntity(type=one.type, id=one.id, name=one.name, parent=one.parent)
        for one in (entity("datacenter-2"), entity("domain-c7"), entity("domain-s11"))
    )

    assert lines(read(raw(*silent))) == lines(read(raw()))


def test_a_fault_tolerance_secondary_shares_the_list_of_its_primary() -> None:
    secondary = RawEntity(
        type="VirtualMachine",
        id="vm-21",
        name="web",
        parent="group-v3",
        resource_pool="resgroup-9",
        ft_primary="vm-17",
    )

    assert lines(read(raw(secondary)))["vm-21"] == ("group-v3", "resgroup-9", "vm-17")


def test_a_secondary_whose_primary_was_not_read_makes_the_reading_partial() -> None:
    reading = read(raw(entity("vm-17", ft_primary="vm-99")))

    assert lines(reading)["vm-17"] == ("group-v3", "resgroup-9", "")
    assert reading.source.coverage is Coverage.PARTIAL
    assert "vm-99 of vm-17" in reading.source.gaps[0]


def test_entities_that_share_each_others_list_do_not_form_a_chain() -> None:
    primary = entity("vm-17", ft_primary="vm-21")
    secondary = RawEntity(
        type="VirtualMachine", id="vm-21", name="web", parent="group-v3", ft_primary="vm-17"
    )

    reading = read(raw(primary, secondary))

    owners = {one: line[2] for one, line in lines(reading).items() if line[2]}
    assert not owners.keys() & set(owners.values())
    assert reading.source.coverage is Coverage.PARTIAL


def test_a_machine_is_placed_on_its_host_datastores_and_networks_once_each() -> None:
    reading = read(raw())

    assert rows(reading, "placements") == {
        ("vm-17", "host-10"),
        ("vm-17", "datastore-14"),
        ("vm-17", "network-15"),
    }
    assert len(reading.tables["placements"]) == 3


@pytest.mark.parametrize(
    ("unread", "sentence"),
    [
        ("resgroup-9", "The parent of an entity was not read"),
        ("group-v3", "An entity that shares the permissions of another was not read"),
        ("host-10", "What an entity is placed on was not read"),
        ("group-d1", "The root folder was not read"),
    ],
)
def test_what_was_not_read_is_said_and_nothing_refers_to_it(unread: str, sentence: str) -> None:
    reading = read(raw(without=unread))

    assert reading.source.coverage is Coverage.PARTIAL
    assert any(gap.startswith(sentence) for gap in reading.source.gaps)
    referred = {one for line in lines(reading).values() for one in line}
    referred |= {on for _, on in rows(reading, "placements")}
    assert unread not in referred


def test_an_entity_without_any_parent_is_not_taken_for_a_root() -> None:
    reading = read(raw(entity("datastore-14", parent="")))

    assert reading.source.coverage is Coverage.PARTIAL
    assert "Datastore datastore-14" in reading.source.gaps[0]


def test_two_roots_make_the_reading_partial() -> None:
    reading = read(raw(RawEntity(type="Folder", id="group-d99", name="other")))

    assert reading.source.gaps == ("More than one folder has no parent: group-d99.",)


def test_an_entity_reported_twice_is_kept_once() -> None:
    value = raw()
    moved = entity("vm-17", parent="group-h4")

    same = read(type(value)(value.roles, (), (*value.entities, entity("vm-17"))))
    other = read(type(value)(value.roles, (), (*value.entities, moved)))

    assert same.source.coverage is Coverage.FULL
    assert other.source.coverage is Coverage.PARTIAL
    assert len(other.tables["entities"]) == len(value.entities)


def test_a_circle_of_ancestors_is_cut_and_said() -> None:
    reading = read(
        raw(
            RawEntity(type="Folder", id="group-v30", name="a", parent="group-v31"),
            RawEntity(type="Folder", id="group-v31", name="b", parent="group-v30"),
            RawEntity(type="Folder", id="group-v32", name="below", parent="group-v31"),
            RawEntity(type="Folder", id="group-v33", name="itself", parent="group-v33"),
        )
    )

    found = lines(reading)
    assert found["group-v30"] == found["group-v31"] == found["group-v33"] == ("", "", "")
    assert found["group-v32"] == ("group-v31", "", "")
    assert found["vm-17"] == ("group-v3", "resgroup-9", "")
    assert reading.source.coverage is Coverage.PARTIAL


def _of_machines(**changes: str) -> tuple[str, ...]:
    return read(raw(entity("vm-17", **changes))).source.gaps


def test_a_machine_in_a_vapp_inherits_from_it_and_needs_no_folder() -> None:
    inside = entity("vm-17", parent="", resource_pool="resgroup-v16", parent_vapp="resgroup-v16")

    reading = read(raw(inside))

    assert lines(reading)["vm-17"] == ("resgroup-v16", "", "")
    assert lines(reading)["resgroup-v16"] == ("resgroup-9", "group-v3", "")
    assert reading.source.gaps == ()


def test_a_machine_in_a_pool_of_a_vapp_inherits_from_the_pool_and_needs_no_folder() -> None:
    pool = RawEntity(type="ResourcePool", id="resgroup-22", name="in", parent="resgroup-v16")

    reading = read(raw(pool, entity("vm-17", parent="", resource_pool="resgroup-22")))

    assert lines(reading)["vm-17"] == ("resgroup-22", "", "")
    assert reading.source.gaps == ()


def test_a_template_inherits_from_its_folder_alone() -> None:
    reading = read(raw(entity("vm-17", resource_pool="")))

    assert lines(reading)["vm-17"] == ("group-v3", "", "")
    assert reading.source.gaps == ()


def test_a_machine_whose_folder_is_hidden_makes_the_reading_partial() -> None:
    assert _of_machines(parent="") == (
        "The folder of a virtual machine or vApp was not shown: vm-17.",
    )


def test_a_vapp_in_a_vapp_needs_no_folder_and_another_one_does() -> None:
    nested = RawEntity(type="VirtualApp", id="resgroup-v23", name="in", parent="resgroup-v16")
    hidden = RawEntity(type="VirtualApp", id="resgroup-v24", name="out", parent="resgroup-9")

    assert read(raw(nested)).source.gaps == ()
    assert read(raw(hidden)).source.gaps == (
        "The folder of a virtual machine or vApp was not shown: resgroup-v24.",
    )


def test_a_machine_linked_to_a_vapp_of_another_line_makes_the_reading_partial() -> None:
    other = RawEntity(
        type="VirtualApp",
        id="resgroup-v25",
        name="out",
        parent="resgroup-12",
        parent_folder="group-v3",
    )
    reading = read(raw(other, entity("vm-17", parent_vapp="resgroup-v25")))

    (gap,) = reading.source.gaps
    assert gap == (
        "A virtual machine is linked to a vApp that is on neither of its lines of ancestors, and"
        " what it inherits from there is not known: vm-17 to resgroup-v25."
    )


def test_what_a_container_holds_and_did_not_show_makes_the_reading_partial() -> None:
    folder = replace(entity("group-v3"), children=("vm-17", "vm-77"))

    reading = read(raw(folder))

    assert reading.source.gaps == ("Something in a container was not shown: vm-77 in group-v3.",)


def test_a_hidden_secondary_has_no_list_of_its_own_that_could_be_missed() -> None:
    reading = read(raw(replace(entity("vm-17"), acl_children=("vm-99",))))

    assert reading.source.gaps == ()
