"""Proof: what a later snapshot shows of revoked access and of planned changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.model.access import PermissionKey
from accessreview.model.remediation import RemediationTask, TaskAction, TaskState
from accessreview.model.review import ReviewItem, Settlement, SettlementVerdict
from accessreview.model.snapshot import Coverage, Source
from accessreview.review.lifecycle import TASK, advance

_IN_EVERY_ROLE = frozenset({"System.Anonymous", "System.Read", "System.View"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherGrant:
    """Another permission that decides for the subject, through an enabled account.

    It decides on the entity of the revoked one or, where that propagates, on something below.
    """

    permission: PermissionKey
    role_name: str
    place: str
    via: tuple[str, ...]
    privileges: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterView:
    """What a later snapshot shows of one item.

    ``unread`` says in sentences what was not read, not after the decision, or without knowing whom
    it names: with any of them, absence proves nothing. ``chains`` are those by which accounts of
    the subject, disabled ones included, still reach the permission. ``others`` are deciding grants
    by other permissions that no owner kept in this campaign.
    """

    snapshot: str
    at: datetime
    unread: tuple[str, ...]
    chains: tuple[tuple[str, ...], ...]
    others: tuple[OtherGrant, ...]


def unread(reviewed: Iterable[Source], later: Iterable[Source], since: datetime) -> tuple[str, ...]:
    """Why nothing follows from an absence in the later snapshot; empty when something does.

    Every source of the reviewed snapshot must have been read again, each reading begun after
    ``since``, and no source whatever may be partial.
    """
    there = {source.id: source for source in later}
    why = [f"{source.name} was not read again." for source in reviewed if source.id not in there]
    for source in there.values():
        if source.coverage is not Coverage.FULL:
            gaps = " ".join(source.gaps) or "No reason is recorded."
            why.append(f"{source.name} was not read completely: {gaps}")
        elif source.started_at < since:
            why.append(f"{source.name} was read before the decision was taken.")
    return tuple(why)


def settle(item: ReviewItem, view: LaterView) -> Settlement | None:
    """The settlement of a revoked item after a later snapshot; None when it stays as it is.

    Gone means: everything was read after the decision, no account of the subject reaches the
    permission by any chain, and no privilege of the revoked role is effective where it was by
    another permission that nobody decided to keep. The three privileges that every role has count
    only where the revoked role has no others. A snapshot that proves nothing takes no earlier
    verdict away, unless it shows access that was proven gone.
    """
    shown = (*(_still(item, via) for via in view.chains), *_by_others(item, view.others))
    if not view.unread:
        verdict = SettlementVerdict.LEFT if shown else SettlementVerdict.GONE
        return Settlement(verdict, view.snapshot, view.at, shown)
    earlier = None if item.settlement is None else item.settlement.verdict
    if earlier is SettlementVerdict.LEFT or (earlier is SettlementVerdict.GONE and not shown):
        return None
    return Settlement(SettlementVerdict.NOT_KNOWN, view.snapshot, view.at, (*shown, *view.unread))


def _still(item: ReviewItem, via: tuple[str, ...]) -> str:
    return (
        f"The permission ({item.access.role_name} on {item.access.place}) is still there and still "
        f"reached: {' > '.join(via)}."
    )


def _by_others(item: ReviewItem, others: Sequence[OtherGrant]) -> Iterable[str]:
    revoked = frozenset(item.access.privileges)
    sought = (revoked - _IN_EVERY_ROLE) or revoked
    for other in others:
        held = sorted(sought & other.privileges)
        if held:
            more = f" and {len(held) - 1} more" if len(held) > 1 else ""
            yield (
                f"{held[0]}{more} of what was revoked is still held by another permission, "
                f"{other.role_name} on {other.place}: {' > '.join(other.via)}."
            )


def verify_task(
    task: RemediationTask, *, is_there: bool, at: datetime, snapshot: str
) -> RemediationTask | None:
    """The task after a complete snapshot that began after its last step; None if nothing changes.

    A change that is claimed done or was proven, and is there again, is reopened; one that was
    handed over waits for whoever was asked.
    """
    if is_there and task.state in (TaskState.EXECUTED, TaskState.VERIFIED):
        action, note = TaskAction.REOPEN, f"It is there again, or still, in snapshot {snapshot}."
    elif not is_there and task.state is not TaskState.VERIFIED:
        action, note = TaskAction.VERIFY, f"Snapshot {snapshot} no longer has it."
    else:
        return None
    return replace(task, state=advance(TASK, task.state, action), note=note, updated_at=at)
