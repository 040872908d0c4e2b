"""The plan: revoked items become remediation tasks, safe or blocked, with what else is lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.model.access import AccountRef, GroupRef, PermissionKey
from accessreview.model.remediation import (
    Change,
    MembershipRemoval,
    PermissionRemoval,
    RemediationTask,
    TaskAction,
    TaskState,
)
from accessreview.model.review import Outcome, ReviewItem
from accessreview.review.by_hand import by_hand
from accessreview.review.changes import (
    ChangeKey,
    Directory,
    Route,
    change_key,
    changes_of,
    is_signed,
)
from accessreview.review.lifecycle import TASK, advance
from accessreview.review.people import People
from accessreview.review.places import Places
from accessreview.review.safety import Safety

MOVABLE = frozenset({TaskState.PLANNED, TaskState.BLOCKED, TaskState.FAILED, TaskState.REOPENED})
"""States in which a task is still ours to hold back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What a plan of one campaign is made from, all of it as last read.

    ``routes`` are those of every subject of ``items`` and of every other account that a removed
    permission names; ``standing`` the unfinished changes of other campaigns.
    """

    campaign: str
    items: Sequence[ReviewItem]
    routes: Sequence[Route]
    tasks: Sequence[RemediationTask]
    standing: Sequence[Change]
    safety: Safety
    directory: Directory
    people: People
    places: Places
    new_id: Callable[[], str]
    at: datetime

    def plan(self) -> tuple[RemediationTask, ...]:
        """The tasks that are new or have changed, in a fixed order.

        A change that serves several items is one task. Tasks that were planned before keep their
        id; one that is blocked is released as soon as it has become safe.
        """
        wanted, serves = self._wanted()
        known = {change_key(task.change): task for task in self.tasks}
        candidates = {
            key: change
            for key, change in wanted.items()
            if key not in known or known[key].state in MOVABLE
        }
        in_flight = [
            *self.standing,
            *(task.change for task in self.tasks if task.state not in MOVABLE | _OVER),
        ]
        blocked = self.safety.blocked(candidates.values(), in_flight)
        done = [
            *(change for key, change in candidates.items() if key not in blocked),
            *in_flight,
        ]
        leaving = _leaving(done)
        planned = []
        for key, change in sorted(candidates.items()):
            losing = leaving if key not in blocked else _leaving([*done, change])
            task = self._task(
                change,
                known.get(key),
                items=serves[key],
                reason=blocked.get(key, ""),
                also_lost=self._also_lost(change, losing),
            )
            if task is not None:
                planned.append(task)
        return tuple(planned)

    def _wanted(self) -> tuple[dict[ChangeKey, Change], dict[ChangeKey, list[str]]]:
        by_access: dict[tuple[str, PermissionKey], list[Route]] = {}
        for route in self.routes:
            by_access.setdefault((route.subject, folded(route.permission)), []).append(route)
        wanted: dict[ChangeKey, Change] = {}
        serves: dict[ChangeKey, list[str]] = {}
        for item in self.items:
            if is_signed(item, Outcome.REVOKE):
                access = (item.subject, folded(item.access.permission.key))
                for change in changes_of(item, by_access.get(access, ()), self.directory):
                    wanted[change_key(change)] = change
                    serves.setdefault(change_key(change), []).append(item.id)
        return wanted, serves

    def _task(
        self,
        change: Change,
        known: RemediationTask | None,
        *,
        items: Sequence[str],
        reason: str,
        also_lost: tuple[str, ...],
    ) -> RemediationTask | None:
        fresh = RemediationTask(
            id=self.new_id() if known is None else known.id,
            campaign=self.campaign,
            items=tuple(items),
            change=change,
            state=TaskState.PLANNED if known is None else known.state,
            also_lost=also_lost,
            note=_note(change) if known is None else known.note,
            updated_at=self.at if known is None else known.updated_at,
        )
        if reason and fresh.state is not TaskState.BLOCKED:
            fresh = replace(fresh, state=advance(TASK, fresh.state, TaskAction.BLOCK))
        elif not reason and fresh.state is TaskState.BLOCKED:
            released = advance(TASK, fresh.state, TaskAction.RELEASE)
            fresh = replace(fresh, state=released, note=_note(change))
        if reason:
            fresh = replace(fresh, note=reason)
        return None if fresh == known else replace(fresh, updated_at=self.at)

    def _also_lost(
        self, change: Change, leaving: Mapping[AccountRef, frozenset[GroupRef]]
    ) -> tuple[str, ...]:
        revoked, kept = self._decided(Outcome.REVOKE), self._decided(Outcome.KEEP)
        lost = set()
        for route in self.routes:
            access = (route.subject, folded(route.permission))
            if access not in revoked and _breaks(change, route, leaving):
                lost.add(self._lost(route, kept=access in kept))
        return tuple(sorted(lost))

    def _decided(self, outcome: Outcome) -> set[tuple[str, PermissionKey]]:
        return {
            (item.subject, folded(item.access.permission.key))
            for item in self.items
            if is_signed(item, outcome)
        }

    def _lost(self, route: Route, *, kept: bool) -> str:
        return (
            f"{self.people.name(route.subject)} ({self.people.login(route.account)}) also loses "
            f"{route.role_name} on {self.places.path(route.permission.entity)}, given to "
            f"{route.permission.principal}"
            + (", which was to be kept." if kept else ", which nobody decided to revoke.")
        )


_OVER = frozenset({TaskState.VERIFIED})


def _note(change: Change) -> str:
    """What there is to say of a change that nothing has become of yet."""
    why = by_hand(change)
    return f"By hand: {why}" if why else ""


def folded(key: PermissionKey) -> PermissionKey:
    """The key as it compares: the principal without case."""
    return replace(key, principal=key.principal.casefold())


def _leaving(changes: Iterable[Change]) -> dict[AccountRef, frozenset[GroupRef]]:
    left: dict[AccountRef, frozenset[GroupRef]] = {}
    for change in changes:
        if isinstance(change, MembershipRemoval):
            left[change.member] = left.get(change.member, frozenset()) | {change.group}
    return left


def _breaks(
    change: Change, route: Route, leaving: Mapping[AccountRef, frozenset[GroupRef]]
) -> bool:
    """Whether the change has part in cutting this route for good."""
    match change:
        case MembershipRemoval():
            return (
                route.account == change.member
                and change.group in route.groups
                and route.groups <= leaving[change.member]
            )
        case PermissionRemoval():
            key = PermissionKey(change.entity, change.principal, change.is_group)
            return folded(key) == folded(route.permission)
