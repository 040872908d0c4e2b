"""Where the remediation of campaigns stands: what is open, unfinished, outdated or incomplete."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from accessreview.model.canonical import plain
from accessreview.model.errors import ConflictError, NotFoundError
from accessreview.model.remediation import Change, PermissionRemoval, RemediationTask, TaskState
from accessreview.model.review import Campaign, CampaignState, ReviewItem
from accessreview.model.snapshot import Coverage, Snapshot, Source
from accessreview.review.changes import change_key
from accessreview.review.settlement import unread, verify_task
from accessreview.services.ports import StoredSnapshot, UnitOfWork
from accessreview.services.proofs import Later
from accessreview.services.simulation import is_there, permission_key

FRESH_FOR = timedelta(hours=36)
"""How long a reading counts as the present: a daily collection with a late night."""

_OUT_OF_HAND = frozenset({TaskState.HANDED_OVER, TaskState.EXECUTED})
_UNFINISHED = frozenset(TaskState) - {TaskState.BLOCKED, TaskState.VERIFIED}


def latest(work: UnitOfWork) -> StoredSnapshot:
    """The snapshot taken last; raises NotFoundError when there is none."""
    stored = work.snapshots.latest()
    if stored is None:
        raise NotFoundError("There is no snapshot yet; collect from the sources first.")
    return stored


def in_remediation(work: UnitOfWork) -> Sequence[Campaign]:
    return [
        campaign
        for campaign in work.campaigns.list()
        if campaign.state is CampaignState.IN_REMEDIATION
    ]


def require_in_remediation(work: UnitOfWork, campaign_id: str) -> Campaign:
    """The campaign; raises ConflictError unless its review is over and it is not closed."""
    campaign = work.campaigns.get(campaign_id)
    if campaign.state is not CampaignState.IN_REMEDIATION:
        raise ConflictError(
            f"Campaign “{campaign.name}” is {campaign.state.value.replace('_', ' ')}: changes are "
            "made between the end of the review and the closing."
        )
    return campaign


def require_complete(snapshot: Snapshot, reviewed: Iterable[Source]) -> None:
    """Raise ConflictError unless the snapshot tells all that a simulation must know."""
    there = {source.id: source for source in snapshot.sources}
    missing = [
        *(f"{source.name} was not read again." for source in reviewed if source.id not in there),
        *(
            f"{source.name} was not read completely."
            for source in snapshot.sources
            if source.coverage is not Coverage.FULL
        ),
    ]
    if missing:
        raise ConflictError(
            "What a removal would lead to is not known, because the latest snapshot is not "
            f"complete. {' '.join(missing)} What is missing stands with each source; "
            "mend that, and collect again."
        )


def require_fresh(work: UnitOfWork, now: datetime) -> None:
    """Raise ConflictError if anything was read too long ago to simulate a change made now."""
    old = [
        f"{source.name} was read last on {plain(source.finished_at)}."
        for source in latest(work).sources
        if now - source.finished_at > FRESH_FOR
    ]
    if old:
        raise ConflictError(
            "What a removal would lead to today is not known, because the latest snapshot is old. "
            f"{' '.join(old)} Collect again."
        )


def unfinished(work: UnitOfWork, campaign_id: str) -> Iterator[Change]:
    """Changes of other campaigns that may be made at any moment, or were said to be made."""
    for campaign in work.campaigns.list():
        open_ = campaign.state is CampaignState.IN_REMEDIATION
        states = _UNFINISHED if open_ else _OUT_OF_HAND
        if campaign.id != campaign_id:
            for task in work.tasks.of_campaign(campaign.id):
                if task.state in states:
                    yield task.change


def still_wanted(
    planned: Iterable[RemediationTask],
    before: Iterable[RemediationTask],
    now: Iterable[RemediationTask],
) -> tuple[list[RemediationTask], list[RemediationTask]]:
    """The planned tasks to add and to save, leaving out those that moved on meanwhile."""
    seen = {task.id: task for task in before}
    current = {task.id: task for task in now}
    known = {change_key(task.change) for task in current.values()}
    added, changed = [], []
    for task in planned:
        if task.id in seen:
            if current[task.id] == seen[task.id]:
                changed.append(task)
        elif change_key(task.change) not in known:
            added.append(task)
    return added, changed


def is_outdated(work: UnitOfWork, items: Iterable[ReviewItem], taken_at: datetime) -> bool:
    """Whether a later snapshot than one of ``taken_at`` has judged any of these items."""
    judged = {item.settlement.snapshot for item in items if item.settlement is not None}
    return any(work.snapshots.describe(digest).taken_at > taken_at for digest in judged)


def judged(
    tasks: Iterable[RemediationTask], later: Later, reviewed: Iterable[Source], at: datetime
) -> list[RemediationTask]:
    """The tasks that a complete snapshot moves on; one that is partial, or older, moves none."""
    sources = later.snapshot.sources
    begun = min(source.started_at for source in sources)
    if unread(reviewed, sources, begun):
        return []
    moved = []
    for task in tasks:
        if isinstance(task.change, PermissionRemoval) and not later.is_seen(task.change.entity):
            continue
        there = is_there(later.estate, task.change) or _is_global_now(later, task.change)
        last = task.updated_at
        # Begun in the very second of the last step, a reading may still have seen what was before.
        if last is None or (begun > last if there else begun >= last):
            after = verify_task(task, is_there=there, at=at, snapshot=later.snapshot.digest)
            if after is not None:
                moved.append(after)
    return moved


def _is_global_now(later: Later, change: Change) -> bool:
    return isinstance(change, PermissionRemoval) and later.is_global_now(
        permission_key(change), change.role
    )
