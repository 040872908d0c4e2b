"""Campaigns, review items, decisions and sign-offs: what people are asked and what they say."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from accessreview.model.access import AccountRef, Permission


class CampaignState(StrEnum):
    """``closed`` promises that every revocation is proven; a residue is never hidden in it."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    IN_REMEDIATION = "in_remediation"
    CLOSED = "closed"
    CLOSED_WITH_RESIDUE = "closed_with_residue"
    CANCELLED = "cancelled"


class CampaignAction(StrEnum):
    LAUNCH = "launch"
    FINISH_REVIEW = "finish_review"
    CLOSE = "close"
    CLOSE_WITH_RESIDUE = "close_with_residue"
    CANCEL = "cancel"


class CampaignScope(StrEnum):
    """Which access a campaign asks about."""

    ALL = "all"
    VIOLATIONS = "violations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One run of recertification over one snapshot and one ruleset, both pinned by digest."""

    id: str
    name: str
    state: CampaignState
    scope: CampaignScope
    snapshot: str
    ruleset: str
    assessment: str
    fallback_reviewer: str
    opened_by: str
    created_at: datetime
    due_at: datetime
    launched_at: datetime | None = None
    review_finished_at: datetime | None = None
    closed_at: datetime | None = None


class ItemState(StrEnum):
    """``open`` and ``decided`` may still change; ``signed`` and ``unanswered`` are final."""

    OPEN = "open"
    DECIDED = "decided"
    SIGNED = "signed"
    UNANSWERED = "unanswered"


class ItemAction(StrEnum):
    DECIDE = "decide"
    SIGN = "sign"
    EXPIRE = "expire"
    REROUTE = "reroute"


class Outcome(StrEnum):
    """A reviewer's answer. Silence is none: it leaves the access and is recorded as such."""

    KEEP = "keep"
    REVOKE = "revoke"


class RoutingReason(StrEnum):
    """How the reviewer was found; the first that yields somebody other than the subject wins.

    ``rerouted``: an administrator chose somebody in place of a reviewer who cannot answer any more.
    """

    MAPPING = "mapping"
    GROUP_OWNER = "group_owner"
    MANAGER = "manager"
    FALLBACK = "fallback"
    REROUTED = "rerouted"


@dataclass(frozen=True, slots=True)
class Chain:
    """How one account reaches the permission: login, group names, last the principal."""

    account: AccountRef
    enabled: bool
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedAccess:
    """One permission as it applies to the subject, quoted from the campaign's snapshot.

    ``place`` is the entity's path for a person, ``objects`` the number of entities on which this
    permission decides for the subject. ``duties`` are titles; ``findings`` are finding keys.
    """

    permission: Permission
    role_name: str
    entity_type: str
    place: str
    privileges: tuple[str, ...]
    duties: tuple[str, ...]
    objects: int
    chains: tuple[Chain, ...]
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer as given: by which identity, through which login, when and why."""

    outcome: Outcome
    reviewer: str
    actor: str
    at: datetime
    justification: str


class SettlementVerdict(StrEnum):
    """What a later snapshot says of a revoked item."""

    GONE = "gone"
    LEFT = "left"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The proof, or the lack of it: what ``snapshot`` shows of the access that was revoked.

    ``left`` says in sentences by which paths access remains, or what was not read.
    """

    verdict: SettlementVerdict
    snapshot: str
    at: datetime
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One question to one reviewer about one permission of one identity."""

    id: str
    campaign: str
    subject: str
    subject_name: str
    accounts: tuple[AccountRef, ...]
    access: ReviewedAccess
    reviewer: str
    reviewer_name: str
    routing: RoutingReason
    routing_detail: str
    state: ItemState = ItemState.OPEN
    decision: Decision | None = None
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A reviewer's attestation over all their decisions of one campaign.

    ``statement`` is the hexadecimal SHA-256 of the canonical list of decisions that was signed off.
    """

    campaign: str
    reviewer: str
    actor: str
    at: datetime
    kept: int
    revoked: int
    statement: str
    items: tuple[str, ...] = field(default=())
