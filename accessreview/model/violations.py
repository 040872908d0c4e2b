"""Many violations as columns: what a value repeats is held once, as in the tables of a snapshot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from accessreview.model.assessment import Violation, ViolationState
from accessreview.model.columns import Codes
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.policy import Severity

Value = TypeVar("Value")
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[Value]):
    """A column of few different values: row ``i`` reads ``values[codes[i]]``."""

    codes: Codes
    values: tuple[Value, ...]

    @classmethod
    def of(cls, column: Iterable[Value]) -> "Coded[Value]":
        numbers: dict[Value, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in column]
        return cls(np.array(codes, dtype=np.int32), tuple(numbers))

    @classmethod
    def always(cls, value: Value, rows: int) -> "Coded[Value]":
        return cls(np.zeros(rows, dtype=np.int32), (value,))

    def take(self, rows: NDArray[np.int64]) -> "Coded[Value]":
        return Coded(self.codes[rows], self.values)

    def where(self, holds: Iterable[bool]) -> Truths:
        """By row, whether its value is one of those that ``holds`` says so of, in their order."""
        truths = np.fromiter(holds, dtype=np.bool_, count=len(self.values))
        return truths[self.codes]

    def list(self) -> list[Value]:
        values = self.values
        return [values[code] for code in self.codes.tolist()]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ViolationTable:
    """Violations in parallel columns; iterating makes them one by one."""

    rule: Coded[str]
    subject_kind: Coded[SubjectKind]
    subject: Sequence[str]
    severity: Coded[Severity]
    state: Coded[ViolationState]
    places: NDArray[np.int64]
    first_seen_at: Coded[datetime]
    last_seen_at: Coded[datetime]
    last_snapshot: Coded[str]
    closed_at: Coded[datetime | None]

    @classmethod
    def of(cls, violations: Iterable[Violation]) -> "ViolationTable":
        rows = list(violations)
        return cls(
            rule=Coded.of(row.key.rule for row in rows),
            subject_kind=Coded.of(row.key.subject_kind for row in rows),
            subject=[row.key.subject for row in rows],
            severity=Coded.of(row.severity for row in rows),
            state=Coded.of(row.state for row in rows),
            places=np.array([row.places for row in rows], dtype=np.int64),
            first_seen_at=Coded.of(row.first_seen_at for row in rows),
            last_seen_at=Coded.of(row.last_seen_at for row in rows),
            last_snapshot=Coded.of(row.last_snapshot for row in rows),
            closed_at=Coded.of(row.closed_at for row in rows),
        )

    def __len__(self) -> int:
        return len(self.subject)

    def take(self, rows: NDArray[np.int64]) -> "ViolationTable":
        """Only these rows, in this order."""
        subject = self.subject
        return ViolationTable(
            rule=self.rule.take(rows),
            subject_kind=self.subject_kind.take(rows),
            subject=[subject[row] for row in rows.tolist()],
            severity=self.severity.take(rows),
            state=self.state.take(rows),
            places=self.places[rows],
            first_seen_at=self.first_seen_at.take(rows),
            last_seen_at=self.last_seen_at.take(rows),
            last_snapshot=self.last_snapshot.take(rows),
            closed_at=self.closed_at.take(rows),
        )

    def __iter__(self) -> Iterator[Violation]:
        columns = zip(
            self.rule.list(),
            self.subject_kind.list(),
            self.subject,
            self.severity.list(),
            self.state.list(),
            self.places.tolist(),
            self.first_seen_at.list(),
            self.last_seen_at.list(),
            self.last_snapshot.list(),
            self.closed_at.list(),
            strict=True,
        )
        for rule, kind, subject, severity, state, places, first, last, snapshot, closed in columns:
            yield Violation(
                key=FindingKey(rule, kind, subject),
                severity=severity,
                state=state,
                places=places,
                first_seen_at=first,
                last_seen_at=last,
                last_snapshot=snapshot,
                closed_at=closed,
            )
