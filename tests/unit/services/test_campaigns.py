from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from accessreview.model.review import (
    CampaignScope,
    CampaignState,
    ItemState,
    Outcome,
    RoutingReason,
)
from accessreview.model.user import UserRole
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

DANS = ("dan", "CORP\\VM Admins")


def test_every_permission_of_everybody_is_asked_about(peopled: House) -> None:
    campaign = peopled.open()
    assert (campaign.state, campaign.launched_at) == (
        CampaignState.IN_REVIEW,
        peopled.clock.now(),
    )
    items = peopled.items(campaign)
    assert set(items) == {
        ("amy", "CORP\\amy"),
        ("amy", "CORP\\amy-adm"),
        DANS,
        ("dan", "CORP\\Host Admins"),
        ("eve", "CORP\\VM Admins"),
        ("dir/backup", "CORP\\Host Admins"),
    }
    dans = items[DANS]
    assert dans.access.place == "vCenter Berlin / Berlin"
    assert dans.access.chains[0].via == ("dan", "Team", "CORP\\VM Admins")
    assert dans.access.findings == ("SOD-1/identity/dan",)
    assert dans.access.duties == ("VM administration",)
    assert dans.access.objects == 5
    assert not items["eve", "CORP\\VM Admins"].access.chains[0].enabled
    assert items["eve", "CORP\\VM Admins"].access.findings == ()


def test_each_item_goes_to_whom_the_rules_of_routing_name(peopled: House) -> None:
    items = peopled.items(peopled.open())
    assert {key: (item.reviewer, item.routing) for key, item in items.items()} == {
        ("amy", "CORP\\amy"): ("ben", RoutingReason.MANAGER),
        ("amy", "CORP\\amy-adm"): ("ben", RoutingReason.MANAGER),
        DANS: ("cat", RoutingReason.GROUP_OWNER),
        ("dan", "CORP\\Host Admins"): ("ben", RoutingReason.MANAGER),
        ("eve", "CORP\\VM Admins"): ("cat", RoutingReason.GROUP_OWNER),
        ("dir/backup", "CORP\\Host Admins"): ("fay", RoutingReason.FALLBACK),
    }


def test_a_campaign_over_violations_asks_only_what_stands_behind_one(peopled: House) -> None:
    items = peopled.items(peopled.open(scope=CampaignScope.VIOLATIONS))
    assert set(items) == {
        ("amy", "CORP\\amy"),
        ("amy", "CORP\\amy-adm"),
        DANS,
        ("dan", "CORP\\Host Admins"),
    }
    assert items["amy", "CORP\\amy"].access.findings == (
        "SOD-1/identity/amy",
        "SPRAWL-1/vcenter/vc",
    )


def test_no_access_is_not_asked_about_and_that_is_recorded(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "vm1", "CORP\\VM Admins", "true", "-5", "true")
    peopled.clock.move(hours=1)
    peopled.refresh.run(ADMINISTRATOR)
    items = peopled.items(peopled.open())
    assert all(item.access.privileges for item in items.values())
    details = peopled.details("campaign:state:open")
    assert (details["items"], details["restrictions_not_asked"]) == ("6", "2")


def test_reviewers_who_cannot_sign_in_are_recorded_at_the_opening(peopled: House) -> None:
    peopled.company.add("responsibles", "dir", "hosts", "owner", "dir", "amy")
    with peopled.database.writing() as work:
        user = work.users.by_login("cat@tool")
        assert user is not None
        work.users.save(replace(user, enabled=False))
        work.audit.record("user:disable", "test", "", {}, peopled.clock.now())
    peopled.open()
    assert peopled.details("campaign:state:open")["reviewers_without_login"] == "cat"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "  "}, "Give the campaign a name"),
        ({"name": "x" * 201}, "at most 200"),
        ({"due_at": None}, "must lie in the future"),
        ({"fallback_reviewer": "nobody@tool"}, "nobody@tool cannot be the fallback"),
        ({"fallback_reviewer": ""}, "Name a fallback reviewer"),
    ],
)
def test_a_campaign_needs_a_name_a_date_and_a_fallback(
    peopled: House, changes: dict[str, object], sentence: str
) -> None:
    if "due_at" in changes:
        changes = {"due_at": peopled.clock.now()}
    with pytest.raises(InputError, match=sentence):
        peopled.open(**changes)
    with peopled.database.reading() as work:
        assert list(work.campaigns.list()) == []


def test_the_fallback_is_not_asked_about_themselves(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "vm1", "CORP\\fay", "false", "10", "true")
    peopled.clock.move(hours=1)
    peopled.refresh.run(ADMINISTRATOR)
    with pytest.raises(ConflictError, match="Nobody but Fay Fallback"):
        peopled.open()
    items = peopled.items(peopled.open(second_fallback="ben@tool"))
    assert items["fay", "CORP\\fay"].reviewer == "ben"


def test_a_partial_snapshot_is_reviewed_only_for_a_recorded_reason(peopled: House) -> None:
    peopled.directory.gaps = ("The size limit was reached.",)
    peopled.clock.move(hours=1)
    peopled.refresh.run(ADMINISTRATOR)
    with pytest.raises(ConflictError, match=r"corp\.example: The size limit was reached"):
        peopled.open()
    peopled.open(accept_incomplete_reason="the rest is empty")
    assert peopled.details("campaign:state:open")["accepted_incomplete"] == "the rest is empty"


def test_with_nothing_to_ask_no_campaign_is_opened(peopled: House) -> None:
    peopled.company.rows["permissions"] = []
    peopled.clock.move(hours=1)
    peopled.refresh.run(ADMINISTRATOR)
    with pytest.raises(ConflictError, match="nobody holds a permission"):
        peopled.open()
    with pytest.raises(ConflictError, match="no violations"):
        peopled.open(scope=CampaignScope.VIOLATIONS)


def test_without_a_snapshot_nothing_is_opened(house: House) -> None:
    with pytest.raises(NotFoundError, match="collect"):
        house.open()


def test_what_is_not_signed_off_is_no_answer(peopled: House) -> None:
    campaign = peopled.open()
    item = peopled.items(campaign)[DANS]
    peopled.decisions.take(reviewer("cat"), item.id, Outcome.REVOKE, "left")
    finished = peopled.campaigns.finish_review(ADMINISTRATOR, campaign.id)
    assert finished.state is CampaignState.IN_REMEDIATION
    assert {each.state for each in peopled.items(campaign).values()} == {ItemState.UNANSWERED}
    assert peopled.details("campaign:state:finish_review") == {
        "items": "6",
        "unanswered": "5",
        "decided_but_not_signed": "1",
        "revoked": "0",
    }
    assert peopled.remediation.plan(ADMINISTRATOR, campaign.id) == ()
    closed = peopled.campaigns.close(ADMINISTRATOR, campaign.id)
    assert closed.state is CampaignState.CLOSED


def test_a_cancelled_campaign_takes_no_more_answers(peopled: House) -> None:
    campaign = peopled.open()
    with pytest.raises(InputError, match="Say why"):
        peopled.campaigns.cancel(ADMINISTRATOR, campaign.id, " ")
    peopled.campaigns.cancel(ADMINISTRATOR, campaign.id, "the wrong snapshot")
    item = peopled.items(campaign)[DANS]
    with pytest.raises(ConflictError, match="is over"):
        peopled.decisions.take(reviewer("cat"), item.id, Outcome.KEEP, "x")
    with pytest.raises(ConflictError):
        peopled.campaigns.finish_review(ADMINISTRATOR, campaign.id)


def test_a_campaign_is_not_closed_during_its_review(peopled: House) -> None:
    campaign = peopled.open()
    with pytest.raises(ConflictError, match="not possible once the state is “in review”"):
        peopled.campaigns.close(ADMINISTRATOR, campaign.id, "enough")


def test_everybody_with_open_items_gets_one_message(peopled: House) -> None:
    peopled.open()
    peopled.open(name="Second", due_at=peopled.clock.now() + timedelta(days=3))
    assert peopled.campaigns.remind(ADMINISTRATOR) == 3
    message = next(each for each in peopled.mailbox.messages if each.to.startswith("cat"))
    assert message.subject == "Access reviews wait for you: 4"
    assert message.body.index("- Second: 2, due by 2026-03-05 09:05 UTC") < message.body.index(
        "- Spring: 2, due by 2026-03-16 09:05 UTC"
    )
    assert "https://review.example" in message.body
    assert peopled.details("reviewer:reminder:send")["items"] == "2"


def test_a_reminder_goes_to_the_login_that_can_answer(peopled: House) -> None:
    peopled.open()
    with peopled.database.writing() as work:
        cat = work.users.get("u-cat")
        work.users.add(
            replace(
                cat,
                id="u-zoe",
                login="zoe@tool",
                mail="cat-admin@corp.example",
                role=UserRole.ADMINISTRATOR,
            )
        )
        work.audit.record("user:add", "test", "", {}, peopled.clock.now())
    peopled.campaigns.remind(ADMINISTRATOR)
    written = {message.to for message in peopled.mailbox.messages}
    assert "cat@corp.example" in written
    assert "cat-admin@corp.example" not in written


def test_a_reminder_that_cannot_be_sent_is_recorded(peopled: House) -> None:
    peopled.open()
    peopled.mailbox.closed = True
    assert peopled.campaigns.remind(ADMINISTRATOR) == 0
    assert peopled.actions().count("reviewer:reminder:fail") == 3
    details = peopled.details("reviewer:reminder:fail")
    assert details["reason"] == "The mail server does not answer."


def test_progress_is_told_by_reviewer(peopled: House) -> None:
    campaign = peopled.open()
    item = peopled.items(campaign)[DANS]
    peopled.decisions.take(reviewer("cat"), item.id, Outcome.REVOKE, "left")
    progress = peopled.campaigns.progress(ADMINISTRATOR, campaign.id)
    assert progress["cat"][ItemState.DECIDED] == 1
    assert progress["cat"][ItemState.OPEN] == 1
    assert sum(sum(counts.values()) for counts in progress.values()) == 6


def test_reviewers_do_not_run_campaigns(peopled: House) -> None:
    service, cat = peopled.campaigns, reviewer("cat")
    for call in (
        lambda: service.finish_review(cat, "x"),
        lambda: service.close(cat, "x"),
        lambda: service.cancel(cat, "x", "y"),
        lambda: service.remind(cat),
        lambda: service.progress(cat, "x"),
    ):
        with pytest.raises(NotAllowedError):
            call()
