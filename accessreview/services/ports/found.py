"""Keeping what was collected, and what was found in it."""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accessreview.model.agreement import Agreement
from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.columns import Column, Table
from accessreview.model.finding import FindingKey
from accessreview.model.policy import Ruleset, Severity
from accessreview.model.refusal import RefusedReading
from accessreview.model.snapshot import Snapshot, Source
from accessreview.model.violations import ViolationTable


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot's description without its tables."""

    digest: str
    taken_at: datetime
    stored_at: datetime
    sources: tuple[Source, ...]
    rows: Mapping[str, int]


class Snapshots(Protocol):
    def add(self, snapshot: Snapshot, at: datetime) -> None:
        """Keep it for ever; columns already stored are not stored again. Idempotent."""

    def get(self, digest: str) -> Snapshot:
        """Load all columns.

        Raises:
            NotFoundError: no such snapshot.
            IntegrityError: stored bytes do not match their digest.
        """

    def tables(
        self, digest: str, names: Collection[str], decoded: MutableMapping[str, Column]
    ) -> Mapping[str, Table]:
        """Load these tables only; one that it was stored without is empty.

        Columns are taken from ``decoded``, or added to it: snapshots after one another share most.

        Raises:
            NotFoundError: no such snapshot.
            IntegrityError: stored bytes do not match their digest.
        """

    def describe(self, digest: str) -> StoredSnapshot:
        """Its description without the columns; NotFoundError: no such snapshot."""

    def latest(self) -> StoredSnapshot | None:
        """The one taken last, which need not be the one stored last."""

    def latest_with(self, source: str) -> StoredSnapshot | None:
        """The one taken last of those that have this source."""

    def latest_full(self, source: str) -> StoredSnapshot | None:
        """The one taken last of those in which this source was read completely."""

    def list(self, limit: int | None = 100) -> Sequence[StoredSnapshot]:
        """The newest by when they were taken, newest first; at most ``limit``, or all of them."""


class RefusedReadings(Protocol):
    def add(self, refused: RefusedReading) -> RefusedReading:
        """Keep it for ever; returns it with its number."""

    def save(self, refused: RefusedReading) -> None:
        """Replace what is kept under its number (NotFoundError)."""

    def open(self, source: str) -> Sequence[RefusedReading]:
        """Those after which no reading of the source was taken yet, newest first."""

    def last_taken(self, source: str) -> RefusedReading | None:
        """The last that was accepted, and whose acceptance a reading was taken by."""

    def list(self, limit: int | None = 100) -> Sequence[RefusedReading]:
        """Newest first; at most ``limit``, or all of them."""


class Agreements(Protocol):
    def add(self, agreement: Agreement) -> Agreement:
        """Keep it for ever; returns it with its number."""

    def of_snapshot(self, digest: str) -> Sequence[Agreement]:
        """All over this snapshot, in the order in which they were made."""

    def latest(self, source: str) -> Agreement | None:
        """The last with this vCenter."""


class Rulesets(Protocol):
    def add(self, ruleset: Ruleset) -> None: ...

    def text(self, digest: str) -> str:
        """The file as it was read (NotFoundError); parse it with the reader."""


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment without its findings, of which there are ``count``."""

    id: str
    snapshot: str
    ruleset: str
    engine: str
    at: datetime
    count: int


class Assessments(Protocol):
    def add(self, assessment: Assessment) -> None:
        """Keep it; idempotent by id."""

    def get(self, assessment_id: str) -> Assessment:
        """Load it with its findings.

        Raises:
            NotFoundError: no such assessment.
            IntegrityError: what is stored are no findings, or not as many as were found.
        """

    def latest(self) -> StoredAssessment | None:
        """The one stored last of the snapshot taken last."""


ViolationCounts = Mapping[tuple[ViolationState, Severity], int]


class Violations(Protocol):
    def all(self) -> ViolationTable:
        """As columns, in no particular order; for work on all of them at once."""

    def get(self, key: FindingKey) -> Violation:
        """Raises NotFoundError."""

    def page(
        self,
        state: ViolationState | None,
        severity: Severity | None,
        *,
        offset: int,
        limit: int,
    ) -> Sequence[Violation]:
        """Some of those of a state and a severity (None: of any), worst first, then by key."""

    def counts(self) -> ViolationCounts:
        """How many there are; without those combinations that there are none of."""

    def save(self, violations: ViolationTable) -> None:
        """Insert or replace by key, many at a time."""
