"""Write docs/reference/states.md from the tables of accessreview/review/lifecycle.py."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from accessreview.model.remediation import TaskState
from accessreview.model.review import CampaignState, ItemState
from accessreview.review.lifecycle import CAMPAIGN, ITEM, TASK

_TARGET = Path(__file__).parents[1] / "docs" / "reference" / "states.md"

_HEAD = """\
# States

Made from `accessreview/review/lifecycle.py` by `python -m scripts.make_states`. Whatever is not
listed here is refused; a test goes through every pair of state and action.
"""

_MACHINES: tuple[tuple[str, Mapping[tuple[Any, Any], Any], type[StrEnum]], ...] = (
    ("Campaign", CAMPAIGN, CampaignState),
    ("Review item", ITEM, ItemState),
    ("Remediation task", TASK, TaskState),
)


def page() -> str:
    return "\n".join([_HEAD, *(_machine(*machine) for machine in _MACHINES)])


def _machine(title: str, table: Mapping[tuple[Any, Any], Any], states: type[StrEnum]) -> str:
    rows = [
        f"| `{before}` | {action.value.replace('_', ' ')} | `{after}` |"
        for state in states
        for (before, action), after in table.items()
        if before is state
    ]
    ends = [f"`{state}`" for state in states if all(before is not state for before, _ in table)]
    final = f"\nFinal: {', '.join(ends)}.\n" if ends else ""
    return f"## {title}\n\n| in | action | then |\n|---|---|---|\n" + "\n".join(rows) + f"\n{final}"


if __name__ == "__main__":
    _TARGET.write_text(page(), encoding="utf-8")
