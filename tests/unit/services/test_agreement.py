"""Asking vCenters for their own answers: after a collection, recorded, and never in its way."""

from dataclasses import replace

import pytest

from accessreview.model.agreement import Accord, Agreement, Asking
from accessreview.model.errors import NotAllowedError
from accessreview.services.agreement import RECORD, Comparing, Questioned
from accessreview.services.refresh import Refresh
from tests.misreadings import LevelsAddUp
from tests.oracles import CompanyOracle
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer


def comparing(house: House, oracle: CompanyOracle | None = None, size: int = 200) -> Comparing:
    asked = {"vc": Questioned(oracle or CompanyOracle(house.company), size)} if size else {}
    return Comparing(database=house.database, clock=house.clock, vcenters=asked)


def asked(house: House, oracle: CompanyOracle) -> Agreement:
    stored = house.collection.run(ADMINISTRATOR)
    (agreement,) = comparing(house, oracle).run(ADMINISTRATOR, stored)
    return agreement


def test_a_refresh_asks_before_it_assesses(house: House) -> None:
    refresh = replace(house.refresh, comparing=comparing(house))

    stored = refresh.run(ADMINISTRATOR)

    assert house.actions() == [
        "snapshot:collection:store",
        RECORD,
        "assessment:findings:record",
    ]
    with house.database.reading() as work:
        (agreement,) = work.agreements.of_snapshot(stored.digest)
    assert agreement.equal == len(agreement.pairs) > 0


def test_a_bundle_that_is_imported_is_not_asked_about(house: House) -> None:
    refresh: Refresh = replace(house.refresh, comparing=comparing(house))
    stored = house.collection.store(ADMINISTRATOR, house.company.snapshot(), "a bundle")

    refresh.conclude(ADMINISTRATOR, stored.digest)

    assert RECORD not in house.actions()


def test_where_nothing_is_to_be_asked_nothing_is_recorded(house: House) -> None:
    stored = house.collection.run(ADMINISTRATOR)

    assert comparing(house, size=0).run(ADMINISTRATOR, stored) == ()
    assert RECORD not in house.actions()


def test_a_rule_that_either_side_misreads_shows(house: House) -> None:
    agreement = asked(house, CompanyOracle(house.company, LevelsAddUp))

    assert agreement.asking is Asking.ASKED
    assert {each.pair.account.id for each in agreement.differences} >= {"dan"}
    assert all(
        each.grants and agreement.only_theirs(each) and not agreement.only_ours(each)
        for each in agreement.differences
    )
    assert house.details(RECORD)["equal"] == str(agreement.compared - len(agreement.differences))


def test_a_vcenter_that_cannot_be_asked_does_not_fail_the_refresh(house: House) -> None:
    down = CompanyOracle(house.company, down="The vCenter does not answer.")
    refresh = replace(house.refresh, comparing=comparing(house, down))

    refresh.run(ADMINISTRATOR)

    assert house.details(RECORD) == {
        **house.details(RECORD),
        "source": "vc",
        "asking": "not-asked",
        "reason": "The vCenter does not answer.",
        "pairs": "0",
    }
    assert house.actions()[-1] == "assessment:findings:record"


def test_whoever_grants_to_nobody_is_not_asked_about_anybody(house: House) -> None:
    agreement = asked(house, CompanyOracle(house.company, to_everybody=("System.Read",)))

    assert (agreement.asking, agreement.pairs) == (Asking.UNTRUSTWORTHY, ())
    assert agreement.reason.startswith("It says that CORP\\accessreview-nobody-")
    assert "a user who does not exist, holds System.Read on " in agreement.reason


def test_what_whoever_signed_in_holds_is_no_reason_for_distrust(house: House) -> None:
    everybody = ("System.Anonymous", "System.View")

    agreement = asked(house, CompanyOracle(house.company, to_everybody=everybody))

    assert agreement.asking is Asking.ASKED
    assert {each.accord for each in agreement.pairs} == {Accord.EQUAL}


def test_a_vcenter_of_which_nobody_can_be_named_is_not_asked(house: House) -> None:
    house.company.rows["principal_names"] = []

    agreement = asked(house, CompanyOracle(house.company))

    assert agreement.asking is Asking.NOT_ASKED
    assert "by which name" in agreement.reason


def test_a_reviewer_may_not_ask(house: House) -> None:
    stored = house.collection.run(ADMINISTRATOR)

    with pytest.raises(NotAllowedError):
        comparing(house).run(reviewer("cat"), stored)
