from dataclasses import replace

import pytest

from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    SelfReviewError,
)
from accessreview.model.review import ItemState, Outcome
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

DANS = ("dan", "CORP\\VM Admins")


def test_a_decision_is_recorded_with_its_reason(peopled: House) -> None:
    item = peopled.items(peopled.open())[DANS]
    decided = peopled.decisions.take(reviewer("cat"), item.id, Outcome.REVOKE, "left the team")
    assert decided.state is ItemState.DECIDED
    details = peopled.details("review_item:decision:take")
    assert (details["outcome"], details["justification"]) == ("revoke", "left the team")


def test_another_reviewers_item_reads_like_one_that_does_not_exist(peopled: House) -> None:
    item = peopled.items(peopled.open())[DANS]
    sentences = set()
    for id_ in (item.id, "no-such-item"):
        with pytest.raises(NotFoundError) as caught:
            peopled.decisions.take(reviewer("ben"), id_, Outcome.KEEP, "x")
        sentences.add(str(caught.value))
    assert sentences == {"There is no such item among those you review."}


def test_an_attempt_at_ones_own_access_is_refused_and_recorded(peopled: House) -> None:
    item = peopled.items(peopled.open())[DANS]
    with pytest.raises(SelfReviewError):
        peopled.decisions.take(reviewer("dan"), item.id, Outcome.KEEP, "mine")
    assert peopled.details("review_item:decision:refuse")["outcome"] == "keep"
    assert peopled.actions()[-1] == "review_item:decision:refuse"


def test_a_second_account_of_the_same_person_is_the_same_person(peopled: House) -> None:
    campaign = peopled.open()
    item = peopled.items(campaign)["amy", "CORP\\amy-adm"]
    with peopled.database.writing() as work:
        # Whatever led there: even an item routed to the subject's other account is refused.
        work.items.save([replace(item, reviewer="dir/amy-adm")])
        work.audit.record("test", "test", "", {}, peopled.clock.now())
    for own in ("amy", "dir/amy-adm"):
        with pytest.raises(SelfReviewError):
            peopled.decisions.take(reviewer(own), item.id, Outcome.KEEP, "x")


def test_several_items_are_decided_together_or_not_at_all(peopled: House) -> None:
    campaign = peopled.open()
    items = peopled.items(campaign)
    cats = [item.id for item in items.values() if item.reviewer == "cat"]
    bens = next(item.id for item in items.values() if item.reviewer == "ben")
    with pytest.raises(NotFoundError):
        peopled.decisions.take_many(reviewer("cat"), [*cats, bens], Outcome.KEEP, "fine")
    assert {item.state for item in peopled.items(campaign).values()} == {ItemState.OPEN}
    assert "review_item:decision:take" not in peopled.actions()
    decided = peopled.decisions.take_many(reviewer("cat"), cats, Outcome.KEEP, "fine")
    assert [item.id for item in decided] == cats
    assert peopled.actions().count("review_item:decision:take") == len(cats)


@pytest.mark.parametrize("ids", [[], ["a", "a"]], ids=["none", "twice"])
def test_something_must_be_chosen_and_only_once(peopled: House, ids: list[str]) -> None:
    with pytest.raises(InputError, match="only once"):
        peopled.decisions.take_many(reviewer("cat"), ids, Outcome.KEEP, "x")


def test_signing_off_makes_decisions_final(peopled: House) -> None:
    campaign = peopled.open()
    cats = [item for item in peopled.items(campaign).values() if item.reviewer == "cat"]
    with pytest.raises(ConflictError, match="2 of 2 items are not decided"):
        peopled.decisions.sign_off(reviewer("cat"), campaign.id)
    peopled.decisions.take_many(reviewer("cat"), [item.id for item in cats], Outcome.KEEP, "needed")
    sign_off = peopled.decisions.sign_off(reviewer("cat"), campaign.id)
    assert (sign_off.kept, sign_off.revoked) == (2, 0)
    assert peopled.details("campaign:decisions:sign_off")["statement"] == sign_off.statement
    with pytest.raises(ConflictError):
        peopled.decisions.take(reviewer("cat"), cats[0].id, Outcome.REVOKE, "changed my mind")
    with pytest.raises(ConflictError):
        peopled.decisions.sign_off(reviewer("cat"), campaign.id)


def test_without_items_there_is_nothing_to_sign(peopled: House) -> None:
    campaign = peopled.open()
    for identity in ("amy", ""):
        with pytest.raises(ConflictError, match="no items"):
            peopled.decisions.sign_off(reviewer(identity), campaign.id)


def test_an_administrator_never_decides(peopled: House) -> None:
    item = peopled.items(peopled.open())[DANS]
    with pytest.raises(NotAllowedError):
        peopled.decisions.take(ADMINISTRATOR, item.id, Outcome.KEEP, "x")
    with pytest.raises(NotAllowedError):
        peopled.decisions.sign_off(ADMINISTRATOR, item.campaign)
