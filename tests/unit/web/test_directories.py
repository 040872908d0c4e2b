"""Where an auditor sees how directories fit together."""

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.tool import ADMINISTRATOR, Tool

OpenBrowser = Callable[[str], Browser]


@pytest.fixture
def together(whole: Tool) -> Tool:
    whole.company.rows["joins"] = [
        ("dir", "amy", "amy", "attribute", "employeeID"),
        ("dir", "dan", "dan", "ambiguous", "admin_pattern: several accounts have the login dan"),
    ]
    whole.company.rows["outsiders"] = [
        *(("dir", "team", f"cn={n:03},dc=far", "other", "objectClass contact") for n in range(60)),
        ("dir", "hosts", "S-1-5-11", "everybody", "Authenticated Users"),
    ]
    whole.application.refresh.run(ADMINISTRATOR)
    return whole


@pytest.mark.usefixtures("together")
def test_the_sources_say_how_many_could_be_several_persons_and_how_many_lie_outside(
    browser: OpenBrowser,
) -> None:
    page = browser("auditor").get("/sources").text
    assert "1 account came to their person" in page
    assert "1 account could be several persons" in page
    assert "61 members of groups are no account" in page


@pytest.mark.usefixtures("together")
def test_persons_are_listed_by_what_joined_them(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/sources/persons").text
    assert "1 to 2 of 2 accounts" in page
    assert "By an attribute of its own" in page
    page = browser("auditor").get("/sources/persons?by=ambiguous").text
    assert "1 to 1 of 1 account" in page
    assert "several accounts have the login dan" in page
    assert "Dan Doer" in page
    assert "Amy" not in page


@pytest.mark.usefixtures("together")
def test_members_from_outside_are_paged_and_counted(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/sources/outsiders").text
    assert "1 to 50 of 61 members" in page
    page = browser("auditor").get("/sources/outsiders?standing=other&page=2").text
    assert "51 to 60 of 60 members" in page
    assert "cn=059,dc=far" in page
    assert "S-1-5-11" not in page
    page = browser("auditor").get("/sources/outsiders?standing=everybody").text
    assert "Whoever there is" in page
    assert "Host Admins" in page


@pytest.mark.usefixtures("whole")
def test_it_is_said_where_there_are_none(browser: OpenBrowser) -> None:
    assert "No account was joined" in browser("auditor").get("/sources/persons").text
    assert "There is no such member." in browser("auditor").get("/sources/outsiders").text


@pytest.mark.usefixtures("together")
def test_reviewers_see_neither(browser: OpenBrowser) -> None:
    for address in ("/sources/persons", "/sources/outsiders"):
        assert browser("cat").get(address).status_code == 403


@pytest.mark.usefixtures("together")
def test_a_kind_that_is_none_lets_everything_through(browser: OpenBrowser) -> None:
    assert "of 61 members" in browser("auditor").get("/sources/outsiders?standing=x").text
    assert "of 2 accounts" in browser("auditor").get("/sources/persons?by=x&page=9").text
