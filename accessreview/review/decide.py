"""Decisions and sign-offs: who may take which, and what makes them final."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from accessreview.model.errors import ConflictError, InputError, NotAllowedError, SelfReviewError
from accessreview.model.review import Decision, ItemAction, ItemState, Outcome, ReviewItem, SignOff
from accessreview.review.lifecycle import ITEM, advance
from accessreview.review.statement import statement

LONGEST_JUSTIFICATION = 4000


def is_own_access(item: ReviewItem, identity: str) -> bool:
    """Whether the item is about this identity, be it under the name of one of its accounts."""
    own = {item.subject, *(f"{account.source}/{account.id}" for account in item.accounts)}
    return identity in own


def decide(item: ReviewItem, decision: Decision) -> ReviewItem:
    """Return the item carrying the decision; an earlier one is replaced until it is signed off.

    Raises:
        SelfReviewError: the item is about the reviewer's own access, under whatever account.
        NotAllowedError: the item is another reviewer's.
        ConflictError: the item is signed off, or the review is over.
        InputError: a reason is required and missing, or is too long.
    """
    what = f"{item.subject_name}: {item.access.role_name} on {item.access.place}"
    if decision.reviewer and is_own_access(item, decision.reviewer):
        raise SelfReviewError(
            f"{decision.actor} may not decide on access of their own ({what}); it is for "
            f"{item.reviewer_name or 'another reviewer'} to decide."
        )
    if not decision.reviewer or decision.reviewer != item.reviewer:
        raise NotAllowedError(f"{decision.actor} is not the reviewer of this item.")
    state = advance(ITEM, item.state, ItemAction.DECIDE)
    reason = decision.justification.strip()
    if len(reason) > LONGEST_JUSTIFICATION:
        raise InputError(
            f"The reason has {len(reason)} characters; at most {LONGEST_JUSTIFICATION} are kept."
        )
    if not reason and decision.outcome is Outcome.REVOKE:
        raise InputError(f"Say why this access is taken away ({what}).")
    if not reason and item.access.findings:
        raise InputError(f"Say why this access is kept although it breaks a rule ({what}).")
    return replace(item, state=state, decision=replace(decision, justification=reason))


def sign(
    items: Sequence[ReviewItem], *, campaign: str, reviewer: str, actor: str, at: datetime
) -> tuple[SignOff, tuple[ReviewItem, ...]]:
    """Sign off a reviewer's items of one campaign, all of them at once.

    Raises:
        ConflictError: there is nothing to sign, an item is still open, or it was signed before.
    """
    if not items:
        raise ConflictError(f"{actor} has no items in this campaign to sign off.")
    undecided = sum(item.state is ItemState.OPEN for item in items)
    if undecided:
        raise ConflictError(
            f"{undecided} of {len(items)} items are not decided yet; decide them before signing."
        )
    signed = tuple(
        replace(item, state=advance(ITEM, item.state, ItemAction.SIGN)) for item in items
    )
    revoked = sum(
        item.decision is not None and item.decision.outcome is Outcome.REVOKE for item in signed
    )
    sign_off = SignOff(
        campaign=campaign,
        reviewer=reviewer,
        actor=actor,
        at=at,
        kept=len(signed) - revoked,
        revoked=revoked,
        statement=statement(signed),
        items=tuple(sorted(item.id for item in signed)),
    )
    return sign_off, signed
