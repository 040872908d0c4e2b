"""What must change, whether it was done, and what was there before and after."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accessreview.model.access import AccountRef, EntityRef, GroupRef


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MembershipRemoval:
    """Take one account out of one group, in the directory that holds the group.

    Locators are distinguished names as last read; empty where the source has none. ``ways`` are
    those of the annex: by what the account is a member where that is not the attribute ``member``.
    """

    group: GroupRef
    group_name: str
    group_locator: str
    member: AccountRef
    member_login: str
    member_locator: str
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PermissionRemoval:
    """Remove one permission, only while it still reads exactly as reviewed.

    ``entity`` with an empty id is a global permission, which only a person can remove.
    """

    entity: EntityRef
    entity_type: str
    place: str
    principal: str
    is_group: bool
    role: str
    role_name: str
    propagate: bool


Change = MembershipRemoval | PermissionRemoval


class TaskState(StrEnum):
    """``verified`` only by a later complete snapshot; ``executed`` and ``handed_over`` are claims.

    ``blocked``: the simulation shows that somebody would gain access, so nothing is done.
    """

    PLANNED = "planned"
    BLOCKED = "blocked"
    HANDED_OVER = "handed_over"
    EXECUTED = "executed"
    FAILED = "failed"
    VERIFIED = "verified"
    REOPENED = "reopened"


class TaskAction(StrEnum):
    HAND_OVER = "hand_over"
    EXECUTE = "execute"
    FAIL = "fail"
    BLOCK = "block"
    RELEASE = "release"
    VERIFY = "verify"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """What a remediator saw before and after its change, in sentences fit for evidence."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationTask:
    """One exact change that serves one or more revoked items.

    ``also_lost`` says in sentences what else is lost by it; ``note`` is the last thing that
    happened: why it is blocked, failed, or what a remediator saw before and after.
    """

    id: str
    campaign: str
    items: tuple[str, ...]
    change: Change
    state: TaskState
    also_lost: tuple[str, ...] = ()
    note: str = ""
    updated_at: datetime | None = None
