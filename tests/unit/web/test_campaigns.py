"""An administrator's way through a campaign, from opening to evidence."""

from collections.abc import Callable

import pytest

from accessreview.model.review import CampaignState, Outcome
from accessreview.model.user import Authorization, UserRole
from tests.browser import Browser
from tests.tool import ADMINISTRATOR, Tool

OpenBrowser = Callable[[str], Browser]


def _answer_everything(whole: Tool, outcome: Outcome) -> None:
    with whole.application.database.reading() as work:
        items = work.items.of_campaign(whole.campaign.id)
    for item in items:
        who = Authorization(item.reviewer, UserRole.REVIEWER, item.reviewer)
        whole.application.decisions.take(who, item.id, outcome, "as agreed")
    for reviewer in sorted({item.reviewer for item in items}):
        who = Authorization(reviewer, UserRole.REVIEWER, reviewer)
        whole.application.decisions.sign_off(who, whole.campaign.id)


def test_an_administrator_opens_a_campaign(browser: OpenBrowser) -> None:
    here = browser("admin")
    answer = here.post(
        "/campaigns/new", name="Second", due="2026-06-30", scope="violations", fallback="fay"
    )
    assert answer.status_code == 303
    page = here.get(answer.headers["Location"]).text
    assert "Second" in page
    assert "Access behind violations" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("due", "soon", "Choose the day"),
        ("due", "2020-01-01", ""),
        ("scope", "some", "Choose which access"),
        ("fallback", "", ""),
        ("name", " ", ""),
    ],
)
def test_what_was_typed_stays_when_a_campaign_cannot_be_opened(
    browser: OpenBrowser, field: str, value: str, said: str
) -> None:
    fields = {"name": "Kept text", "due": "2026-06-30", "scope": "all", "fallback": "fay"}
    answer = browser("admin").post("/campaigns/new", **{**fields, field: value})
    assert answer.status_code == 422
    assert "Not saved yet" in answer.text
    assert said in answer.text
    if field != "name":
        assert "Kept text" in answer.text


def test_a_campaign_goes_through_plan_and_proof_to_evidence(
    whole: Tool, browser: OpenBrowser
) -> None:
    here = browser("admin")
    address = f"/campaigns/{whole.campaign.id}"
    assert "not signed off yet" in here.get(address).text
    _answer_everything(whole, Outcome.REVOKE)
    assert "All reviewers have signed off" in here.get(address).text
    here.post(f"{address}/finish")
    here.post(f"{address}/plan")
    plan = here.get(f"{address}/plan").text
    assert "out of the group" in plan
    assert "no later reading yet" in plan
    script = here.post(f"{address}/plan/script", script="ldif")
    assert script.headers["Content-Disposition"].startswith("attachment")
    assert "changes" in script.text
    assert "Handed over" in here.get(f"{address}/plan").text

    whole.company.drop("members", "dir", "team", "dir", "dan")
    whole.company.drop("members", "dir", "hosts", "dir", "dan")
    whole.clock.move(days=1)
    browser("admin").post("/sources/collect")
    here = browser("admin")
    plan = here.get(f"{address}/plan").text
    assert "Proven gone" in plan
    assert "Still there" in plan
    assert here.post(f"{address}/close").status_code == 409
    assert here.post(f"{address}/close", reason="The rest follows.").status_code == 303
    assert "Closed, not everything removed" in here.get(address).text

    assert here.post(f"{address}/evidence").status_code == 303
    evidence = browser("auditor").get("/evidence").text
    assert "Download" in evidence
    with whole.application.database.reading() as work:
        (package,) = work.evidence.of_campaign(whole.campaign.id)
    data = browser("auditor").get(f"/evidence/{package.id}.zip")
    assert len(data.data) == package.size
    assert browser("auditor").get("/evidence/public-key.pem").text.startswith("-----BEGIN")


def test_what_only_a_person_can_do_is_said_and_not_offered(
    whole: Tool, browser: OpenBrowser
) -> None:
    address = f"/campaigns/{whole.campaign.id}"
    _answer_everything(whole, Outcome.REVOKE)
    whole.company.rows["ways"] = [("dir", "team", "dir", "eve", "primaryGroupID")]
    whole.clock.move(days=1)
    whole.application.refresh.run(ADMINISTRATOR)
    here = browser("admin")
    here.post(f"{address}/finish")
    here.post(f"{address}/plan")
    _, row = here.get(f"{address}/plan").text.split("Take <b>eve</b> out", 1)
    row, rest = row.split("</tr>", 1)
    assert "By hand: Team is the primary group of eve" in row
    assert "Carry out now" not in row
    assert "Carry out now" in rest


def test_a_change_is_not_carried_out_where_that_is_not_configured(
    whole: Tool, browser: OpenBrowser
) -> None:
    here = browser("admin")
    address = f"/campaigns/{whole.campaign.id}"
    _answer_everything(whole, Outcome.REVOKE)
    here.post(f"{address}/finish")
    here.post(f"{address}/plan")
    with whole.application.database.reading() as work:
        task = work.tasks.of_campaign(whole.campaign.id)[0]
    answer = here.post(f"{address}/plan/tasks/{task.id}")
    assert answer.status_code == 409
    with whole.application.database.reading() as work:
        assert work.tasks.get(task.id).state is task.state


def test_a_campaign_can_be_cancelled_with_a_reason_only(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("admin")
    address = f"/campaigns/{whole.campaign.id}/cancel"
    assert here.post(address).status_code == 422
    assert here.post(address, reason="Opened by mistake.").status_code == 303
    with whole.application.database.reading() as work:
        assert work.campaigns.get(whole.campaign.id).state is CampaignState.CANCELLED


def test_reminders_go_to_those_who_have_not_answered(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("admin")
    answer = here.post(f"/campaigns/{whole.campaign.id}/remind")
    assert "Reminders sent: 3." in here.get(answer.headers["Location"]).text


def test_somebody_else_is_asked_in_place_of_one_who_left(whole: Tool, browser: OpenBrowser) -> None:
    here, address = browser("admin"), f"/campaigns/{whole.campaign.id}"
    assert "left: " not in here.get(address).text
    whole.company.rows["accounts"] = [
        (*row[:6], "false", row[7]) if row[1] == "cat" else row
        for row in whole.company.rows["accounts"]
    ]
    whole.clock.move(days=1)
    browser("admin").post("/sources/collect")
    here = browser("admin")
    assert "left: every account is disabled by now" in here.get(address).text
    assert here.post(f"{address}/reroute", reviewer="cat", to="fay").status_code == 422
    answer = here.post(f"{address}/reroute", reviewer="cat", to="fay", reason="She left.")
    assert "Asked somebody else: 2." in here.get(answer.headers["Location"]).text
    assert "Chosen by an administrator" in here.get(f"{address}/items?reviewer=fay").text
    assert "left: " not in here.get(address).text


def test_who_may_not_run_campaigns_is_not_offered_to_ask_somebody_else(
    whole: Tool, browser: OpenBrowser
) -> None:
    here, address = browser("auditor"), f"/campaigns/{whole.campaign.id}"
    assert "Ask somebody else" not in here.get(address).text
    assert here.post(f"{address}/reroute", reviewer="cat", to="fay", reason="x").status_code == 403
    assert "Ask somebody else" in browser("admin").get(address).text


def test_items_are_filtered_by_state_and_reviewer(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("auditor")
    address = f"/campaigns/{whole.campaign.id}/items"
    assert "1 to 6 of 6 items" in here.get(address).text
    assert "1 to 2 of 2 items" in here.get(f"{address}?reviewer=cat").text
    assert "No items" in here.get(f"{address}?state=signed").text
