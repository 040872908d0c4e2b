from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from accessreview.model.errors import ConflictError
from accessreview.model.remediation import TaskAction, TaskState
from accessreview.model.review import CampaignAction, CampaignState, ItemAction, ItemState
from accessreview.review.lifecycle import CAMPAIGN, ITEM, TASK, actions, advance
from scripts.make_states import page

MACHINES: list[tuple[Mapping[tuple[Any, Any], Any], type[StrEnum], type[StrEnum]]] = [
    (CAMPAIGN, CampaignState, CampaignAction),
    (ITEM, ItemState, ItemAction),
    (TASK, TaskState, TaskAction),
]


@pytest.mark.parametrize(("table", "states", "verbs"), MACHINES, ids=["campaign", "item", "task"])
def test_whatever_is_not_in_a_table_is_refused(
    table: Mapping[tuple[Any, Any], Any], states: type[StrEnum], verbs: type[StrEnum]
) -> None:
    for state in states:
        for action in verbs:
            if (state, action) in table:
                assert advance(table, state, action) is table[state, action]
                assert action in actions(table, state)
            else:
                with pytest.raises(ConflictError, match=r"not possible once the state is"):
                    advance(table, state, action)
                assert action not in actions(table, state)


def test_nothing_leads_out_of_an_end() -> None:
    for state in (
        CampaignState.CLOSED,
        CampaignState.CLOSED_WITH_RESIDUE,
        CampaignState.CANCELLED,
    ):
        assert actions(CAMPAIGN, state) == ()
    assert actions(ITEM, ItemState.SIGNED) == ()
    assert actions(ITEM, ItemState.UNANSWERED) == ()


def test_only_a_proof_makes_a_task_verified() -> None:
    leading = {action for (_, action), after in TASK.items() if after is TaskState.VERIFIED}
    assert leading == {TaskAction.VERIFY}


def test_a_blocked_change_is_neither_carried_out_nor_handed_over() -> None:
    assert set(actions(TASK, TaskState.BLOCKED)) == {TaskAction.RELEASE, TaskAction.VERIFY}


def test_the_page_about_states_is_made_from_the_tables() -> None:
    written = Path(__file__).parents[3] / "docs" / "reference" / "states.md"
    assert written.read_text(encoding="utf-8") == page(), "run python -m scripts.make_states"
