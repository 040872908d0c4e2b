"""Re-performance: the findings computed again from what a package holds, against those recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from accessreview.evidence.compile import REVIEWED, finding_row
from accessreview.evidence.parse import Parts, parse_lines
from accessreview.evidence.verify import ReadSnapshot
from accessreview.model.canonical import Plain, canonical_json
from accessreview.model.finding import Finding
from accessreview.model.snapshot import Snapshot

Assess = Callable[[Snapshot, str], Sequence[Finding]]
"""Snapshot and the ruleset's text in, findings out."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How recorded and computed findings compare, each as a row of the command ``analyze``."""

    compared: int
    equal: int
    only_recorded: tuple[dict[str, Plain], ...]
    only_computed: tuple[dict[str, Plain], ...]

    @property
    def agrees(self) -> bool:
        return not self.only_recorded and not self.only_computed


def reproduce(
    files: Mapping[str, bytes], read_snapshot: ReadSnapshot, assess: Assess
) -> Reproduction:
    """Compute the findings from the snapshot and the ruleset inside, and compare.

    Raises:
        IntegrityError, InputError: a part is missing or cannot be read.
    """
    parts = Parts(files)
    snapshot = parts.snapshot(REVIEWED, read_snapshot)
    text = parts["ruleset.toml"].decode("utf-8", "replace")
    recorded = parse_lines(parts["findings.jsonl"], "findings.jsonl")
    computed = [finding_row(finding) for finding in assess(snapshot, text)]
    keys_recorded = {canonical_json(row) for row in recorded}
    keys_computed = {canonical_json(row) for row in computed}
    only_recorded = tuple(row for row in recorded if canonical_json(row) not in keys_computed)
    only_computed = tuple(row for row in computed if canonical_json(row) not in keys_recorded)
    return Reproduction(
        compared=len(recorded) + len(only_computed),
        equal=len(recorded) - len(only_recorded),
        only_recorded=only_recorded,
        only_computed=only_computed,
    )
