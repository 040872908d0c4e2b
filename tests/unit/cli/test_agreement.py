"""``agreement``: the rate of each vCenter, and a row for each difference."""

from accessreview.bootstrap.operator import OPERATOR
from accessreview.services.agreement import Comparing, Questioned
from tests.misreadings import LevelsAddUp
from tests.oracles import CompanyOracle
from tests.unit.cli.conftest import Installation


def ask(installation: Installation, oracle: CompanyOracle) -> None:
    installation.run("import", str(installation.bundle()))
    with installation.opened() as application:
        with application.database.reading() as work:
            (stored,) = work.snapshots.list(1)
        Comparing(
            database=application.database,
            clock=application.clock,
            vcenters={"vc": Questioned(oracle, 50)},
        ).run(OPERATOR, stored)


def test_the_rate_and_each_difference_are_printed(installation: Installation) -> None:
    ask(installation, CompanyOracle(installation.company, LevelsAddUp))

    rate, *differences = installation.run("agreement")

    assert (rate["vcenter"], rate["asking"], rate["reason"]) == ("vc", "asked", "")
    assert rate["pairs"] == rate["compared"] == 50
    assert rate["equal"] == 50 - len(differences)
    (difference,) = differences
    assert (difference["account"], difference["principal"]) == ("dan", "CORP\\dan")
    assert difference["entity"] == "clu"
    assert difference["only_ours"] == []
    assert difference["only_theirs"] == ["VirtualMachine.Config.CPUCount"]
    assert any("Host Admins" in why for why in difference["why"])


def test_one_vcenter_alone_can_be_asked_for(installation: Installation) -> None:
    ask(installation, CompanyOracle(installation.company, down="It does not answer."))

    (row,) = installation.run("agreement", "--vcenter", "vc")

    assert (row["asking"], row["reason"], row["pairs"]) == ("not-asked", "It does not answer.", 0)


def test_a_vcenter_that_is_not_there_is_refused(installation: Installation) -> None:
    told = installation.refused(5, "agreement", "--vcenter", "other")
    assert "No source has the id other; nothing has been read yet." in told
    ask(installation, CompanyOracle(installation.company))
    told = installation.refused(5, "agreement", "--vcenter", "other")
    assert "No source has the id other; there are dir, vc." in told


def test_before_any_was_asked_there_is_nothing(installation: Installation) -> None:
    assert installation.run("agreement") == []
