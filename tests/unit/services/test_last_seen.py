"""What a source had when it was last read in full."""

from accessreview.services.last_seen import last_entities
from tests.unit.services.conftest import House
from tests.unit.services.shrinking import accept, collect


def test_nothing_is_known_of_a_source_that_was_never_read(house: House) -> None:
    assert last_entities(house.database, "vc") == ()


def test_entities_with_permissions_come_first(house: House) -> None:
    snapshot = collect(house)

    found = [id_ for _, id_ in last_entities(house.database, "vc")]

    assert set(found) == {row[1] for row in snapshot["entities"].rows()}
    bearing = {row[1] for row in snapshot["permissions"].rows() if row[1]}
    assert set(found[: len(bearing)]) == bearing


def test_a_reading_that_is_not_whole_changes_nothing(house: House) -> None:
    collect(house)
    before = last_entities(house.database, "vc")
    house.vcenter.gaps = ("Something was hidden.",)
    house.company.rows["entities"] = house.company.rows["entities"][:-1]
    rows = house.company.rows
    gone = {row[1] for row in rows["entities"]}
    rows["permissions"] = [row for row in rows["permissions"] if row[1] in gone or not row[1]]
    rows["placements"] = [row for row in rows.get("placements", []) if {*row[1:]} <= gone]
    collect(house)

    assert last_entities(house.database, "vc") == before


def test_what_is_known_to_be_hidden_stays_known_when_a_reading_without_it_is_accepted(
    house: House,
) -> None:
    rows = house.company.rows
    rows["entities"] += [("vc", f"more-{n}", "VirtualMachine", "", "dc", "", "") for n in range(40)]
    collect(house)
    rows["entities"] = [row for row in rows["entities"] if not row[1].startswith("more-")]
    collect(house)
    accept(house, "vc")
    house.vcenter.gaps = ("Something is hidden.",)
    rows["blind_spots"] = [("vc", "more-7", "it was shown before, is there, and is hidden now")]

    for _ in range(2):
        accepted = collect(house)
        assert len(accepted.annex["blind_spots"]) == 1
        found = last_entities(house.database, "vc")
        assert found[0] == ("VirtualMachine", "more-7")
        assert ("VirtualMachine", "more-8") not in found


def test_what_only_incomplete_readings_showed_is_known_too(house: House) -> None:
    collect(house)
    house.vcenter.gaps = ("Something is hidden.",)
    rows = house.company.rows
    whole = rows["entities"]
    rows["entities"] = [*whole, ("vc", "new", "Folder", "", "dc", "", "")]
    collect(house)
    assert ("Folder", "new") in last_entities(house.database, "vc")

    rows["entities"] = whole
    rows["blind_spots"] = [("vc", "new", "it was shown before, is there, and is hidden now")]
    for _ in range(2):
        collect(house)
        assert last_entities(house.database, "vc")[0] == ("Folder", "new")
