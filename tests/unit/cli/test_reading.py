"""``reading``: what was kept out, and its acceptance."""

import pytest

from tests.company import Row
from tests.unit.cli.conftest import Installation

SAID = ("--by", "Ben Boss", "--reason", "The plant was sold.")


@pytest.fixture
def shrunken(installation: Installation) -> Installation:
    """With a company imported, of which half is missing now."""
    accounts = installation.company.rows["accounts"]
    more: list[Row] = [
        ("dir", f"p{n}", f"p{n}", f"P {n}", "", "human", "true", "") for n in range(50)
    ]
    installation.company.rows["accounts"] = accounts + more
    installation.run("import", str(installation.bundle()))
    installation.company.rows["accounts"] = accounts
    return installation


def test_where_nothing_is_kept_out_there_is_nothing_to_list_or_accept(
    installation: Installation,
) -> None:
    assert installation.run("reading", "list") == []
    told = installation.refused(5, "reading", "accept", "dir", *SAID)
    assert "No reading of a source “dir” is kept out." in told


def test_a_bundle_that_shrank_is_refused_listed_accepted_and_taken(shrunken: Installation) -> None:
    smaller = str(shrunken.bundle())
    told = shrunken.refused(8, "import", smaller)
    assert "dir: Accounts fell from 58 to 8, by more than 10." in told
    assert "accept it once: accessreview reading accept dir --by NAME" in told

    (listed,) = shrunken.run("reading", "list")
    assert (listed["number"], listed["source"], listed["acceptance"]) == (1, "dir", None)
    assert listed["figures"]["accounts"] == 8
    assert listed["before"]["accounts"] == 58

    (accepted,) = shrunken.run("reading", "accept", "dir", *SAID)
    assert accepted["acceptance"]["by"] == "Ben Boss"
    assert accepted["acceptance"]["actor"].startswith("command line")
    assert "accepted already" in shrunken.refused(8, "reading", "accept", "dir", *SAID)

    shrunken.run("import", smaller)
    (taken,) = shrunken.run("reading", "list")
    assert taken["taken_in"] == shrunken.run("snapshot", "list")[0]["digest"]
    assert "is kept out" in shrunken.refused(5, "reading", "accept", "dir", *SAID)


def test_an_acceptance_needs_a_name_and_a_reason(shrunken: Installation) -> None:
    shrunken.refused(8, "import", str(shrunken.bundle()))
    assert "--by" in shrunken.refused(2, "reading", "accept", "dir", "--reason", "x")
    told = shrunken.refused(2, "reading", "accept", "dir", "--by", " ", "--reason", "")
    assert "Say who accepts the reading." in told
    assert "Say why." in told
