"""Campaigns as pages show them: how far each is, what was answered, what changes, what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.model.evidence import EvidencePackage
from accessreview.model.remediation import RemediationTask, TaskState
from accessreview.model.review import (
    Campaign,
    CampaignState,
    ItemState,
    Outcome,
    ReviewItem,
    SettlementVerdict,
    SignOff,
)
from accessreview.model.user import Authorization, User
from accessreview.review.by_hand import by_hand
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork
from accessreview.services.queries.paging import Slice, page_of
from accessreview.services.queries.views import SnapshotViews

_WAITING = frozenset({ItemState.OPEN, ItemState.DECIDED})
_ENDED = frozenset(
    {CampaignState.CLOSED, CampaignState.CLOSED_WITH_RESIDUE, CampaignState.CANCELLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of some items are in which state; the parts add up to ``total``."""

    total: int
    open: int
    decided: int
    signed: int
    unanswered: int
    kept: int
    revoked: int

    @property
    def answered(self) -> int:
        return self.decided + self.signed


def progress_of(items: Sequence[ReviewItem]) -> Progress:
    def count(state: ItemState) -> int:
        return sum(item.state is state for item in items)

    def outcome(wanted: Outcome) -> int:
        return sum(item.decision is not None and item.decision.outcome is wanted for item in items)

    return Progress(
        total=len(items),
        open=count(ItemState.OPEN),
        decided=count(ItemState.DECIDED),
        signed=count(ItemState.SIGNED),
        unanswered=count(ItemState.UNANSWERED),
        kept=outcome(Outcome.KEEP),
        revoked=outcome(Outcome.REVOKE),
    )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    campaign: Campaign
    progress: Progress
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class ReviewerProgress:
    """``left`` says why the reviewer cannot answer what waits; empty as far as is known."""

    reviewer: str
    name: str
    progress: Progress
    sign_off: SignOff | None
    left: str

    @property
    def waiting(self) -> int:
        return self.progress.open + self.progress.decided


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task with the items it serves, whoever asked for them."""

    task: RemediationTask
    items: tuple[ReviewItem, ...]

    @property
    def is_by_hand(self) -> bool:
        """Whether only a person can do it; the note of the task says how."""
        return bool(by_hand(self.task.change))


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail:
    row: CampaignRow
    reviewers: tuple[ReviewerProgress, ...]
    revoked: tuple[ReviewItem, ...]
    tasks: tuple[PlannedTask, ...]
    settled: Mapping[SettlementVerdict | None, int]
    packages: Sequence[EvidencePackage]

    @property
    def waited_for(self) -> tuple[ReviewerProgress, ...]:
        """The reviewers with something that is not signed off."""
        return tuple(one for one in self.reviewers if one.waiting)

    @property
    def has_left(self) -> bool:
        return any(one.left for one in self.reviewers)

    @property
    def unproven(self) -> int:
        """Signed revocations that no snapshot has shown to be gone yet."""
        return len(self.revoked) - self.settled.get(SettlementVerdict.GONE, 0)

    @property
    def blocked(self) -> int:
        return sum(one.task.state is TaskState.BLOCKED for one in self.tasks)


@dataclass(frozen=True, slots=True)
class CampaignQueries:
    database: Database
    clock: Clock
    views: SnapshotViews

    def list(self, authorization: Authorization) -> Sequence[CampaignRow]:
        """Newest first."""
        require(authorization, Capability.SEE_CAMPAIGNS)
        with self.database.reading() as unit:
            return tuple(
                self._row(one, unit.items.of_campaign(one.id)) for one in unit.campaigns.list()
            )

    def show(self, authorization: Authorization, campaign_id: str) -> CampaignDetail:
        require(authorization, Capability.SEE_CAMPAIGNS)
        with self.database.reading() as unit:
            campaign = unit.campaigns.get(campaign_id)
            items = unit.items.of_campaign(campaign_id)
            sign_offs = {one.reviewer: one for one in unit.sign_offs.of_campaign(campaign_id)}
            tasks = unit.tasks.of_campaign(campaign_id)
            packages = unit.evidence.of_campaign(campaign_id)
            left = self._left(unit, campaign, items)
        revoked = tuple(item for item in items if _is_revoked(item))
        by_id = {item.id: item for item in items}
        verdicts = [
            None if item.settlement is None else item.settlement.verdict for item in revoked
        ]
        return CampaignDetail(
            row=self._row(campaign, items),
            reviewers=_by_reviewer(items, sign_offs, left),
            revoked=revoked,
            tasks=tuple(
                PlannedTask(task, tuple(by_id[one] for one in task.items)) for task in tasks
            ),
            settled={verdict: verdicts.count(verdict) for verdict in set(verdicts)},
            packages=packages,
        )

    def items(
        self,
        authorization: Authorization,
        campaign_id: str,
        *,
        state: ItemState | None,
        reviewer: str,
        page: int,
    ) -> tuple[CampaignRow, Slice[ReviewItem]]:
        """One page of a campaign's items; None and an empty reviewer let everything through."""
        require(authorization, Capability.SEE_CAMPAIGNS)
        with self.database.reading() as unit:
            campaign = unit.campaigns.get(campaign_id)
            items = unit.items.of_campaign(campaign_id)
        wanted = [
            item
            for item in items
            if (state is None or item.state is state)
            and (not reviewer or item.reviewer == reviewer)
        ]
        return self._row(campaign, items), page_of(wanted, page)

    def possible_fallbacks(self, authorization: Authorization) -> tuple[User, ...]:
        """Enabled reviewers who are somebody: whom items may go to when nobody else is found."""
        require(authorization, Capability.RUN_CAMPAIGNS)
        with self.database.reading() as unit:
            users = unit.users.list()
        return tuple(user for user in users if user.can_answer)

    def _left(
        self, unit: UnitOfWork, campaign: Campaign, items: Sequence[ReviewItem]
    ) -> Mapping[str, str]:
        """Why reviewers with something to answer cannot, by the newest snapshot."""
        newest = unit.snapshots.latest()
        if campaign.state is not CampaignState.IN_REVIEW or newest is None:
            return {}
        now = self.views.of(unit, newest.digest)
        waited_for = {item.reviewer for item in items if item.state in _WAITING}
        left = {}
        for reviewer in sorted(waited_for):
            if now.is_present(reviewer):
                continue
            if now.knows(reviewer):
                left[reviewer] = "left: every account is disabled by now"
            elif self.views.of(unit, campaign.snapshot).knows(reviewer):
                left[reviewer] = "left: no account is there any more"
        return left

    def _row(self, campaign: Campaign, items: Sequence[ReviewItem]) -> CampaignRow:
        overdue = is_overdue(campaign, self.clock.now())
        return CampaignRow(campaign, progress_of(items), overdue)


def is_overdue(campaign: Campaign, now: datetime) -> bool:
    return campaign.state is CampaignState.IN_REVIEW and campaign.due_at < now


def has_ended(campaign: Campaign) -> bool:
    return campaign.state in _ENDED


def _is_revoked(item: ReviewItem) -> bool:
    return (
        item.state is ItemState.SIGNED
        and item.decision is not None
        and item.decision.outcome is Outcome.REVOKE
    )


def _by_reviewer(
    items: Sequence[ReviewItem], sign_offs: Mapping[str, SignOff], left: Mapping[str, str]
) -> tuple[ReviewerProgress, ...]:
    groups: dict[str, list[ReviewItem]] = {}
    for item in items:
        groups.setdefault(item.reviewer, []).append(item)
    rows = (
        ReviewerProgress(
            reviewer,
            theirs[0].reviewer_name,
            progress_of(theirs),
            sign_offs.get(reviewer),
            left.get(reviewer, ""),
        )
        for reviewer, theirs in groups.items()
    )
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.reviewer)))
