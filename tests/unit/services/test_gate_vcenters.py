"""Readings of vCenters that shrank are taken as partial, until a person accepts them once."""

import pytest

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import NotFoundError
from accessreview.model.snapshot import Coverage
from tests.unit.services.conftest import House
from tests.unit.services.shrinking import accept, collect, refused, source, violations

MACHINES = 40


@pytest.fixture
def house(house: House) -> House:
    build(house, MACHINES)
    return house


def build(house: House, number: int) -> None:
    kept = [row for row in house.company.rows["entities"] if not row[1].startswith("more-")]
    more = [("vc", f"more-{n}", "VirtualMachine", f"m{n}", "dc", "", "") for n in range(number)]
    house.company.rows["entities"] = [*kept, *more]


def test_a_vcenter_that_shrank_is_taken_as_partial_and_says_where(house: House) -> None:
    collect(house)
    build(house, 0)
    second = collect(house)

    assert source(second, "vc").coverage is Coverage.PARTIAL
    *_, loss, remedy = source(second, "vc").gaps
    assert loss == (
        "Below the datacenter “Berlin” there were 41 of type VirtualMachine, and now are 1: less"
        " by more than 10."
    )
    assert remedy == (
        "If that is right, accept it once: accessreview reading accept vc --by NAME --reason TEXT."
    )
    assert {row[:2] for row in second.annex["blind_spots"].rows()} == {("vc", "dc")}
    assert not any(row[1].startswith("more-") for row in second["entities"].rows())


def test_it_is_recorded_with_its_numbers(house: House) -> None:
    collect(house)
    build(house, 0)
    collect(house)

    (one,) = refused(house)
    assert one.as_partial
    assert one.before is not None
    assert one.before.entities - one.figures.entities == MACHINES
    assert house.details("reading:refuse")["entities"] == str(one.figures.entities)
    assert house.details("snapshot:collection:store")["complete"] == "no"


def test_nothing_is_concluded_from_it_until_it_is_accepted(house: House) -> None:
    collect(house)
    build(house, 0)
    house.company.drop("members", "dir", "hosts", "dir", "dan")
    collect(house)
    assert violations(house) == {ViolationState.NOT_KNOWN}

    accept(house, "vc")
    assert collect(house).is_complete
    assert violations(house) == {ViolationState.CLOSED}
    (one,) = refused(house)
    assert one.taken_in


def test_it_is_compared_with_the_last_whole_one_however_often_it_comes(house: House) -> None:
    collect(house)
    build(house, 5)
    for _ in range(3):
        assert source(collect(house), "vc").coverage is Coverage.PARTIAL
    assert len(refused(house)) == 3

    build(house, MACHINES)
    assert collect(house).is_complete
    with pytest.raises(NotFoundError, match="No reading of a source “vc” is kept out"):
        accept(house, "vc")
