"""The states of campaigns, review items and remediation tasks: the only place where they change.

``docs/reference/states.md`` is made from these tables; whatever is not in them is refused.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from accessreview.model.errors import ConflictError
from accessreview.model.remediation import TaskAction, TaskState
from accessreview.model.review import CampaignAction, CampaignState, ItemAction, ItemState

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)

CAMPAIGN: Mapping[tuple[CampaignState, CampaignAction], CampaignState] = MappingProxyType(
    {
        (CampaignState.DRAFT, CampaignAction.LAUNCH): CampaignState.IN_REVIEW,
        (CampaignState.DRAFT, CampaignAction.CANCEL): CampaignState.CANCELLED,
        (CampaignState.IN_REVIEW, CampaignAction.FINISH_REVIEW): CampaignState.IN_REMEDIATION,
        (CampaignState.IN_REVIEW, CampaignAction.CANCEL): CampaignState.CANCELLED,
        (CampaignState.IN_REMEDIATION, CampaignAction.CLOSE): CampaignState.CLOSED,
        (
            CampaignState.IN_REMEDIATION,
            CampaignAction.CLOSE_WITH_RESIDUE,
        ): CampaignState.CLOSED_WITH_RESIDUE,
    }
)

ITEM: Mapping[tuple[ItemState, ItemAction], ItemState] = MappingProxyType(
    {
        (ItemState.OPEN, ItemAction.DECIDE): ItemState.DECIDED,
        (ItemState.OPEN, ItemAction.EXPIRE): ItemState.UNANSWERED,
        (ItemState.DECIDED, ItemAction.DECIDE): ItemState.DECIDED,
        (ItemState.DECIDED, ItemAction.SIGN): ItemState.SIGNED,
        # What was never signed off is no answer; the unsigned decision stays readable.
        (ItemState.DECIDED, ItemAction.EXPIRE): ItemState.UNANSWERED,
        # A decision that was never signed off goes with the reviewer who left.
        (ItemState.OPEN, ItemAction.REROUTE): ItemState.OPEN,
        (ItemState.DECIDED, ItemAction.REROUTE): ItemState.OPEN,
    }
)

_PENDING = (TaskState.PLANNED, TaskState.HANDED_OVER, TaskState.FAILED, TaskState.REOPENED)

TASK: Mapping[tuple[TaskState, TaskAction], TaskState] = MappingProxyType(
    {(state, TaskAction.HAND_OVER): TaskState.HANDED_OVER for state in _PENDING}
    | {(state, TaskAction.EXECUTE): TaskState.EXECUTED for state in _PENDING}
    | {(state, TaskAction.FAIL): TaskState.FAILED for state in _PENDING}
    # A new plan may find that a change has become dangerous, or no longer is; what was handed
    # over is out of our hands.
    | {
        (state, TaskAction.BLOCK): TaskState.BLOCKED
        for state in _PENDING
        if state is not TaskState.HANDED_OVER
    }
    | {(TaskState.BLOCKED, TaskAction.RELEASE): TaskState.PLANNED}
    # Whoever removed it, and whenever: gone is gone.
    | {
        (state, TaskAction.VERIFY): TaskState.VERIFIED
        for state in TaskState
        if state is not TaskState.VERIFIED
    }
    | {
        (TaskState.EXECUTED, TaskAction.REOPEN): TaskState.REOPENED,
        (TaskState.VERIFIED, TaskAction.REOPEN): TaskState.REOPENED,
    }
)


def advance(table: Mapping[tuple[State, Action], State], state: State, action: Action) -> State:
    """The state that follows.

    Raises:
        ConflictError: the table does not have this action in this state.
    """
    following = table.get((state, action))
    if following is None:
        raise ConflictError(
            f"This cannot be done now: “{_words(action)}” is not possible once the state is "
            f"“{_words(state)}”."
        )
    return following


def actions(table: Mapping[tuple[State, Action], State], state: State) -> tuple[Action, ...]:
    """What can be done in this state, in the table's order."""
    return tuple(action for (before, action) in table if before is state)


def _words(value: StrEnum) -> str:
    return value.value.replace("_", " ")
