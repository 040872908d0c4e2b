"""Where administrators and auditors see how far a vCenter agrees, and each difference with why."""

from collections.abc import Callable

import pytest

from accessreview.model.agreement import Answer
from accessreview.services.agreement import Comparing, Questioned
from tests.browser import Browser
from tests.misreadings import LevelsAddUp
from tests.oracles import CompanyOracle
from tests.tool import ADMINISTRATOR, Tool

OpenBrowser = Callable[[str], Browser]
ADDRESS = "/sources/agreement"


def ask(whole: Tool, oracle: CompanyOracle) -> None:
    whole.clock.move(minutes=5)
    stored = whole.application.collection.run(ADMINISTRATOR)
    Comparing(
        database=whole.application.database,
        clock=whole.clock,
        vcenters={"vc": Questioned(oracle, 50)},
    ).run(ADMINISTRATOR, stored)
    whole.application.refresh.conclude(ADMINISTRATOR, stored.digest)


@pytest.fixture
def misread(whole: Tool) -> Tool:
    ask(whole, CompanyOracle(whole.company, LevelsAddUp))
    return whole


@pytest.mark.parametrize("login", ["admin", "auditor"])
@pytest.mark.usefixtures("misread")
def test_each_difference_says_what_each_side_says_and_why(browser: OpenBrowser, login: str) -> None:
    page = browser(login).get(ADDRESS).text

    assert "Dan Doer" in page
    assert "<code>CORP\\dan</code>" in page
    assert "vCenter Berlin / Datacenters / Berlin" in page
    assert "<code>VirtualMachine.Config.CPUCount</code>" in page
    assert "The group CORP\\Host Admins has the role" in page
    assert "not decide</summary>" in page


@pytest.mark.usefixtures("misread")
def test_the_overview_and_the_sources_lead_there(browser: OpenBrowser) -> None:
    here = browser("auditor")
    link = f'href="{ADDRESS}?vcenter=vc"'

    overview, sources = here.get("/").text, here.get("/sources").text

    assert link in overview
    assert "vCenter Berlin says otherwise for 1 of 50 pairs" in overview
    assert link in sources
    assert "the same as computed here for 49 of 50 pairs" in sources


def test_where_everything_agrees_nothing_needs_attention(whole: Tool, browser: OpenBrowser) -> None:
    ask(whole, CompanyOracle(whole.company))
    here = browser("auditor")

    page = here.get(ADDRESS).text

    assert "100 %: 50 of 50 pairs" in page
    assert "says the same as is computed here of every pair that could be" in page
    assert "says otherwise" not in here.get("/").text
    equal = here.get(f"{ADDRESS}?vcenter=vc&accord=equal").text
    assert "Both say" in equal
    assert "1 to 50 of 50 pairs" in equal
    assert "more privilege" in equal


def test_a_vcenter_that_is_not_believed_is_shown_with_the_reason(
    whole: Tool, browser: OpenBrowser
) -> None:
    ask(whole, CompanyOracle(whole.company, to_everybody=("Host.Config.Network",)))
    here = browser("auditor")

    assert "a user who does not exist, holds Host.Config.Network on " in here.get(ADDRESS).text
    assert "The answers of vCenter Berlin are not believed" in here.get("/").text
    assert "not believed" in here.get("/sources").text


def test_a_vcenter_without_an_answer_does_not_look_as_if_it_agreed(
    whole: Tool, browser: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        CompanyOracle,
        "privileges",
        lambda _, __, entities: {one: Answer(None, "vCenter is busy.") for _, one in entities},
    )
    ask(whole, CompanyOracle(whole.company))
    here = browser("auditor")

    assert "vCenter Berlin gave no answer that can be compared" in here.get("/").text
    for address in (ADDRESS, "/sources"):
        page = here.get(address).text
        assert "no answer that can be compared" in page
        assert "0 of 0" not in page
    assert "vCenter is busy." in here.get(f"{ADDRESS}?vcenter=vc&accord=not-comparable").text


def test_before_any_was_asked_the_page_says_so(browser: OpenBrowser) -> None:
    assert "No vCenter was asked yet." in browser("auditor").get(ADDRESS).text


@pytest.mark.usefixtures("misread")
def test_an_address_that_names_nothing_shows_the_list_alone(browser: OpenBrowser) -> None:
    page = browser("auditor").get(f"{ADDRESS}?vcenter=elsewhere&accord=nonsense&page=x").text

    assert "vCenter Berlin" in page
    assert "Only computed here" not in page


def test_names_are_text_there_too(whole: Tool, browser: OpenBrowser) -> None:
    rows, payload = whole.company.rows, "<img src=x onerror=alert(1)>"
    for table, position in (("accounts", 3), ("entities", 3), ("roles", 2)):
        rows[table] = [(*row[:position], payload, *row[position + 1 :]) for row in rows[table]]
    ask(whole, CompanyOracle(whole.company, LevelsAddUp))

    page = browser("auditor").get(ADDRESS).text

    assert "<img" not in page
    assert page.count("&lt;img src=x") > 3


def test_a_reviewer_does_not_see_it(browser: OpenBrowser) -> None:
    assert browser("cat").get(ADDRESS).status_code == 403
