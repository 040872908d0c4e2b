"""Where an administrator sees what was kept out, and accepts it after reading why."""

import re
from collections.abc import Callable

import pytest

from tests.browser import Browser
from tests.company import Row
from tests.tool import ADMINISTRATOR, Tool

OpenBrowser = Callable[[str], Browser]
ADDRESS = "/sources/kept-out"


def hire(whole: Tool, number: int) -> None:
    kept = [row for row in whole.company.rows["accounts"] if not row[1].startswith("p")]
    people: list[Row] = [
        ("dir", f"p{n}", f"p{n}", f"P {n}", "", "human", "true", "") for n in range(number)
    ]
    whole.company.rows["accounts"] = kept + people
    whole.clock.move(minutes=5)
    whole.application.refresh.run(ADMINISTRATOR)


@pytest.fixture
def shrunken(whole: Tool) -> Tool:
    for number in (2000, 5):
        hire(whole, number)
    return whole


def send(here: Browser, **changes: str) -> int:
    fields = {"source": "dir", "number": "1", "reason": "The <b>plant</b> was sold.", **changes}
    return here.post(ADDRESS, **fields).status_code


def test_the_sources_show_numbers_and_lead_to_what_was_kept_out(
    shrunken: Tool, browser: OpenBrowser
) -> None:
    page = browser("auditor").get("/sources").text
    assert "1 reading is not believed to be whole" in page
    assert "corp.example" in page
    assert f'href="{ADDRESS}"' in page
    assert "2\u202f008 accounts<br>4 groups<br>5 memberships" in page
    hire(shrunken, 2000)
    assert "kept out, because too much" not in browser("auditor").get("/sources").text


@pytest.mark.usefixtures("shrunken")
def test_the_reasons_and_both_numbers_stand_before_the_button(browser: OpenBrowser) -> None:
    page = browser("admin").get(ADDRESS).text
    reason = page.index("Accounts fell from 2008 to 13, by more than 200.")
    numbers = page.index('<td class="num">2\u202f008</td><td class="num">13</td>')
    assert reason < numbers < page.index("Accept once")


@pytest.mark.parametrize(
    ("address", "current"), [("/", "/"), ("/sources", "/sources"), (ADDRESS, "/sources")]
)
def test_a_page_belongs_to_the_one_it_stands_below(
    browser: OpenBrowser, address: str, current: str
) -> None:
    head = browser("auditor").get(address).text.split("</header>", 1)[0]
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', head) == [current]


@pytest.mark.usefixtures("shrunken")
def test_an_auditor_sees_it_and_accepts_nothing(browser: OpenBrowser) -> None:
    here = browser("auditor")
    page = here.get(ADDRESS).text
    assert "Accounts fell" in page
    assert "Accept once" not in page
    assert send(here) == 403


def test_an_administrator_accepts_by_name_and_the_next_reading_is_taken(
    shrunken: Tool, browser: OpenBrowser
) -> None:
    here = browser("admin")
    assert send(here) == 303
    page = here.get(ADDRESS).text
    assert "Accepted by admin" in page
    assert "The &lt;b&gt;plant&lt;/b&gt; was sold." in page
    assert "Accept once" not in page
    hire(shrunken, 5)
    page = here.get(ADDRESS).text
    assert "No reading is kept out." in page
    assert "A reading was taken" in page
    assert "13 accounts" in here.get("/sources").text


@pytest.mark.usefixtures("shrunken")
@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"reason": " "}, 422, "Say why."),
        ({"number": ""}, 422, "Choose the reading that you accept."),
        ({"number": "0"}, 422, "Choose the reading that you accept."),
        ({"number": "7"}, 409, "Another reading of dir was kept out meanwhile"),
        ({"source": "vc"}, 404, "No reading of a source “vc” is kept out."),
    ],
)
def test_what_is_not_accepted_is_said(
    browser: OpenBrowser, fields: dict[str, str], status: int, told: str
) -> None:
    here = browser("admin")
    said = {"source": "dir", "number": "1", "reason": "x", **fields}
    answer = here.post(ADDRESS, **said)
    assert (answer.status_code, told in answer.text) == (status, True)
    assert "Accept once" in here.get(ADDRESS).text


def test_one_that_was_followed_by_another_and_one_that_was_not_needed_are_told_of(
    shrunken: Tool, browser: OpenBrowser
) -> None:
    send(browser("admin"))
    hire(shrunken, 4)
    here = browser("auditor")
    page = here.get(ADDRESS).text
    assert page.index("from 2008 to 12") < page.index("Earlier ones") < page.index("to 13")
    assert "Another one was kept out after it. What this one lacked is accepted by admin" in page
    hire(shrunken, 2000)
    page = here.get(ADDRESS).text
    assert page.count("A later reading was taken") == 2
    assert "1 to 2 of 2 readings" in page


def test_a_lapsed_acceptance_is_said_to_have_lapsed(shrunken: Tool, browser: OpenBrowser) -> None:
    send(browser("admin"))
    shrunken.clock.move(hours=24 * 8)
    page = browser("admin").get(ADDRESS).text
    assert "An acceptance by admin lapsed" in page
    assert "Accept once" in page
