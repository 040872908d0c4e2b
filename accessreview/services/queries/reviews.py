"""What a reviewer is asked: own items only, by person, with what each lets that person do."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Rule, Ruleset
from accessreview.model.review import Campaign, CampaignState, ItemState, Outcome, ReviewItem
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork
from accessreview.services.queries.campaigns import CampaignRow, Progress, is_overdue, progress_of
from accessreview.services.queries.conditions import AccountCondition
from accessreview.services.queries.paging import Slice, page_of
from accessreview.services.queries.uses import Seen, Uses
from accessreview.services.queries.views import SnapshotView, SnapshotViews


@dataclass(frozen=True, slots=True)
class Doing:
    """One privilege, in words and as vCenter names it."""

    words: str
    privilege: str


@dataclass(frozen=True, slots=True)
class AskedItem:
    """A review item with everything that a decision needs; rules are those it takes part in."""

    item: ReviewItem
    doings: tuple[Doing, ...]
    rules: tuple[Rule, ...]

    @property
    def is_changeable(self) -> bool:
        return self.item.state in {ItemState.OPEN, ItemState.DECIDED}


@dataclass(frozen=True, slots=True)
class Person:
    """One person's items on this page; ``plain`` as in ``MyReview``, of these.

    ``accounts`` are those of which something is remarkable in the snapshot that is asked about;
    ``seen`` is by the newest one, of each vCenter that the items are about.
    """

    subject: str
    name: str
    items: tuple[AskedItem, ...]
    plain: int
    accounts: tuple[AccountCondition, ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class MyCampaign:
    row: CampaignRow
    is_signed_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReview:
    """A page of one's own items; ``plain`` counts the open ones that stand in no violation."""

    campaign: Campaign
    progress: Progress
    page: Slice[AskedItem]
    people: tuple[Person, ...]
    plain: int
    is_open: bool
    only_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All of one's decisions in a campaign, as they stand before or after signing off."""

    campaign: Campaign
    progress: Progress
    revoked: tuple[ReviewItem, ...]
    kept_despite_findings: tuple[ReviewItem, ...]
    kept: int
    is_signed_off: bool


@dataclass(frozen=True, slots=True)
class ReviewQueries:
    database: Database
    clock: Clock
    views: SnapshotViews
    describe: Callable[[str], str]
    parse_ruleset: Callable[[str], Ruleset]

    def mine(self, authorization: Authorization) -> tuple[MyCampaign, ...]:
        """The campaigns in which something was asked of the actor, newest first."""
        require(authorization, Capability.REVIEW)
        with self.database.reading() as unit:
            found = []
            for campaign in unit.campaigns.list():
                items = _own(unit, authorization, campaign.id)
                if items and campaign.state is not CampaignState.DRAFT:
                    overdue = is_overdue(campaign, self.clock.now())
                    row = CampaignRow(campaign, progress_of(items), overdue)
                    found.append(MyCampaign(row, _is_signed_off(items)))
        return tuple(found)

    def own(self, authorization: Authorization, campaign_id: str) -> Sequence[ReviewItem]:
        """All own items of a campaign; raises NotFoundError when there are none."""
        require(authorization, Capability.REVIEW)
        with self.database.reading() as unit:
            return _asked(unit, authorization, campaign_id)

    def show(
        self,
        authorization: Authorization,
        campaign_id: str,
        *,
        only_open: bool,
        page: int,
        among: Collection[str] = (),
    ) -> MyReview:
        """One page of own items; people in violations first, then by person and place.

        ``among`` narrows them to these ids; empty: all.

        Raises:
            NotFoundError: nothing in this campaign was asked of the actor.
        """
        require(authorization, Capability.REVIEW)
        with self.database.reading() as unit:
            items = _asked(unit, authorization, campaign_id)
            campaign = unit.campaigns.get(campaign_id)
            ruleset = self.parse_ruleset(unit.rulesets.text(campaign.ruleset))
            view = self.views.of(unit, campaign.snapshot)
            newest = unit.snapshots.latest()
            uses = self.views.of(unit, newest.digest if newest else campaign.snapshot).uses
        riskiest = _riskiest_people_first(items)
        wanted = [
            one
            for one in riskiest
            if (one.id in among if among else one.state is ItemState.OPEN or not only_open)
        ]
        cut = page_of(wanted, page)
        asked = tuple(self._explained(one, ruleset) for one in cut.rows)
        return MyReview(
            campaign=campaign,
            progress=progress_of(items),
            page=Slice(asked, cut.total, cut.page, cut.pages),
            people=_by_person(asked, view, uses),
            plain=len(_plain(items)),
            is_open=campaign.state is CampaignState.IN_REVIEW and not _is_signed_off(items),
            only_open=only_open,
        )

    def plain(
        self, authorization: Authorization, campaign_id: str, subject: str = ""
    ) -> tuple[Campaign, tuple[ReviewItem, ...]]:
        """All open own items that stand in no violation: those that may be answered together.

        ``subject`` narrows them to one identity; empty: everybody.
        """
        require(authorization, Capability.REVIEW)
        with self.database.reading() as unit:
            plain = _plain(_asked(unit, authorization, campaign_id))
            campaign = unit.campaigns.get(campaign_id)
        return campaign, tuple(one for one in plain if subject in {"", one.subject})

    def summary(self, authorization: Authorization, campaign_id: str) -> Summary:
        require(authorization, Capability.REVIEW)
        with self.database.reading() as unit:
            items = _asked(unit, authorization, campaign_id)
            campaign = unit.campaigns.get(campaign_id)
        kept = [one for one in items if _answer(one) is Outcome.KEEP]
        return Summary(
            campaign=campaign,
            progress=progress_of(items),
            revoked=tuple(one for one in items if _answer(one) is Outcome.REVOKE),
            kept_despite_findings=tuple(one for one in kept if one.access.findings),
            kept=len(kept),
            is_signed_off=_is_signed_off(items),
        )

    def _explained(self, item: ReviewItem, ruleset: Ruleset) -> AskedItem:
        doings = {Doing(self.describe(one), one) for one in item.access.privileges}
        rules = {rule.id: rule for rule in ruleset.rules}
        broken = dict.fromkeys(key.split("/", 1)[0] for key in item.access.findings)
        return AskedItem(
            item,
            tuple(sorted(doings, key=lambda one: (one.words.casefold(), one.privilege))),
            tuple(rules[one] for one in broken if one in rules),
        )


def _own(unit: UnitOfWork, authorization: Authorization, campaign_id: str) -> Sequence[ReviewItem]:
    if not authorization.identity:
        return ()
    return unit.items.of_reviewer(authorization.identity, campaign_id)


def _asked(
    unit: UnitOfWork, authorization: Authorization, campaign_id: str
) -> Sequence[ReviewItem]:
    items = _own(unit, authorization, campaign_id)
    if not items:
        raise NotFoundError("There is no review for you here.")
    return items


def _answer(item: ReviewItem) -> Outcome | None:
    return None if item.decision is None else item.decision.outcome


def _is_signed_off(items: Sequence[ReviewItem]) -> bool:
    return all(item.state in {ItemState.SIGNED, ItemState.UNANSWERED} for item in items)


def _plain(items: Sequence[ReviewItem]) -> tuple[ReviewItem, ...]:
    return tuple(
        item for item in items if item.state is ItemState.OPEN and not item.access.findings
    )


def _riskiest_people_first(items: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Whole people stay together; within and between them the given order stays otherwise."""
    risky = {item.subject for item in items if item.access.findings}
    return sorted(
        items,
        key=lambda item: (
            item.subject not in risky,
            item.subject_name.casefold(),
            item.subject,
            not item.access.findings,
        ),
    )


def _by_person(asked: Sequence[AskedItem], view: SnapshotView, uses: Uses) -> tuple[Person, ...]:
    groups: dict[str, list[AskedItem]] = {}
    for one in asked:
        groups.setdefault(one.item.subject, []).append(one)
    return tuple(
        Person(
            subject,
            theirs[0].item.subject_name,
            tuple(theirs),
            len(_plain([one.item for one in theirs])),
            view.conditions.of(subject),
            _seen(subject, theirs, view, uses),
        )
        for subject, theirs in groups.items()
    )


def _seen(
    subject: str, asked: Sequence[AskedItem], view: SnapshotView, uses: Uses
) -> tuple[Seen, ...]:
    names = view.conditions.names_of(subject)
    vcenters = {one.item.access.permission.key.entity.vcenter for one in asked}
    return tuple(uses.of(one, view.source_name(one), names) for one in sorted(vcenters))
