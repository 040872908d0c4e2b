from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accessreview.model.canonical import plain
from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    SelfReviewError,
)
from accessreview.model.review import Decision, ItemState, Outcome, ReviewItem
from accessreview.review.decide import LONGEST_JUSTIFICATION, decide, sign
from accessreview.review.statement import statement, statement_of_rows

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def answer(
    outcome: Outcome = Outcome.KEEP, reviewer: str = "cat", justification: str = ""
) -> Decision:
    return Decision(outcome, reviewer, "cat@tool", AT, justification)


def test_the_reviewer_decides_and_may_change_the_answer(item: ReviewItem) -> None:
    kept = decide(item, answer())
    assert kept.state is ItemState.DECIDED
    revoked = decide(kept, answer(Outcome.REVOKE, justification="  left the team "))
    assert revoked.decision == answer(Outcome.REVOKE, justification="left the team")


@pytest.mark.parametrize("own", ["dan", "dir/dan", "dir/dan-adm"])
def test_nobody_decides_on_access_of_their_own_under_whatever_account(
    item: ReviewItem, own: str
) -> None:
    with pytest.raises(SelfReviewError, match=r"Dan Doer: VM administrator"):
        decide(replace(item, reviewer=own), answer(reviewer=own))


@pytest.mark.parametrize("other", ["ben", ""])
def test_nobody_decides_for_another_reviewer(item: ReviewItem, other: str) -> None:
    with pytest.raises(NotAllowedError):
        decide(item, answer(reviewer=other))


def test_without_an_identity_one_is_nobodys_reviewer(item: ReviewItem) -> None:
    with pytest.raises(NotAllowedError):
        decide(replace(item, reviewer=""), answer(reviewer=""))


@pytest.mark.parametrize("state", [ItemState.SIGNED, ItemState.UNANSWERED])
def test_what_is_final_stays(item: ReviewItem, state: ItemState) -> None:
    with pytest.raises(ConflictError):
        decide(replace(item, state=state), answer())


def test_a_revocation_needs_a_reason(item: ReviewItem) -> None:
    with pytest.raises(InputError, match="Say why this access is taken away"):
        decide(item, answer(Outcome.REVOKE, justification="   "))


def test_keeping_what_breaks_a_rule_needs_a_reason(item: ReviewItem) -> None:
    broken = replace(item, access=replace(item.access, findings=("SOD-1/identity/dan",)))
    with pytest.raises(InputError, match="although it breaks a rule"):
        decide(broken, answer())
    assert decide(broken, answer(justification="on call")).decision is not None


def test_a_reason_is_bounded(item: ReviewItem) -> None:
    with pytest.raises(InputError, match="at most"):
        decide(item, answer(justification="x" * (LONGEST_JUSTIFICATION + 1)))


def test_a_sign_off_covers_every_own_item_and_makes_it_final(item: ReviewItem) -> None:
    first = decide(item, answer())
    second = decide(replace(item, id="i0"), answer(Outcome.REVOKE, justification="gone"))
    sign_off, items = sign([first, second], campaign="c1", reviewer="cat", actor="cat@tool", at=AT)
    assert (sign_off.kept, sign_off.revoked, sign_off.items) == (1, 1, ("i0", "i1"))
    assert {each.state for each in items} == {ItemState.SIGNED}
    assert sign_off.statement == statement(items)


def test_nothing_is_signed_off_while_an_item_is_open(item: ReviewItem) -> None:
    with pytest.raises(ConflictError, match="1 of 2 items are not decided"):
        sign(
            [decide(item, answer()), replace(item, id="i2")],
            campaign="c1",
            reviewer="cat",
            actor="cat",
            at=AT,
        )


def test_there_must_be_something_to_sign_and_only_once(item: ReviewItem) -> None:
    with pytest.raises(ConflictError, match="no items"):
        sign([], campaign="c1", reviewer="cat", actor="cat", at=AT)
    _, items = sign([decide(item, answer())], campaign="c1", reviewer="cat", actor="c", at=AT)
    with pytest.raises(ConflictError):
        sign(items, campaign="c1", reviewer="cat", actor="c", at=AT)


def test_the_statement_is_of_the_decisions_in_whatever_order(item: ReviewItem) -> None:
    first, second = decide(item, answer()), decide(replace(item, id="i2"), answer())
    assert statement([first, second]) == statement([second, first])
    changed = decide(first, answer(Outcome.REVOKE, justification="x"))
    assert statement([changed, second]) != statement([first, second])
    row = plain(first)
    assert isinstance(row, dict)
    assert statement_of_rows([row]) == statement([first])
