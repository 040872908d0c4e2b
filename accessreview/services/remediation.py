"""Remediation: plan what revoked items need, have it done or hand it over, and see it proven."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from accessreview.analysis.estate import build_estate
from accessreview.model.canonical import canonical_json
from accessreview.model.errors import (
    AccessReviewError,
    ConfigurationError,
    ConflictError,
    InputError,
)
from accessreview.model.remediation import (
    Change,
    PermissionRemoval,
    RemediationTask,
    TaskAction,
    TaskState,
)
from accessreview.model.review import Campaign, CampaignState, Outcome, ReviewItem, Settlement
from accessreview.model.user import Authorization
from accessreview.review.changes import is_signed
from accessreview.review.consequences import Planning
from accessreview.review.lifecycle import TASK, advance
from accessreview.review.people import people_of
from accessreview.review.places import places_of
from accessreview.review.settlement import settle
from accessreview.services.authorization import Capability, require
from accessreview.services.holdings import directory_of, identities_matching, routes_of
from accessreview.services.ports import Clock, Database, IdSource, Remediator, UnitOfWork
from accessreview.services.proofs import Later
from accessreview.services.simulation import safety_of
from accessreview.services.standing import (
    in_remediation,
    is_outdated,
    judged,
    latest,
    require_complete,
    require_fresh,
    require_in_remediation,
    still_wanted,
    unfinished,
)


@dataclass(frozen=True, slots=True)
class Script:
    """A way of handing changes over to people: for which, and how it is written."""

    covers: Callable[[Change], bool]
    write: Callable[[Sequence[Change]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """``remediators`` is empty unless changes by the product itself are configured."""

    database: Database
    clock: Clock
    ids: IdSource
    remediators: tuple[Remediator, ...]
    scripts: Mapping[str, Script]

    def plan(self, authorization: Authorization, campaign_id: str) -> tuple[RemediationTask, ...]:
        """Work out the exact changes from the latest snapshot; returns all tasks of the campaign.

        Planning again keeps tasks and their ids; what is dangerous by now is blocked, what no
        longer is, released.

        Raises:
            NotFoundError: no such campaign.
            ConflictError: its review is not over, it is closed, or the latest snapshot is partial,
                so that nobody could tell what a removal would lead to.
        """
        require(authorization, Capability.REMEDIATE)
        with self.database.reading() as work:
            planning, snapshot = self._planning(work, campaign_id)
        planned = planning.plan()
        with self.database.writing() as work:
            require_in_remediation(work, campaign_id)
            tasks = work.tasks.of_campaign(campaign_id)
            added, changed = still_wanted(planned, planning.tasks, tasks)
            work.tasks.add(added)
            for task in changed:
                work.tasks.save(task)
            blocked = sum(task.state is TaskState.BLOCKED for task in (*added, *changed))
            details = {
                "snapshot": snapshot,
                "new": str(len(added)),
                "changed": str(len(changed)),
                "newly_blocked": str(blocked),
            }
            work.audit.record(
                "campaign:remediation:plan",
                authorization.actor,
                campaign_id,
                details,
                self.clock.now(),
            )
            return tuple(work.tasks.of_campaign(campaign_id))

    def execute(self, authorization: Authorization, task_id: str) -> RemediationTask:
        """Carry one change out, after simulating it again on the latest snapshot.

        The attempt is recorded before, its outcome after. A change that fails becomes a failed
        task with the reason in its note, not an error.

        Raises:
            NotFoundError: no such task.
            ConfigurationError: no remediator is configured for this change.
            ConflictError: the task is not in a state for it, the simulation blocks it, or the
                latest snapshot is too old to simulate by.
        """
        require(authorization, Capability.REMEDIATE)
        with self.database.reading() as work:
            task = work.tasks.get(task_id)
        remediator = self._remediator(task.change)
        if task.state is not TaskState.BLOCKED:  # a new plan may release it
            advance(TASK, task.state, TaskAction.EXECUTE)
        with self.database.reading() as work:
            require_fresh(work, self.clock.now())
        self.plan(authorization, task.campaign)
        with self.database.writing() as work:
            task = work.tasks.get(task_id)
            if task.state is TaskState.BLOCKED:
                raise ConflictError(task.note)
            advance(TASK, task.state, TaskAction.EXECUTE)
            change = canonical_json(task.change).decode()
            self._record(work, authorization, task, "start", {"change": change})
        try:
            applied = remediator.apply(task.change)
        except AccessReviewError as error:
            return self._conclude(authorization, task_id, TaskAction.FAIL, str(error))
        note = f"Before: {applied.before} After: {applied.after}"
        return self._conclude(authorization, task_id, TaskAction.EXECUTE, note)

    def hand_over(self, authorization: Authorization, campaign_id: str, script: str) -> str:
        """The changes of a campaign as a script for a person, which marks them as handed over.

        Raises:
            InputError: there is no such script.
            ConflictError: nothing is left to hand over by it; or as ``plan``.
        """
        require(authorization, Capability.REMEDIATE)
        chosen = self.scripts.get(script)
        if chosen is None:
            known = ", ".join(self.scripts) or "none"
            raise InputError(f"There is no script “{script}”; there are: {known}.")
        self.plan(authorization, campaign_id)
        with self.database.writing() as work:
            tasks = [
                task
                for task in work.tasks.of_campaign(campaign_id)
                if (task.state, TaskAction.HAND_OVER) in TASK and chosen.covers(task.change)
            ]
            if not tasks:
                raise ConflictError(f"No change is left to hand over as “{script}”.")
            text = chosen.write([task.change for task in tasks])
            for task in tasks:
                moved = self._moved(task, TaskAction.HAND_OVER, f"Handed over as {script}.")
                work.tasks.save(moved)
                self._record(work, authorization, moved, "hand_over", {"script": script})
        return text

    def verify(
        self, authorization: Authorization, snapshot_digest: str | None = None
    ) -> tuple[Settlement, ...]:
        """Hold a snapshot, by default the latest, against all campaigns in remediation.

        Returns the settlements that are new. To be run after each collection. A snapshot older
        than one that was held against a campaign before is not held against it.

        Raises:
            NotFoundError: no such snapshot, or none at all.
        """
        require(authorization, Capability.REMEDIATE)
        with self.database.reading() as work:
            campaigns = in_remediation(work)
            digest = snapshot_digest or latest(work).digest
            if not campaigns:
                return ()
            later = Later.of(work.snapshots.get(digest))
        return tuple(
            settlement
            for campaign in campaigns
            for settlement in self._verify(authorization, campaign, later)
        )

    def _verify(
        self, authorization: Authorization, campaign: Campaign, later: Later
    ) -> Sequence[Settlement]:
        now = self.clock.now()
        with self.database.reading() as work:
            items = work.items.of_campaign(campaign.id)
            if is_outdated(work, items, later.snapshot.taken_at):
                return ()
            reviewed = work.snapshots.get(campaign.snapshot).sources
            tasks = work.tasks.of_campaign(campaign.id)
        settled = [
            replace(item, settlement=settlement)
            for item in items
            if is_signed(item, Outcome.REVOKE)
            and (settlement := settle(item, later.view(item, items, reviewed, now)))
        ]
        moved = judged(tasks, later, reviewed, now)
        with self.database.writing() as work:
            if work.campaigns.get(campaign.id).state is not CampaignState.IN_REMEDIATION:
                return ()  # closed meanwhile, by what was known then
            work.items.save(settled)
            for task in moved:
                work.tasks.save(task)
                self._record(work, authorization, task, "verify", {"note": task.note})
            for item in settled:
                self._record_settlement(work, authorization, item)
        return [item.settlement for item in settled if item.settlement is not None]

    def _record_settlement(
        self, work: UnitOfWork, authorization: Authorization, item: ReviewItem
    ) -> None:
        settlement = item.settlement
        if settlement is not None:
            work.audit.record(
                "review_item:settlement:record",
                authorization.actor,
                item.id,
                {
                    "verdict": settlement.verdict.value,
                    "snapshot": settlement.snapshot,
                    "left": "\n".join(settlement.left),
                },
                settlement.at,
            )

    def _planning(self, work: UnitOfWork, campaign_id: str) -> tuple[Planning, str]:
        campaign = require_in_remediation(work, campaign_id)
        reviewed = work.snapshots.get(campaign.snapshot).sources
        snapshot = work.snapshots.get(latest(work).digest)
        require_complete(snapshot, reviewed)
        estate, people, places = build_estate(snapshot), people_of(snapshot), places_of(snapshot)
        items = work.items.of_campaign(campaign_id)
        revoked = [item for item in items if is_signed(item, Outcome.REVOKE)]
        identities = {item.subject for item in revoked}.union(
            *(
                identities_matching(estate, people, item.access.permission.key)
                for item in revoked
                if not item.access.permission.key.is_group
            )
        )
        routes = routes_of(estate, identities)
        planning = Planning(
            campaign=campaign_id,
            items=items,
            routes=routes,
            tasks=work.tasks.of_campaign(campaign_id),
            standing=tuple(unfinished(work, campaign_id)),
            safety=safety_of(estate, people, places),
            directory=directory_of(snapshot, people, routes),
            people=people,
            places=places,
            new_id=self.ids.new,
            at=self.clock.now(),
        )
        return planning, snapshot.digest

    def _remediator(self, change: Change) -> Remediator:
        for remediator in self.remediators:
            if remediator.covers(change):
                return remediator
        raise ConfigurationError(
            f"This program is not set up to change {_system(change)} by itself: that is off by "
            "default. Hand the change over as a script, or configure an account for it."
        )

    def _conclude(
        self, authorization: Authorization, task_id: str, action: TaskAction, note: str
    ) -> RemediationTask:
        with self.database.writing() as work:
            task = work.tasks.get(task_id)
            # Somebody else may have done it meanwhile: the record is kept, their state stands.
            if (task.state, action) in TASK:
                task = self._moved(task, action, note)
                work.tasks.save(task)
            self._record(work, authorization, task, action.value, {"note": note})
        return task

    def _moved(self, task: RemediationTask, action: TaskAction, note: str) -> RemediationTask:
        state = advance(TASK, task.state, action)
        return replace(task, state=state, note=note, updated_at=self.clock.now())

    def _record(
        self,
        work: UnitOfWork,
        authorization: Authorization,
        task: RemediationTask,
        verb: str,
        details: Mapping[str, str],
    ) -> None:
        work.audit.record(
            f"remediation_task:change:{verb}",
            authorization.actor,
            task.id,
            {"state": task.state.value, "campaign": task.campaign, **details},
            self.clock.now(),
        )


def _system(change: Change) -> str:
    if isinstance(change, PermissionRemoval):
        return f"vCenter {change.entity.vcenter}"
    return f"directory {change.group.source}"
