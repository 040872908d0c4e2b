"""Whoever decides about somebody's access sees when that one was last seen using it."""

import html
import re
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.company import Company
from tests.tool import ADMINISTRATOR, Tool, tool

WATCHED = ("vc", "login", "2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z", "")


def review(tool_: Tool) -> str:
    browser = Browser(tool_.app.test_client())
    browser.sign_in("cat")
    page = browser.get(f"/reviews/{tool_.campaign.id}")
    assert page.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


@pytest.fixture
def company() -> Company:
    return Company()


def test_a_vcenter_that_is_not_watched_is_said_not_to_be(tmp_path: Path, company: Company) -> None:
    with tool(tmp_path, company) as made:
        assert "Use of vCenter Berlin is not watched." in review(made)


def test_what_is_newer_than_the_campaign_is_shown(tmp_path: Path, company: Company) -> None:
    company.rows["windows"] = [WATCHED]
    with tool(tmp_path, company) as made:
        page = review(made)
        assert "Not seen using vCenter Berlin; watched only since 01 Jan 2026." in page

        first, last = "2026-02-01T00:00:00Z", "2026-03-02T08:00:00Z"
        company.rows["uses"] = [("vc", "corp\\Dan", "login", "", first, last, "7")]
        company.rows["windows"] = [(*WATCHED[:4], "Some may be missing.")]
        made.clock.move(hours=1)
        made.application.refresh.run(ADMINISTRATOR)
        page = review(made)
        told = "Last seen using vCenter Berlin on 02 Mar 2026 (watched since 01 Jan 2026)."
        assert f"{told} Some may be missing." in page
