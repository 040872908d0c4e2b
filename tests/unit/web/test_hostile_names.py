"""Names come from vCenter and directories and may be anything; they are only ever text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import Browser
from tests.company import Company
from tests.tool import PASSWORD, tool

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_name_is_shown_as_text_on_every_page(tmp_path: Path, payload: str) -> None:
    company = Company()
    for table, position in (("accounts", 3), ("groups", 2), ("entities", 3), ("roles", 2)):
        company.rows[table] = [
            (*row[:position], payload, *row[position + 1 :]) for row in company.rows[table]
        ]
    with tool(tmp_path, company) as whole:
        for login, addresses in _pages(whole.campaign.id).items():
            here = Browser(whole.app.test_client())
            here.sign_in(login, PASSWORD)
            for address in addresses:
                answer = here.get(address)
                assert answer.status_code == 200, address
                _assert_harmless(answer.text, payload)


def _pages(campaign: str) -> dict[str, list[str]]:
    return {
        "cat": ["/", "/reviews", *(f"/reviews/{campaign}{page}" for page in _REVIEW)],
        "admin": [
            "/",
            "/violations",
            "/violations/one?rule=SOD-1&kind=identity&subject=dan",
            "/campaigns",
            *(f"/campaigns/{campaign}{page}" for page in ("", "/items", "/plan")),
            "/sources",
            "/audit",
            "/users",
        ],
    }


_REVIEW: tuple[str, ...] = ("", "/together", "/sign-off")


def _assert_harmless(page: str, payload: str) -> None:
    for live in ("<script", "<img", "<svg", "onmouseover='alert", 'href="javascript:', ">49<"):
        assert live not in page, f"{payload} came through as {live}"


def test_a_notice_is_text_too(browser: Callable[[str], Browser]) -> None:
    here = browser("admin")
    here.post(
        "/users",
        login="<script>x</script>",
        display_name="x",
        role="auditor",
        password=PASSWORD,
    )
    assert "<script" not in here.get("/users").text
