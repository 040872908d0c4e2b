"""Reviewers who left while a review goes on: somebody else answers in their place."""

from dataclasses import dataclass

from accessreview.model.errors import ConflictError, InputError
from accessreview.model.review import CampaignState, ReviewItem
from accessreview.model.user import Authorization, User
from accessreview.review.rerouting import Rerouted, reroute
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork

_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouting:
    database: Database
    clock: Clock

    def reroute(
        self,
        authorization: Authorization,
        campaign_id: str,
        *,
        reviewer: str,
        to: str,
        reason: str,
    ) -> Rerouted:
        """Ask the reviewer with the login ``to`` what waits for the identity ``reviewer``.

        What is signed off stays as it is. Each item that moves is recorded, with who was asked
        before, who is now, and why.

        Raises:
            NotFoundError: no such campaign.
            InputError: no reason was given, or the login is not that of somebody who can answer.
            ConflictError: its review does not go on, nothing waits for that reviewer, or the other
                has signed off already and could not sign again.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        why = reason.strip().rstrip(".")
        if not why or len(why) > _LONGEST_REASON:
            raise InputError(f"Say in at most {_LONGEST_REASON} characters why they cannot answer.")
        with self.database.writing() as work:
            campaign = work.campaigns.get(campaign_id)
            if campaign.state is not CampaignState.IN_REVIEW:
                raise ConflictError(f"The review of campaign “{campaign.name}” is over.")
            stand_in = _able(work, to)
            if stand_in.identity == reviewer:
                raise InputError(f"{to} is the very reviewer who is to be replaced.")
            signed = {one.reviewer for one in work.sign_offs.of_campaign(campaign_id)}
            if stand_in.identity in signed:
                raise ConflictError(
                    f"{to} has signed off this campaign already; choose somebody who has not."
                )
            items = work.items.of_reviewer(reviewer, campaign_id)
            rerouted = reroute(items, stand_in.identity, stand_in.display_name or to, why)
            work.items.save(rerouted.items)
            before = {item.id: item for item in items}
            for item in rerouted.items:
                self._record(work, authorization, before[item.id], item, why)
        return rerouted

    def _record(
        self,
        work: UnitOfWork,
        authorization: Authorization,
        before: ReviewItem,
        item: ReviewItem,
        reason: str,
    ) -> None:
        dropped = before.decision
        work.audit.record(
            "review_item:reviewer:change",
            authorization.actor,
            item.id,
            {
                "campaign": item.campaign,
                "from": before.reviewer,
                "to": item.reviewer,
                "reason": reason,
                "dropped_decision": "" if dropped is None else dropped.outcome.value,
            },
            self.clock.now(),
        )


def _able(work: UnitOfWork, login: str) -> User:
    user = work.users.by_login(login)
    if user is None or not user.can_answer:
        raise InputError(
            f"{login} cannot answer: that takes an enabled reviewer whose login is linked to a"
            " person."
        )
    return user
