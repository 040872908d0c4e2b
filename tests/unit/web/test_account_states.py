"""In which state accounts are is shown to whoever decides about them, and to whoever checks it."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.model.snapshot import State
from accessreview.services.queries.conditions import AccountCondition, Condition
from accessreview.web.text import condition
from tests.browser import Browser
from tests.company import Company
from tests.tool import Tool, tool

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNT = AccountCondition("ann", "dir", enabled=False, conditions=())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    company = Company()
    company.rows["states"] = [
        ("dir", "dan", "used", "2026-02-01T00:00:00Z", "lastLogonTimestamp, up to 14 days late"),
        ("dir", "dan", "locked", "2026-02-28T00:00:00Z", "lockoutTime <b>1</b>"),
        ("dir", "fay", "locked", "", "lockoutTime 2"),
        ("dir", "eve", "disabled", "", "userAccountControl 514 (bit 0x2)"),
    ]
    company.drop("accounts", "dir", "fay")
    company.add("accounts", "dir", "fay", "fay", "Fay", "", "human", "true", "vc")
    folder: Path = tmp_path_factory.mktemp("states")
    with tool(folder, company) as made:
        yield made


def text(tool_: Tool, login: str, address: str) -> str:
    browser = Browser(tool_.app.test_client())
    browser.sign_in(login)
    page = browser.get(address)
    assert page.status_code == 200
    assert "<b>1</b>" not in page.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


@pytest.mark.parametrize(
    ("login", "address"),
    [
        ("cat", "/reviews/{}"),
        ("auditor", "/violations/one?rule=SOD-1&kind=identity&subject=dan"),
    ],
)
def test_a_reviewer_and_an_auditor_see_states_and_how_they_are_known(
    shown: Tool, login: str, address: str
) -> None:
    page = text(shown, login, address.format(shown.campaign.id))
    assert "dan locked since 28 Feb 2026 last used about 01 Feb 2026" in page
    assert "lastLogonTimestamp, up to 14 days late" in page
    assert "lockoutTime <b>1</b>" in page


def test_a_reviewer_sees_whose_account_is_disabled(shown: Tool) -> None:
    page = text(shown, "cat", f"/reviews/{shown.campaign.id}")
    assert "eve disabled" in page
    assert "userAccountControl 514 (bit 0x2)" in page


def test_of_a_vcenter_no_accounts_are_shown_whatever_somebody_is_called(shown: Tool) -> None:
    page = text(shown, "auditor", "/violations/one?rule=SPRAWL-1&kind=vcenter&subject=vc")
    assert "How this is known" not in page


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("since", [None, MARCH])
def test_every_state_has_words(state: State, since: datetime | None) -> None:
    words = condition(Condition(state, since), ACCOUNT)
    assert words
    assert "{" not in words
    assert "-" not in words


def test_an_end_that_its_directory_does_not_enforce_is_said_to_be_one() -> None:
    account = replace(ACCOUNT, enabled=True)
    assert condition(Condition(State.EXPIRED, MARCH), account) == (
        "expired on 01 Mar 2026, which its directory does not enforce"
    )
