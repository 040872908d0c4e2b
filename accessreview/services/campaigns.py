"""Campaigns: opened over one snapshot, reminded of, finished and closed, with nothing hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.analysis.estate import build_estate
from accessreview.model.canonical import plain
from accessreview.model.errors import ConflictError, InputError
from accessreview.model.review import (
    Campaign,
    CampaignAction,
    CampaignScope,
    CampaignState,
    ItemAction,
    ItemState,
    Outcome,
    ReviewItem,
    SettlementVerdict,
)
from accessreview.model.snapshot import Coverage, Snapshot
from accessreview.model.user import Authorization, User
from accessreview.review.changes import is_signed
from accessreview.review.lifecycle import CAMPAIGN, ITEM, advance
from accessreview.review.people import people_of
from accessreview.review.places import places_of
from accessreview.review.routing import ReviewerMapping, Routing
from accessreview.review.scoping import Scoping, concerns
from accessreview.services.assessment import Assessing
from accessreview.services.authorization import Capability, require
from accessreview.services.holdings import group_names, held_permissions
from accessreview.services.ports import Clock, Database, IdSource, UnitOfWork
from accessreview.services.reminders import Reminders
from accessreview.services.standing import latest

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignService:
    """``mapping`` names reviewers explicitly; see ``review/routing.py`` for the order of all."""

    database: Database
    clock: Clock
    ids: IdSource
    assessing: Assessing
    mapping: tuple[ReviewerMapping, ...]
    reminders: Reminders

    def open(  # noqa: PLR0913 - what a campaign is made of, each by name
        self,
        authorization: Authorization,
        *,
        name: str,
        due_at: datetime,
        scope: CampaignScope,
        fallback_reviewer: str,
        second_fallback: str = "",
        accept_incomplete_reason: str = "",
    ) -> Campaign:
        """Ask about the access in the latest snapshot, at once.

        ``fallback_reviewer`` is the login of a reviewer with an identity, asked where nobody else
        is found; ``second_fallback`` another, asked about the first one's own access.

        Raises:
            InputError: a name, a date in the future or a fit fallback is missing.
            NotFoundError: there is no snapshot yet.
            ConflictError: the snapshot is partial and no reason to accept that was given; somebody
                could be asked by nobody but themselves; or there is nothing to ask.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        now = self.clock.now()
        _check(name, due_at, now)
        with self.database.reading() as work:
            snapshot = work.snapshots.get(latest(work).digest)
            fallbacks = [
                _fallback(work, login) for login in (fallback_reviewer, second_fallback) if login
            ]
        if not fallbacks:
            raise InputError("Name a fallback reviewer.")
        _require_complete(snapshot, accept_incomplete_reason)
        assessment = self.assessing.run(authorization, snapshot.digest)
        campaign = Campaign(
            id=self.ids.new(),
            name=name.strip(),
            state=CampaignState.DRAFT,
            scope=scope,
            snapshot=snapshot.digest,
            ruleset=assessment.ruleset,
            assessment=assessment.id,
            fallback_reviewer=fallback_reviewer,
            opened_by=authorization.actor,
            created_at=now,
            due_at=due_at,
        )
        held = tuple(held_permissions(build_estate(snapshot)))
        scoping = self._scoping(campaign, snapshot, [user.identity for user in fallbacks])
        items = scoping.items(held, concerns(held, assessment.findings, self.assessing.ruleset))
        if not items:
            raise ConflictError(
                "There is nothing to ask about: "
                + (
                    "the snapshot has no violations."
                    if scope is CampaignScope.VIOLATIONS
                    else "nobody holds a permission in the snapshot."
                )
            )
        with self.database.writing() as work:
            at = self.clock.now()  # working out the items took its time
            campaign = replace(campaign, created_at=at, launched_at=at)
            work.campaigns.add(campaign)
            work.items.add(items)
            self._record(
                work,
                authorization,
                campaign,
                "open",
                {
                    "name": campaign.name,
                    "scope": scope.value,
                    "due_at": str(plain(due_at)),
                    "snapshot": campaign.snapshot,
                    "ruleset": campaign.ruleset,
                    "items": str(len(items)),
                    "restrictions_not_asked": str(sum(each.restricts for each in held)),
                    "reviewers_without_login": ", ".join(_without_login(work, items)),
                    "fallback": ", ".join(user.login for user in fallbacks),
                    "accepted_incomplete": accept_incomplete_reason.strip(),
                },
                at,
            )
            return self._advance(work, authorization, campaign, CampaignAction.LAUNCH, {}, at)

    def finish_review(self, authorization: Authorization, campaign_id: str) -> Campaign:
        """End the review. What is not signed off is no answer: it stays, recorded as such.

        Raises:
            NotFoundError: no such campaign.
            ConflictError: its review is not going on.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        with self.database.writing() as work:
            campaign = work.campaigns.get(campaign_id)
            items = work.items.of_campaign(campaign_id)
            expiring = [item for item in items if (item.state, ItemAction.EXPIRE) in ITEM]
            at = self.clock.now()
            finished = self._advance(
                work,
                authorization,
                replace(campaign, review_finished_at=at),
                CampaignAction.FINISH_REVIEW,
                {
                    "items": str(len(items)),
                    "unanswered": str(_count(expiring, ItemState.OPEN)),
                    "decided_but_not_signed": str(_count(expiring, ItemState.DECIDED)),
                    "revoked": str(sum(is_signed(item, Outcome.REVOKE) for item in items)),
                },
                at,
            )
            work.items.save(
                [
                    replace(item, state=advance(ITEM, item.state, ItemAction.EXPIRE))
                    for item in expiring
                ]
            )
        return finished

    def close(self, authorization: Authorization, campaign_id: str, reason: str = "") -> Campaign:
        """Close a campaign: as such only if every revocation is proven, else with residue.

        Raises:
            NotFoundError: no such campaign.
            ConflictError: it is not in remediation; or a revocation is unproven and no reason to
                close nevertheless was given.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        with self.database.writing() as work:
            campaign = work.campaigns.get(campaign_id)
            revoked = [
                item
                for item in work.items.of_campaign(campaign_id)
                if is_signed(item, Outcome.REVOKE)
            ]
            unproven = sum(not _is_gone(item) for item in revoked)
            action = CampaignAction.CLOSE_WITH_RESIDUE if unproven else CampaignAction.CLOSE
            advance(CAMPAIGN, campaign.state, action)
            if unproven and not reason.strip():
                raise ConflictError(
                    f"{unproven} of {len(revoked)} revocations of “{campaign.name}” are not proven "
                    "gone. Collect again, or give a reason to close it with this residue."
                )
            at = self.clock.now()
            return self._advance(
                work,
                authorization,
                replace(campaign, closed_at=at),
                action,
                {
                    "reason": reason.strip(),
                    "revoked": str(len(revoked)),
                    "unproven": str(unproven),
                },
                at,
            )

    def cancel(self, authorization: Authorization, campaign_id: str, reason: str) -> Campaign:
        """Give a campaign up before its review is over; nothing follows from it.

        Raises:
            NotFoundError: no such campaign.
            InputError: no reason was given.
            ConflictError: its review is over.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        if not reason.strip():
            raise InputError("Say why the campaign is cancelled.")
        with self.database.writing() as work:
            at = self.clock.now()
            return self._advance(
                work,
                authorization,
                replace(work.campaigns.get(campaign_id), closed_at=at),
                CampaignAction.CANCEL,
                {"reason": reason.strip()},
                at,
            )

    def remind(self, authorization: Authorization) -> int:
        """Write to every reviewer with items that wait; returns how many messages were sent.

        One message a reviewer, over all campaigns. What cannot be sent is recorded with its reason.
        """
        require(authorization, Capability.RUN_CAMPAIGNS)
        return self.reminders.send(authorization)

    def progress(
        self, authorization: Authorization, campaign_id: str
    ) -> Mapping[str, Mapping[ItemState, int]]:
        """How many items each reviewer has in each state, by the reviewer's identity."""
        require(authorization, Capability.SEE_CAMPAIGNS)
        with self.database.reading() as work:
            work.campaigns.get(campaign_id)
            items = work.items.of_campaign(campaign_id)
        reviewers: dict[str, list[ReviewItem]] = {}
        for item in items:
            reviewers.setdefault(item.reviewer, []).append(item)
        return {
            reviewer: {state: _count(own, state) for state in ItemState}
            for reviewer, own in sorted(reviewers.items())
        }

    def _scoping(self, campaign: Campaign, snapshot: Snapshot, fallbacks: Iterable[str]) -> Scoping:
        return Scoping(
            campaign=campaign.id,
            scope=campaign.scope,
            new_id=self.ids.new,
            routing=Routing(
                people=people_of(snapshot),
                places=places_of(snapshot),
                mapping=self.mapping,
                fallbacks=tuple(fallbacks),
                group_names=group_names(snapshot),
            ),
            ruleset=self.assessing.ruleset,
        )

    def _advance(  # noqa: PLR0913, PLR0917 - as _record
        self,
        work: UnitOfWork,
        authorization: Authorization,
        campaign: Campaign,
        action: CampaignAction,
        details: Mapping[str, str],
        at: datetime,
    ) -> Campaign:
        moved = replace(campaign, state=advance(CAMPAIGN, campaign.state, action))
        work.campaigns.save(moved)
        self._record(work, authorization, moved, action.value, details, at)
        return moved

    def _record(  # noqa: PLR0913, PLR0917 - one transaction, who, what, how and when
        self,
        work: UnitOfWork,
        authorization: Authorization,
        campaign: Campaign,
        verb: str,
        details: Mapping[str, str],
        at: datetime,
    ) -> None:
        work.audit.record(f"campaign:state:{verb}", authorization.actor, campaign.id, details, at)


def _check(name: str, due_at: datetime, now: datetime) -> None:
    problems = []
    if not name.strip() or len(name) > _LONGEST_NAME:
        problems.append(f"Give the campaign a name of at most {_LONGEST_NAME} characters.")
    if due_at <= now:
        problems.append("The date by which answers are due must lie in the future.")
    if problems:
        raise InputError(*problems)


def _fallback(work: UnitOfWork, login: str) -> User:
    user = work.users.by_login(login)
    if user is None or not user.can_answer:
        raise InputError(
            f"{login} cannot be the fallback reviewer: that takes an enabled reviewer whose login "
            "is linked to a person."
        )
    return user


def _without_login(work: UnitOfWork, items: Iterable[ReviewItem]) -> list[str]:
    able = {user.identity for user in work.users.list() if user.can_answer}
    return sorted({item.reviewer for item in items} - able)


def _require_complete(snapshot: Snapshot, reason: str) -> None:
    partial = [source for source in snapshot.sources if source.coverage is Coverage.PARTIAL]
    if partial and not reason.strip():
        gaps = " ".join(f"{source.name}: {' '.join(source.gaps)}" for source in partial)
        raise ConflictError(
            "The latest snapshot is not complete, so a review of it would miss access. Collect "
            f"again, or give a reason to review it as it is. {gaps}"
        )


def _count(items: Iterable[ReviewItem], state: ItemState) -> int:
    return sum(item.state is state for item in items)


def _is_gone(item: ReviewItem) -> bool:
    return item.settlement is not None and item.settlement.verdict is SettlementVerdict.GONE
