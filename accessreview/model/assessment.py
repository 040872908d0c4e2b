"""An assessment: what one ruleset finds in one snapshot, and the violations it keeps alive."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accessreview.model.finding import FindingKey
from accessreview.model.findings import Findings
from accessreview.model.policy import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Deterministic in snapshot, ruleset and engine version; ``id`` is derived from the three."""

    id: str
    snapshot: str
    ruleset: str
    engine: str
    at: datetime
    findings: Findings


class ViolationState(StrEnum):
    """``closed`` only when a complete snapshot no longer shows it; ``not_known`` when it may."""

    OPEN = "open"
    NOT_KNOWN = "not_known"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A finding over time; the times are those of snapshots, not of the analysis."""

    key: FindingKey
    severity: Severity
    state: ViolationState
    places: int
    first_seen_at: datetime
    last_seen_at: datetime
    last_snapshot: str
    closed_at: datetime | None = None
