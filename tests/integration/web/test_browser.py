"""A reviewer in a real browser, with scripts switched on and off; and pages as they look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from accessreview.model.review import ItemState, Outcome
from tests.servers.chromium import chromium
from tests.servers.serving import served
from tests.tool import PASSWORD, Tool, tool

pytestmark = pytest.mark.integration

PAGES = {
    "cat": ("/", "/reviews", "/reviews/{}", "/reviews/{}/together", "/reviews/{}/sign-off"),
    "admin": (
        "/",
        "/violations",
        "/violations/one?rule=SOD-1&kind=identity&subject=dan",
        "/observations",
        "/observations/one?kind=dormant-privilege&vcenter=vc",
        "/campaigns",
        "/campaigns/new",
        "/campaigns/{}",
        "/campaigns/{}/items",
        "/campaigns/{}/plan",
        "/evidence",
        "/sources",
        "/sources/agreement",
        "/sources/events",
        "/sources/kept-out",
        "/sources/outsiders",
        "/sources/persons",
        "/audit",
        "/users",
        "/password",
        "/nowhere",
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Tool]:
    with tool(tmp_path) as made:
        yield made


@pytest.fixture
def site(whole: Tool) -> Iterator[str]:
    with served(whole.app) as address:
        yield address


def _sign_in(page: Page, site: str, login: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reviewer_signs_in_decides_and_signs_off(
    whole: Tool, site: str, browser: Browser, *, scripts: bool
) -> None:
    with browser.new_context(java_script_enabled=scripts) as context:
        page = context.new_page()
        _sign_in(page, site, "cat")
        page.get_by_role("link", name="Begin").click()
        for person, answer, reason in (
            ("Dan Doer", "Take away", "Moved to another team."),
            ("Eve Gone", "Keep", ""),
        ):
            item = page.locator("article").filter(
                has=page.get_by_role("group", name=f"Still needed? {person}")
            )
            item.get_by_label(answer).check()
            item.get_by_role("textbox").fill(reason)
        page.get_by_role("button", name="Save answers").click()
        assert page.get_by_role("status").inner_text() == "Answers saved: 2."
        page.get_by_role("link", name="Review and sign off").click()
        assert page.get_by_text("Moved to another team.").is_visible()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Sign off 2 answers").click()
        assert page.get_by_text("This is final.").is_visible()
    with whole.application.database.reading() as work:
        items = work.items.of_reviewer("cat", whole.campaign.id)
    assert {item.state for item in items} == {ItemState.SIGNED}
    outcomes = {item.subject: item.decision.outcome for item in items if item.decision}
    assert outcomes == {"dan": Outcome.REVOKE, "eve": Outcome.KEEP}


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways_breaks_a_policy_or_has_a_target_too_small(
    whole: Tool, site: str, browser: Browser, width: int
) -> None:
    viewport: ViewportSize = {"width": width, "height": 800}
    for login, addresses in PAGES.items():
        with browser.new_context(viewport=viewport) as context:
            page, complaints = _watched(context)
            _sign_in(page, site, login)
            for address in addresses:
                page.goto(site + address.format(whole.campaign.id))
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{address} is {wide} wide"
                assert page.evaluate(_TOO_SMALL) == [], address
            assert [text for text in complaints if "404" not in text] == []


def test_what_is_printed_fits_on_the_paper(whole: Tool, site: str, browser: Browser) -> None:
    paper: ViewportSize = {"width": 720, "height": 1000}
    with browser.new_context(viewport=paper) as context:
        page = context.new_page()
        _sign_in(page, site, "admin")
        page.emulate_media(media="print")
        for address in PAGES["admin"]:
            page.goto(site + address.format(whole.campaign.id))
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= paper["width"], f"{address} is {wide} wide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(
    whole: Tool, site: str, browser: Browser, scheme: str
) -> None:
    for login, addresses in PAGES.items():
        with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
            page = context.new_page()
            _sign_in(page, site, login)
            for address in addresses:
                page.goto(site + address.format(whole.campaign.id))
                assert page.evaluate(_TOO_FAINT) == [], address


def _watched(context: BrowserContext) -> tuple[Page, list[str]]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


_TOO_SMALL = """
() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter(one => !one.closest("p, li > span, dd, td > a") || one.matches("button, .button"))
  .filter(one => one.checkVisibility() && !one.matches(".skip, [type=hidden]"))
  .filter(one => !one.closest("label"))
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.height && (box.height < 24 || box.width < 24))
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)
"""

_TOO_FAINT = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = one => {
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter(one => [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(one => one.checkVisibility() && !one.closest(".unseen, .skip"))
    .map(one => {
      const [a, b] = [light(rgba(getComputedStyle(one).color)), light(ground(one))];
      return [one, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5)
    .map(([one, ratio]) => `${one.outerHTML.slice(0, 80)} ${ratio.toFixed(2)}`);
}
"""
