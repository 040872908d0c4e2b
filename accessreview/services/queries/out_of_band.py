"""Looking for changes that were not ours: through the snapshots of the last weeks, by pieces."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from accessreview.analysis.access_seen import TABLES_SEEN, Snapped, access_seen
from accessreview.analysis.out_of_band import OwnRemoval, out_of_band
from accessreview.model.columns import Column
from accessreview.model.observation import Observation
from accessreview.model.remediation import PermissionRemoval, RemediationTask, TaskState
from accessreview.model.review import Campaign
from accessreview.services.ports import StoredSnapshot, UnitOfWork

REMEMBERED = timedelta(days=30)
"""How long before the newest snapshot a change is still told; as long as vCenters keep events."""

_MOST = 500
"""Snapshots that are looked through."""


def changes_not_ours(unit: UnitOfWork, latest: StoredSnapshot) -> tuple[Observation, ...]:
    """What changed between the snapshots of the last weeks and was not decided here."""
    since = latest.taken_at - REMEMBERED
    snapshots = [one for one in unit.snapshots.list(_MOST) if one.taken_at >= since]

    def own() -> Sequence[OwnRemoval]:
        return [
            removal
            for campaign in unit.campaigns.list()
            if campaign.closed_at is None or campaign.closed_at >= since
            for task in unit.tasks.of_campaign(campaign.id)
            for removal in _removals(campaign, task)
        ]

    return tuple(out_of_band(access_seen(_snapped(unit, snapshots)), own, unit.events.of))


def _snapped(unit: UnitOfWork, newest_first: Sequence[StoredSnapshot]) -> Iterator[Snapped]:
    decoded: dict[str, Column] = {}
    for one in reversed(newest_first):
        yield one.sources, unit.snapshots.tables(one.digest, TABLES_SEEN, decoded)


def _removals(campaign: Campaign, task: RemediationTask) -> Iterator[OwnRemoval]:
    """When a task may have taken its permission away; one that failed may have done it."""
    change, at = task.change, task.updated_at
    if isinstance(change, PermissionRemoval) and at is not None:
        since, until = _when(campaign, task.state, at)
        if since is not None:
            yield OwnRemoval(change, since, until)


def _when(
    campaign: Campaign, state: TaskState, at: datetime
) -> tuple[datetime | None, datetime | None]:
    match state:
        case TaskState.EXECUTED | TaskState.FAILED:
            return at, at
        case TaskState.HANDED_OVER:
            return at, None
        case TaskState.VERIFIED | TaskState.REOPENED:
            return campaign.created_at, at
        case TaskState.PLANNED | TaskState.BLOCKED:
            return None, None
