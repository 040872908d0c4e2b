from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.remediation import MembershipRemoval, RemediationTask, TaskState
from accessreview.model.review import ReviewItem, Settlement, SettlementVerdict
from accessreview.model.snapshot import Coverage, Source, SourceKind
from accessreview.review.settlement import LaterView, OtherGrant, settle, unread, verify_task

AT = datetime(2026, 3, 3, tzinfo=UTC)
VIEW = LaterView(snapshot="s2", at=AT, unread=(), chains=(), others=())
TASK = RemediationTask(
    id="t1",
    campaign="c1",
    items=("i1",),
    change=MembershipRemoval(
        group=GroupRef("dir", "team"),
        group_name="Team",
        group_locator="",
        member=AccountRef("dir", "dan"),
        member_login="dan",
        member_locator="",
    ),
    state=TaskState.PLANNED,
)


def source(id_: str = "vc", **changes: object) -> Source:
    base = Source(id_, SourceKind.VCENTER, id_.upper(), Coverage.FULL, (), AT, AT)
    return replace(base, **changes)  # type: ignore[arg-type]


def other(*privileges: str) -> OtherGrant:
    return OtherGrant(
        permission=PermissionKey(EntityRef("vc", "root"), "CORP\\Ops", is_group=True),
        role_name="Operator",
        place="vCenter Berlin",
        via=("dan", "CORP\\Ops"),
        privileges=frozenset(privileges),
    )


def test_gone_when_everything_was_read_and_nothing_is_left(revoked: ReviewItem) -> None:
    assert settle(revoked, VIEW) == Settlement(SettlementVerdict.GONE, "s2", AT, ())


def test_left_while_any_account_reaches_the_permission(revoked: ReviewItem) -> None:
    settlement = settle(revoked, replace(VIEW, chains=(("dan", "CORP\\VM Admins"),)))
    assert settlement is not None
    assert settlement.verdict is SettlementVerdict.LEFT
    assert "dan > CORP\\VM Admins" in settlement.left[0]


def test_left_while_another_permission_gives_the_same(revoked: ReviewItem) -> None:
    view = replace(VIEW, others=(other("VirtualMachine.Config.CPUCount", "Host.Config.Network"),))
    settlement = settle(revoked, view)
    assert settlement is not None
    assert settlement.left == (
        (
            "VirtualMachine.Config.CPUCount of what was revoked is still held by another "
            "permission, Operator on vCenter Berlin: dan > CORP\\Ops."
        ),
    )


def test_what_every_role_has_counts_only_where_nothing_else_was_revoked(
    revoked: ReviewItem,
) -> None:
    view = replace(VIEW, others=(other("System.Read"),))
    gone = settle(revoked, view)
    assert gone is not None
    assert gone.verdict is SettlementVerdict.GONE
    reader = replace(revoked, access=replace(revoked.access, privileges=("System.Read",)))
    left = settle(reader, view)
    assert left is not None
    assert left.verdict is SettlementVerdict.LEFT


@pytest.mark.parametrize("verdict", [SettlementVerdict.GONE, SettlementVerdict.LEFT])
def test_what_proves_nothing_changes_no_verdict(
    revoked: ReviewItem, verdict: SettlementVerdict
) -> None:
    view = replace(VIEW, unread=("VC was not read again.",))
    first = settle(revoked, view)
    assert first is not None
    assert (first.verdict, first.left) == (SettlementVerdict.NOT_KNOWN, view.unread)
    judged = replace(revoked, settlement=Settlement(verdict, "s1", AT))
    assert settle(judged, view) is None


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        ([], "VC was not read again."),
        (
            [source(coverage=Coverage.PARTIAL, gaps=("Cut off.",))],
            "VC was not read completely: Cut off.",
        ),
        (
            [source(coverage=Coverage.PARTIAL)],
            "VC was not read completely: No reason is recorded.",
        ),
        (
            [source(started_at=AT - timedelta(seconds=1))],
            "VC was read before the decision was taken.",
        ),
        (
            [source(), source("dir", coverage=Coverage.PARTIAL, gaps=("Cut off.",))],
            "DIR was not read completely: Cut off.",
        ),
    ],
)
def test_each_reason_why_absence_proves_nothing_is_said(later: list[Source], sentence: str) -> None:
    assert unread([source()], later, AT) == (sentence,)


def test_a_full_reading_with_gaps_that_lower_nothing_is_enough() -> None:
    assert unread([source()], [source(gaps=("Global permissions are not read.",))], AT) == ()


@pytest.mark.parametrize(
    ("state", "is_there", "after"),
    [
        (TaskState.PLANNED, False, TaskState.VERIFIED),
        (TaskState.BLOCKED, False, TaskState.VERIFIED),
        (TaskState.HANDED_OVER, False, TaskState.VERIFIED),
        (TaskState.EXECUTED, False, TaskState.VERIFIED),
        (TaskState.REOPENED, False, TaskState.VERIFIED),
        (TaskState.EXECUTED, True, TaskState.REOPENED),
        (TaskState.VERIFIED, True, TaskState.REOPENED),
        (TaskState.VERIFIED, False, None),
        (TaskState.PLANNED, True, None),
        (TaskState.HANDED_OVER, True, None),
        (TaskState.BLOCKED, True, None),
    ],
)
def test_a_task_follows_what_was_read(
    state: TaskState,
    is_there: bool,  # noqa: FBT001 - a parameter of the table above
    after: TaskState | None,
) -> None:
    moved = verify_task(replace(TASK, state=state), is_there=is_there, at=AT, snapshot="s2")
    assert (None if moved is None else moved.state) is after
