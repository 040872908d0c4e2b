"""What a reviewer does: answer, be refused, answer together, sign off."""

import html
import re
from collections.abc import Callable

from accessreview.model.review import ItemState, Outcome, ReviewItem
from tests.browser import Browser
from tests.tool import PASSWORD, Tool

OpenBrowser = Callable[[str], Browser]
ItemsOf = Callable[[str], list[ReviewItem]]


def _answer(item: ReviewItem, outcome: str, reason: str = "", seen: str = "") -> dict[str, str]:
    return {
        f"outcome-{item.id}": outcome,
        f"reason-{item.id}": reason,
        f"seen-{item.id}": seen,
    }


def test_an_item_says_what_where_why_and_what_is_wrong(whole: Tool, browser: OpenBrowser) -> None:
    page = browser("cat").get(f"/reviews/{whole.campaign.id}").text
    assert "Dan Doer" in page
    assert "Role VM administrator" in page
    assert "VM administration" in page
    assert "vCenter Berlin / Berlin" in page
    assert "Team" in page
    assert "One person administers hosts and virtual machines" in page
    assert "is disabled" in page  # Eve's account


def test_answers_are_saved_and_shown(whole: Tool, browser: OpenBrowser, items_of: ItemsOf) -> None:
    here = browser("cat")
    dan, eve = sorted(items_of("cat"), key=lambda item: item.subject)
    address = f"/reviews/{whole.campaign.id}"
    answer = here.post(
        address, **_answer(dan, "revoke", "No longer in the team."), **_answer(eve, "keep")
    )
    assert answer.status_code == 303
    page = here.get(address).text
    assert "Answers saved: 2." in page
    assert "No longer in the team." in page
    assert {item.state for item in items_of("cat")} == {ItemState.DECIDED}


def test_what_was_typed_stays_when_a_reason_is_missing_and_the_rest_is_saved(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    here = browser("cat")
    dan, eve = sorted(items_of("cat"), key=lambda item: item.subject)
    answer = here.post(
        f"/reviews/{whole.campaign.id}",
        **_answer(dan, "keep"),
        **_answer(eve, "revoke", "She has left."),
    )
    assert answer.status_code == 422
    assert "1 answer was not saved" in answer.text
    assert f'id="item-{dan.id}"' in answer.text
    assert f'id="item-{eve.id}"' not in answer.text
    states = {item.subject: item.state for item in items_of("cat")}
    assert states == {"dan": ItemState.OPEN, "eve": ItemState.DECIDED}


def test_a_reason_without_an_answer_is_kept_and_asked_about(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    item = items_of("cat")[0]
    answer = browser("cat").post(f"/reviews/{whole.campaign.id}", **_answer(item, "", "hm, maybe"))
    assert answer.status_code == 422
    assert "hm, maybe" in answer.text


def test_two_tabs_do_not_overwrite_each_other_unseen(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    here = browser("cat")
    item = items_of("cat")[0]
    address = f"/reviews/{whole.campaign.id}"
    here.post(address, **_answer(item, "keep", "from the first tab"))
    answer = here.post(address, **_answer(item, "revoke", "from the second tab"))
    assert answer.status_code == 422
    assert "from the first tab" in answer.text
    assert "from the second tab" in answer.text
    decision = items_of("cat")[0].decision
    assert decision is not None
    assert decision.outcome is Outcome.KEEP


def test_one_foreign_item_among_the_answers_refuses_them_all(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    own, foreign = items_of("cat")[0], items_of("ben")[0]
    answer = browser("cat").post(
        f"/reviews/{whole.campaign.id}",
        **_answer(own, "revoke", "mine"),
        **_answer(foreign, "revoke", "not mine"),
    )
    assert answer.status_code == 404
    assert {item.state for item in items_of("cat") + items_of("ben")} == {ItemState.OPEN}


def test_a_campaign_without_own_items_does_not_exist_for_a_reviewer(
    whole: Tool, browser: OpenBrowser
) -> None:
    here = browser("fay")
    assert here.get(f"/reviews/{whole.campaign.id}").status_code == 200
    for page in ("", "/together", "/sign-off"):
        assert here.get(f"/reviews/nothing{page}").status_code == 404


def test_plain_items_are_answered_together_and_those_in_violations_are_not(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    here = browser("cat")
    address = f"/reviews/{whole.campaign.id}/together"
    page = here.get(address).text
    assert "Eve Gone" in page
    assert "Dan Doer" not in page
    refused = here.post(address, outcome="keep", reason=" ")
    assert refused.status_code == 422
    assert here.post(address, outcome="keep", reason="All still on the team.").status_code == 303
    states = {item.subject: item.state for item in items_of("cat")}
    assert states == {"dan": ItemState.OPEN, "eve": ItemState.DECIDED}


def test_signing_off_needs_all_answers_and_a_confirmation_and_is_final(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    here = browser("cat")
    address = f"/reviews/{whole.campaign.id}"
    for item in items_of("cat"):
        here.post(address, **_answer(item, "revoke", "Not needed."))
    assert here.post(f"{address}/sign-off").status_code == 422
    assert here.post(f"{address}/sign-off", confirmed="yes").status_code == 303
    assert {item.state for item in items_of("cat")} == {ItemState.SIGNED}
    assert "This is final." in here.get(f"{address}/sign-off").text
    assert "<textarea" not in here.get(address).text


def test_signing_off_too_early_says_what_is_missing(whole: Tool, browser: OpenBrowser) -> None:
    here = browser("cat")
    answer = here.post(f"/reviews/{whole.campaign.id}/sign-off", confirmed="yes")
    assert answer.status_code == 422
    assert "not answered yet" in answer.text


def test_what_was_typed_survives_a_session_that_has_ended(
    whole: Tool, browser: OpenBrowser, items_of: ItemsOf
) -> None:
    here = browser("cat")
    item = items_of("cat")[0]
    address = f"/reviews/{whole.campaign.id}"
    fields = {"csrf_token": here.secret(), **_answer(item, "revoke", "A long <reason>.")}
    whole.clock.move(hours=2)
    answer = here.client.post(address, data=fields)
    assert answer.status_code == 401
    kept = html.unescape(_field(answer.text, "kept"))
    assert items_of("cat")[0].state is ItemState.OPEN
    refused = here.post_sign_in("cat", "wrong", kept)
    assert _field(refused.text, "kept")
    signed_in = here.post_sign_in("cat", PASSWORD, kept)
    offered = here.get(signed_in.headers["Location"])
    assert "A long &lt;reason&gt;." in offered.text
    names = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', offered.text)
    saved = here.client.post(address, data={name: html.unescape(value) for name, value in names})
    assert saved.status_code == 303
    decision = items_of("cat")[0].decision
    assert decision is not None
    assert decision.justification == "A long <reason>."


def test_a_kept_form_leads_nowhere_else(browser: OpenBrowser) -> None:
    here = browser("")
    kept = '{"address": "https://evil.example/", "fields": []}'
    answer = here.get(here.post_sign_in("cat", PASSWORD, kept).headers["Location"])
    assert answer.headers["Location"] == "/"
    answer = here.get(here.post_sign_in("cat", PASSWORD, "no form").headers["Location"])
    assert answer.headers["Location"] == "/"


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]
