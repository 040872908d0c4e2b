"""One case for each known way to misread the rules, which that way would answer wrongly."""

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import build_estate
from accessreview.model.access import AccountRef, EntityRef
from tests.estates import small_snapshot

INVENTORY = (
    ("root", "Folder", "", "", ""),
    ("folder", "Folder", "root", "", ""),
    ("pool", "ResourcePool", "root", "", ""),
    ("vm", "VirtualMachine", "folder", "pool", ""),
)
ROLES = {"on": ["On"], "off": ["Off"], "none": []}


def on_vm(
    permissions: list[tuple[str, str, str, bool]],
    members: tuple[tuple[str, str], ...] = (("g", "u"), ("h", "u")),
    entity: str = "vm",
) -> set[str]:
    snapshot = small_snapshot(INVENTORY, roles=ROLES, permissions=permissions, members=members)
    ref = EntityRef("vc", entity)
    return set(effective_privileges(build_estate(snapshot), AccountRef("dir", "u"), ref))


def test_a_nearer_entry_replaces_and_does_not_add_to_one_above() -> None:
    assert on_vm([("root", "g", "on", True), ("vm", "h", "off", True)]) == {"Off"}


def test_groups_nest_to_any_depth() -> None:
    nested = (("g", "m"), ("m", "k"), ("k", "u"))
    assert on_vm([("root", "g", "on", True)], nested) == {"On"}


def test_an_entry_for_the_account_is_not_added_to_those_of_its_groups() -> None:
    assert on_vm([("vm", "g", "on", True), ("vm", "u", "off", True)]) == {"Off"}


def test_both_parents_are_followed() -> None:
    assert on_vm([("pool", "g", "on", True)]) == {"On"}


def test_an_entry_that_does_not_propagate_does_not_block() -> None:
    assert on_vm([("root", "g", "on", True), ("folder", "h", "off", False)]) == {"On"}


def test_the_nearest_entry_is_sought_on_each_path_of_its_own() -> None:
    # by the folder one step up, by the pool's line two: both decide
    assert on_vm([("root", "g", "on", True), ("folder", "h", "off", True)]) == {"On", "Off"}


def test_no_access_decides_though_it_gives_nothing() -> None:
    assert on_vm([("root", "g", "on", True), ("vm", "h", "none", True)]) == set()


def test_an_entry_for_the_account_that_stays_on_its_object_hides_nothing_from_children() -> None:
    entries = [("folder", "u", "off", False), ("folder", "g", "on", True)]
    assert on_vm(entries) == {"On"}
    assert on_vm(entries, entity="folder") == {"Off"}


def test_a_nearer_group_entry_beats_a_farther_entry_for_the_account() -> None:
    entries = [("root", "u", "on", True), ("folder", "g", "off", True), ("pool", "g", "off", True)]
    assert on_vm(entries) == {"Off"}


def test_entries_of_other_peoples_groups_neither_give_nor_block() -> None:
    entries = [("root", "g", "on", True), ("vm", "x", "none", True)]
    assert on_vm(entries, (("g", "u"),)) == {"On"}
