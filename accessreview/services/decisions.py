"""Decisions of reviewers: load, decide, save, record."""

from collections.abc import Sequence
from dataclasses import dataclass

from accessreview.model.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    SelfReviewError,
)
from accessreview.model.review import CampaignState, Decision, Outcome, ReviewItem, SignOff
from accessreview.model.user import Authorization
from accessreview.review.decide import decide, sign
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    database: Database
    clock: Clock

    def take(
        self, authorization: Authorization, item_id: str, outcome: Outcome, justification: str
    ) -> ReviewItem:
        """Decide on one item of one's own, or decide anew before signing off.

        Raises:
            NotFoundError: no such item, or it is another reviewer's, which is not told apart.
            SelfReviewError: it is about the actor's own access; the attempt is recorded.
            ConflictError: it is signed off, or the review is over.
            InputError: a reason is missing.
        """
        return self.take_many(authorization, (item_id,), outcome, justification)[0]

    def take_many(
        self,
        authorization: Authorization,
        item_ids: Sequence[str],
        outcome: Outcome,
        justification: str,
    ) -> tuple[ReviewItem, ...]:
        """The same decision on several items: on all of them or, if one is refused, on none.

        Raises as ``take``; InputError also when nothing or the same item twice is named.
        """
        require(authorization, Capability.REVIEW)
        if not item_ids or len(set(item_ids)) != len(item_ids):
            raise InputError("Choose at least one item, and each only once.")
        try:
            with self.database.writing() as work:
                decided = tuple(
                    self._take(work, authorization, item_id, outcome, justification)
                    for item_id in item_ids
                )
                work.items.save(decided)
        except SelfReviewError as error:
            # The refusal is recorded on its own: the decision's transaction is gone with it.
            with self.database.writing() as work:
                work.audit.record(
                    "review_item:decision:refuse",
                    authorization.actor,
                    ", ".join(item_ids),
                    {"reason": str(error), "outcome": outcome.value},
                    self.clock.now(),
                )
            raise
        return decided

    def sign_off(self, authorization: Authorization, campaign_id: str) -> SignOff:
        """Attest all of one's own decisions of a campaign; they are final from then on.

        Raises:
            NotFoundError: no such campaign.
            ConflictError: the review is over, an item is open, or it was signed off before.
        """
        require(authorization, Capability.REVIEW)
        with self.database.writing() as work:
            _require_in_review(work, campaign_id)
            now = self.clock.now()
            sign_off, signed = sign(
                _own(work, authorization, campaign_id),
                campaign=campaign_id,
                reviewer=authorization.identity,
                actor=authorization.actor,
                at=now,
            )
            work.sign_offs.add(sign_off)
            work.items.save(signed)
            work.audit.record(
                "campaign:decisions:sign_off",
                authorization.actor,
                campaign_id,
                {
                    "reviewer": sign_off.reviewer,
                    "kept": str(sign_off.kept),
                    "revoked": str(sign_off.revoked),
                    "statement": sign_off.statement,
                },
                now,
            )
        return sign_off

    def _take(
        self,
        work: UnitOfWork,
        authorization: Authorization,
        item_id: str,
        outcome: Outcome,
        justification: str,
    ) -> ReviewItem:
        now = self.clock.now()
        try:
            item = work.items.get(item_id)
            decided = decide(
                item,
                Decision(outcome, authorization.identity, authorization.actor, now, justification),
            )
        except SelfReviewError:
            raise
        except (NotFoundError, NotAllowedError):
            raise NotFoundError("There is no such item among those you review.") from None
        _require_in_review(work, item.campaign)
        work.audit.record(
            "review_item:decision:take",
            authorization.actor,
            item.id,
            {
                "outcome": outcome.value,
                "reviewer": authorization.identity,
                "justification": justification.strip(),
                "campaign": item.campaign,
            },
            now,
        )
        return decided


def _own(work: UnitOfWork, authorization: Authorization, campaign_id: str) -> Sequence[ReviewItem]:
    # Without an identity nobody is a reviewer, and an empty one must not match anything.
    if not authorization.identity:
        return ()
    return work.items.of_reviewer(authorization.identity, campaign_id)


def _require_in_review(work: UnitOfWork, campaign_id: str) -> None:
    campaign = work.campaigns.get(campaign_id)
    if campaign.state is not CampaignState.IN_REVIEW:
        raise ConflictError(
            f"The review of campaign “{campaign.name}” is over; decisions can no longer be taken."
        )
