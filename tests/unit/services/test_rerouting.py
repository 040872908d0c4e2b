"""A reviewer who leaves while the review goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from accessreview.model.review import Campaign, ItemState, Outcome, RoutingReason
from accessreview.model.user import UserRole
from accessreview.services.queries.campaigns import CampaignQueries
from accessreview.services.queries.views import SnapshotViews
from accessreview.services.rerouting import Rerouting
from tests.unit.services.conftest import ADMINISTRATOR, House, collect, reviewer

DANS, EVES = ("dan", "CORP\\VM Admins"), ("eve", "CORP\\VM Admins")


@pytest.fixture
def rerouting(peopled: House) -> Rerouting:
    return Rerouting(database=peopled.database, clock=peopled.clock)


def left(house: House, campaign: Campaign) -> dict[str, str]:
    queries = CampaignQueries(house.database, house.clock, SnapshotViews())
    return {
        one.reviewer: one.left
        for one in queries.show(ADMINISTRATOR, campaign.id).reviewers
        if one.left
    }


def disable(house: House, login: str) -> None:
    house.company.rows["accounts"] = [
        (*row[:6], "false", row[7]) if row[2] == login else row
        for row in house.company.rows["accounts"]
    ]


def test_who_is_asked_is_settled_when_the_campaign_opens(peopled: House) -> None:
    """Whatever the directories say later of owners and managers."""
    campaign = peopled.open()
    before = peopled.items(campaign)
    peopled.company.drop("responsibles", "dir", "vma", "owner")
    peopled.company.add("responsibles", "dir", "vma", "owner", "dir", "ben")
    collect(peopled)
    assert peopled.items(campaign) == before
    assert before[DANS].reviewer == "cat"
    assert peopled.items(peopled.open(name="Next"))[DANS].reviewer == "ben"


def test_a_reviewer_without_an_enabled_account_is_said_to_have_left(peopled: House) -> None:
    campaign = peopled.open()
    assert left(peopled, campaign) == {}
    disable(peopled, "cat")
    collect(peopled)
    assert left(peopled, campaign) == {"cat": "left: every account is disabled by now"}
    for table, at in (("accounts", 1), ("responsibles", 4), ("members", 3), ("locators", 1),
                      ("principal_names", 1)):  # fmt: skip
        rows = peopled.company.rows.get(table, [])
        peopled.company.rows[table] = [row for row in rows if row[at] != "cat"]
    collect(peopled)
    assert left(peopled, campaign) == {"cat": "left: no account is there any more"}


def test_somebody_else_answers_in_place_of_one_who_left(
    peopled: House, rerouting: Rerouting
) -> None:
    campaign = peopled.open()
    items = peopled.items(campaign)
    peopled.decisions.take(reviewer("cat"), items[DANS].id, Outcome.KEEP, "as agreed")
    done = rerouting.reroute(
        ADMINISTRATOR, campaign.id, reviewer="cat", to="fay@tool", reason=" Cat left. "
    )
    assert ({item.id for item in done.items}, done.own) == (
        {items[DANS].id, items[EVES].id},
        0,
    )
    moved = peopled.items(campaign)[DANS]
    assert (moved.reviewer, moved.reviewer_name, moved.state, moved.decision) == (
        "fay",
        "Fay",
        ItemState.OPEN,
        None,
    )
    assert (moved.routing, moved.routing_detail) == (
        RoutingReason.REROUTED,
        "in place of Cat Owner, because Cat left",
    )
    with peopled.database.reading() as work:
        told = {
            event.object: dict(event.details)
            for event in work.audit.list()
            if event.action == "review_item:reviewer:change"
        }
    assert told[moved.id] == {
        "campaign": campaign.id,
        "from": "cat",
        "to": "fay",
        "reason": "Cat left",
        "dropped_decision": "keep",
    }
    assert told[items[EVES].id]["dropped_decision"] == ""
    with pytest.raises(NotFoundError):
        peopled.decisions.take(reviewer("cat"), moved.id, Outcome.KEEP, "as agreed")
    peopled.answer(campaign, DANS)
    assert peopled.items(campaign)[DANS].state is ItemState.SIGNED


def test_nobody_gets_their_own_access_to_answer_for(peopled: House, rerouting: Rerouting) -> None:
    campaign = peopled.open()
    done = rerouting.reroute(
        ADMINISTRATOR, campaign.id, reviewer="cat", to="dan@tool", reason="ill"
    )
    assert (len(done.items), done.own) == (1, 1)
    now = peopled.items(campaign)
    assert (now[DANS].reviewer, now[EVES].reviewer) == ("cat", "dan")
    with pytest.raises(ConflictError, match="about access of Dan; choose somebody else"):
        rerouting.reroute(ADMINISTRATOR, campaign.id, reviewer="cat", to="dan@tool", reason="ill")


def test_what_is_signed_off_stays_and_who_has_signed_is_not_asked_again(
    peopled: House, rerouting: Rerouting
) -> None:
    campaign = peopled.open()
    for item in peopled.items(campaign).values():
        if item.reviewer == "cat":
            peopled.decisions.take(reviewer("cat"), item.id, Outcome.KEEP, "as agreed")
    peopled.decisions.sign_off(reviewer("cat"), campaign.id)
    before = peopled.items(campaign)
    with pytest.raises(ConflictError, match="Nothing waits"):
        rerouting.reroute(ADMINISTRATOR, campaign.id, reviewer="cat", to="fay@tool", reason="x")
    with pytest.raises(ConflictError, match="cat@tool has signed off this campaign already"):
        rerouting.reroute(ADMINISTRATOR, campaign.id, reviewer="ben", to="cat@tool", reason="x")
    assert peopled.items(campaign) == before


def test_a_wrong_choice_is_named(peopled: House, rerouting: Rerouting) -> None:
    campaign = peopled.open()
    with peopled.database.writing() as work:
        fay = work.users.get("u-fay")
        work.users.add(replace(fay, id="u-x", login="x@tool", role=UserRole.AUDITOR))
        work.audit.record("user:add", "test", "", {}, peopled.clock.now())
    for to, reason, words in (
        ("fay@tool", " . ", "Say in at most"),
        ("fay@tool", "x" * 2001, "Say in at most"),
        ("nobody", "x", "nobody cannot answer"),
        ("x@tool", "x", "x@tool cannot answer"),
        ("cat@tool", "x", "the very reviewer"),
    ):
        with pytest.raises(InputError, match=words):
            rerouting.reroute(ADMINISTRATOR, campaign.id, reviewer="cat", to=to, reason=reason)
    with pytest.raises(NotAllowedError):
        rerouting.reroute(reviewer("cat"), campaign.id, reviewer="ben", to="cat@tool", reason="x")


def test_after_the_review_nobody_else_is_asked(peopled: House, rerouting: Rerouting) -> None:
    campaign = peopled.open(due_at=peopled.clock.now() + timedelta(days=1))
    peopled.campaigns.finish_review(ADMINISTRATOR, campaign.id)
    with pytest.raises(ConflictError, match="is over"):
        rerouting.reroute(ADMINISTRATOR, campaign.id, reviewer="cat", to="fay@tool", reason="x")
