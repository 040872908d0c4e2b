"""Re-performance: what a package records against the same computed again, row by row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accessreview.evidence.parse import Row
from accessreview.model.canonical import canonical_json


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How recorded and computed rows compare; ``what`` they are rows of."""

    what: str
    compared: int
    equal: int
    only_recorded: tuple[Row, ...]
    only_computed: tuple[Row, ...]

    @property
    def agrees(self) -> bool:
        return not self.only_recorded and not self.only_computed


def compare(what: str, recorded: Sequence[Row], computed: Sequence[Row]) -> Reproduction:
    """Compare whatever the order; a row that stands twice must stand twice in both."""
    only_recorded = _without(recorded, computed)
    only_computed = _without(computed, recorded)
    return Reproduction(
        what=what,
        compared=len(recorded) + len(only_computed),
        equal=len(recorded) - len(only_recorded),
        only_recorded=only_recorded,
        only_computed=only_computed,
    )


def _without(rows: Sequence[Row], others: Sequence[Row]) -> tuple[Row, ...]:
    left, rest = Counter(map(canonical_json, others)), []
    for row in rows:
        form = canonical_json(row)
        if left[form]:
            left[form] -= 1
        else:
            rest.append(row)
    return tuple(rest)
