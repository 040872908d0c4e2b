"""Where auditors see what should be known beside the violations."""

from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.tool import ADMINISTRATOR, Tool

OpenBrowser = Callable[[str], Browser]
ONE = "/observations/one?kind={}&vcenter=vc&principal={}&as={}"


@pytest.fixture
def observed(whole: Tool) -> Tool:
    """An account was made anew under a former name, a group has many who left, and strangers."""
    rows = whole.company.rows
    left = [f"left-{n:02}" for n in range(60)]
    rows["accounts"] += [("dir", id_, id_, "", "", "human", "false", "") for id_ in left]
    rows["members"] += [("dir", "team", "dir", id_) for id_ in left]
    for table in ("accounts", "principal_names", "locators"):
        rows[table] = [
            (row[0], "new-adm", *row[2:]) if row[1] == "amy-adm" else row for row in rows[table]
        ]
    rows["outsiders"] = [
        ("dir", "hosts", f"S-1-5-21-9-9-9-{n}", "foreign", "cn=far") for n in range(8)
    ]
    rows["permissions"] = [*rows["permissions"], ("vc", "dc", "FAR\\them", "true", "10", "true")]
    whole.clock.move(hours=1)
    whole.application.refresh.run(ADMINISTRATOR)
    return whole


@pytest.mark.usefixtures("observed")
def test_all_are_listed_with_how_many_there_are_of_each_kind(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/observations").text
    assert "1 to 5 of 5 observations" in page
    assert "The name means another object 1" in page
    assert "S-1-5-21-9-9-9-0" in page
    assert "and 3 more" in page
    assert "Every vCenter" not in page


@pytest.mark.usefixtures("observed")
def test_they_are_narrowed_by_kind_and_vcenter(browser: OpenBrowser) -> None:
    here = browser("auditor")
    page = here.get("/observations?kind=orphan").text
    assert "1 to 1 of 1 observation" in page
    assert "FAR\\them" in page
    assert "No observations" in here.get("/observations?vcenter=elsewhere").text
    assert "of 5 observations" in here.get("/observations?vcenter=vc&kind=none-such").text


@pytest.mark.usefixtures("observed")
def test_one_names_all_whom_it_concerns_a_page_at_a_time(browser: OpenBrowser) -> None:
    here = browser("auditor")
    page = here.get(ONE.format("unresolved-members", "CORP\\Host Admins", "group")).text
    assert "1 to 8 of 8 names" in page
    assert "of another domain, in Host Admins: cn=far" in page
    address = ONE.format("dormant-privilege", "", "user")
    assert "1 to 50 of 61 names" in here.get(address).text
    page = here.get(f"{address}&page=2").text
    assert "51 to 61 of 61 names" in page
    assert "left-59" in page


@pytest.mark.usefixtures("observed")
def test_a_name_that_changed_hands_tells_what_it_meant(browser: OpenBrowser) -> None:
    page = browser("auditor").get(ONE.format("another-object", "CORP\\amy-adm", "user")).text
    assert "which is gone" in page
    assert "meant before" in page
    assert "new-adm" in page


def test_a_name_is_held_against_the_newest_campaign_as_long_as_it_is_the_newest(
    observed: Tool, browser: OpenBrowser
) -> None:
    """The snapshot before has the new meaning already; people answered about the former one."""
    observed.clock.move(hours=1)
    observed.company.rows["outsiders"] = []
    observed.application.refresh.run(ADMINISTRATOR)
    assert "The name means another object 1" in browser("auditor").get("/observations").text


@pytest.mark.usefixtures("observed")
def test_what_is_not_observed_is_not_found(browser: OpenBrowser) -> None:
    here = browser("auditor")
    for address in (
        ONE.format("orphan", "CORP\\Readers", "group"),
        ONE.format("nonsense", "CORP\\Readers", "group"),
        ONE.format("another-object", "CORP\\amy-adm", "group"),
    ):
        assert here.get(address).status_code == 404


@pytest.mark.usefixtures("observed")
def test_reviewers_see_none(browser: OpenBrowser) -> None:
    here = browser("cat")
    assert here.get("/observations").status_code == 403
    assert "Observations" not in here.get("/").text


@pytest.mark.usefixtures("whole")
def test_of_a_plain_company_disabled_accounts_are_left(browser: OpenBrowser) -> None:
    page = browser("admin").get("/observations").text
    assert "1 to 1 of 1 observation" in page
    assert "Disabled, with privileges 1" in page
    assert "Observations beside the violations" in browser("admin").get("/").text
