"""The gate: which readings are taken, and which are kept out or doubted until accepted.

See ``docs/decisions/0010-a-reading-that-shrank-is-kept-out.md``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from accessreview.model.errors import ConflictError
from accessreview.model.refusal import RefusedReading
from accessreview.model.snapshot import Reading, Snapshot, SourceKind
from accessreview.services.carrying import HOW_TO_ACCEPT, is_empty
from accessreview.services.ports import Clock, Database, StoredSnapshot, UnitOfWork
from accessreview.snapshot.completeness import (
    Thresholds,
    figures,
    fingerprint,
    is_covered,
    judge,
    named_groups,
)
from accessreview.snapshot.compose import parts
from accessreview.snapshot.shrinking import doubted, judge_inventory

Refused = Mapping[str, RefusedReading]
Together = Callable[[Sequence[Reading], Refused], Sequence[Reading]]
"""Join the readings that are taken with what stays in the place of those that are not."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of readings, by source: refused, taken, and by which acceptance if by one.

    ``readings`` are those to put together, with what stays in the place of refused ones. Those that
    are ``doubted`` are among them as partial ones.
    """

    readings: Sequence[Reading]
    refused: Refused
    taken: Collection[str]
    accepted: Refused
    doubted: Refused = field(default_factory=dict)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why a reading is not believed to be whole, by its source."""
        return {source: one.sentences for source, one in {**self.refused, **self.doubted}.items()}

    def record(self, work: UnitOfWork, actor: str, snapshot: str, now: datetime) -> None:
        """Keep what was refused; end what was open of a source of which a reading is taken.

        Raises:
            ConflictError: an acceptance that a reading is taken by was used up meanwhile.
        """
        for refused in (*self.refused.values(), *self.doubted.values()):
            kept = work.refusals.add(refused)
            work.audit.record("reading:refuse", actor, _object(kept), _details(kept), now)
        for source in self.taken:
            self._end(work, actor, source, snapshot, now)

    def _end(self, work: UnitOfWork, actor: str, source: str, snapshot: str, now: datetime) -> None:
        used = self.accepted.get(source)
        found = work.refusals.open(source)
        if used and used.number not in {one.number for one in found}:
            raise ConflictError(
                f"The acceptance for {source} was used up by another collection; collect again."
            )
        for one in found:
            is_used = used is not None and one.number == used.number
            work.refusals.save(replace(one, ended_at=now, taken_in=snapshot if is_used else ""))
            if one.acceptance:
                action = f"reading:acceptance:{'use' if is_used else 'end'}"
                details = {"source": source, "by": one.acceptance.by, "snapshot": snapshot}
                work.audit.record(action, actor, _object(one), details, now)


@dataclass(frozen=True, slots=True)
class _Last:
    """The last good reading of a source, and the snapshot that it is in."""

    reading: Reading
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Compares readings with the last good ones; ``thresholds`` by source, else the usual ones."""

    database: Database
    clock: Clock
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)

    def admit(self, read: Sequence[Reading], together: Together) -> Admission:
        """Keep out what is not believed to be whole; of a vCenter, take it as partial.

        Readings are judged when they are joined. What is kept out takes its rows back from those
        that were joined with it, so the rest is joined and judged again.
        """
        known = self._known(read)
        refused: dict[str, RefusedReading] = {}
        while True:
            joined = together(read, refused)
            verdicts = known.verdicts(joined, {one.source.id for one in read} & known.sources)
            more = known.refused(verdicts, SourceKind.DIRECTORY)
            if not more:
                return known.admission(joined, refused, verdicts)
            refused.update(more)
            read = [one for one in read if one.source.id not in more]

    def admit_whole(self, snapshot: Snapshot) -> Admission:
        """Judge the sources of a snapshot that is taken as it is or not at all.

        A source of which nothing was taken before has nothing to be compared with, and what is
        older than the last good reading replaces nothing.
        """
        readings = [parts(snapshot, source.id) for source in snapshot.sources]
        known = self._known(readings)
        later = {
            source
            for source, last in known.lasts.items()
            if last
            and last.snapshot.taken_at <= snapshot.taken_at
            and last.snapshot.digest != snapshot.digest
        }
        verdicts = known.verdicts(readings, later)
        refused = known.refused(verdicts, *SourceKind)
        return known.admission(readings, refused, verdicts)

    def _known(self, readings: Iterable[Reading]) -> "_Known":
        snapshots: dict[str, Snapshot] = {}
        lasts: dict[str, _Last | None] = {}
        accepted: dict[str, Sequence[RefusedReading]] = {}
        now = self.clock.now()
        with self.database.reading() as work:
            for source in (reading.source.id for reading in readings):
                stored = last_good(work, source)
                if stored and stored.digest not in snapshots:
                    snapshots[stored.digest] = work.snapshots.get(stored.digest)
                lasts[source] = _last(snapshots[stored.digest], source) if stored else None
                accepted[source] = [
                    one for one in work.refusals.open(source) if one.is_accepted(now)
                ]
        return _Known(lasts, accepted, self.thresholds)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """``found`` is the reading as it would be kept out; ``by`` the acceptance that covers it."""

    kind: SourceKind
    found: RefusedReading
    by: RefusedReading | None

    @property
    def is_good(self) -> bool:
        return not self.found.reasons or self.by is not None


@dataclass(frozen=True, slots=True)
class _Known:
    """What readings are held against: the last good ones, and what was accepted, by source."""

    lasts: Mapping[str, _Last | None]
    accepted: Mapping[str, Sequence[RefusedReading]]
    thresholds: Mapping[str, Thresholds]

    @property
    def sources(self) -> set[str]:
        return set(self.lasts)

    def verdicts(
        self, readings: Sequence[Reading], sources: Collection[str]
    ) -> Mapping[str, _Verdict]:
        permissions = [one.tables["permissions"] for one in readings if "permissions" in one.tables]
        now = named_groups(permissions)
        return {
            reading.source.id: self._verdict(reading, now)
            for reading in readings
            if reading.source.id in sources
        }

    def _verdict(self, reading: Reading, named: frozenset[str]) -> _Verdict:
        source = reading.source.id
        last = self.lasts[source]
        if last:
            named |= named_groups([last.snapshot["permissions"]])
        thresholds = self.thresholds.get(source, Thresholds())
        before = last.reading if last else None
        kind = reading.source.kind
        if kind is SourceKind.DIRECTORY:
            reasons = judge(reading, before, named, thresholds)
        else:
            reasons = judge_inventory(reading, before, thresholds)
        found = RefusedReading(
            source=source,
            at=reading.source.finished_at,
            reasons=reasons,
            figures=figures(reading.tables, source),
            before=figures(last.reading.tables, source) if last else None,
            fingerprint=fingerprint(reading) if reasons else "",
        )
        fitting = (one for one in self.accepted[source] if is_covered(reasons, one.reasons))
        return _Verdict(kind, found, next(fitting, None) if reasons else None)

    def refused(
        self, verdicts: Mapping[str, _Verdict], *kinds: SourceKind
    ) -> dict[str, RefusedReading]:
        """Those of these kinds that are not good."""
        return {
            source: one.found
            for source, one in verdicts.items()
            if not one.is_good and one.kind in kinds
        }

    def admission(
        self, readings: Sequence[Reading], refused: Refused, verdicts: Mapping[str, _Verdict]
    ) -> Admission:
        """What becomes of all; what is neither good nor refused is doubted."""
        doubts = {
            source: replace(one.found, as_partial=True)
            for source, one in verdicts.items()
            if not one.is_good and source not in refused
        }
        taken = {
            source: one.by
            for source, one in verdicts.items()
            if source not in refused and source not in doubts
        }
        return Admission(
            [_as_judged(one, doubts.get(one.source.id)) for one in readings],
            refused,
            sorted(taken),
            {source: by for source, by in taken.items() if by},
            doubts,
        )


def _as_judged(reading: Reading, doubt: RefusedReading | None) -> Reading:
    if doubt is None:
        return reading
    return doubted(reading, doubt.reasons, HOW_TO_ACCEPT.format(reading.source.id))


def last_good(work: UnitOfWork, source: str) -> StoredSnapshot | None:
    """Where the last reading is that was complete or accepted; of a source without, the last."""
    accepted = work.refusals.last_taken(source)
    good = [
        work.snapshots.latest_full(source),
        work.snapshots.describe(accepted.taken_in) if accepted else None,
    ]
    return max(
        (stored for stored in good if stored),
        key=lambda stored: stored.taken_at,
        default=work.snapshots.latest_with(source),
    )


def _last(snapshot: Snapshot, source: str) -> _Last | None:
    reading = parts(snapshot, source)
    return None if is_empty(reading.source) else _Last(reading, snapshot)


def _object(refused: RefusedReading) -> str:
    return f"reading:{refused.number}"


def _details(refused: RefusedReading) -> Mapping[str, str]:
    shown = refused.figures
    counted = (
        {"entities": shown.entities, "permissions": shown.permissions}
        if refused.as_partial
        else {
            "accounts": shown.accounts,
            "groups": shown.groups,
            "memberships": shown.memberships,
            "named_members": shown.named,
            "unresolved_members": shown.unresolved,
        }
    )
    return {
        "source": refused.source,
        "reasons": refused.sentences,
        **{what: str(number) for what, number in counted.items()},
        "fingerprint": refused.fingerprint,
    }
