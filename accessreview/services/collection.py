"""Collection: read all sources at once, put one snapshot together, keep it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from accessreview.model.canonical import plain
from accessreview.model.errors import (
    AccessReviewError,
    CollectionError,
    ConfigurationError,
    ConflictError,
    InputError,
)
from accessreview.model.snapshot import Coverage, Reading, Snapshot, SourceKind
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.carrying import (
    HOW_TO_ACCEPT,
    Carried,
    carried,
    kept_out,
    never_taken,
    reopened,
    unread,
    without_dangling,
)
from accessreview.services.gate import Admission, Gate, Refused
from accessreview.services.ports import Clock, Database, ReadingSource, StoredSnapshot
from accessreview.services.watching import Watching
from accessreview.snapshot.completeness import Thresholds
from accessreview.snapshot.compose import compose
from accessreview.snapshot.joining import join
from accessreview.snapshot.persons import PersonRules, join_persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Reads the configured sources; ``kinds`` says of each by id what it is, should it be down.

    ``thresholds`` say by id what a source may lack; the usual ones hold for the others.
    ``watching`` looks at the vCenters before they are read, and adds what it knows of their use.
    """

    database: Database
    sources: tuple[ReadingSource, ...]
    kinds: Mapping[str, SourceKind]
    clock: Clock
    persons: PersonRules = field(default_factory=PersonRules)
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    watching: Watching | None = None

    def run(self, authorization: Authorization) -> StoredSnapshot:
        """Read every source, each in a thread of its own, and store one snapshot of all.

        A source that cannot be read keeps the rows it last had, marked partial with the reason
        (``docs/decisions/0004-a-source-that-fails-keeps-its-last-rows.md``). So does a directory
        whose reading is not believed to be whole.

        Raises:
            ConfigurationError: there is nothing to collect from.
            CollectionError: no source at all could be read; nothing was stored.
            InputError: what was read contradicts itself; nothing was stored.
        """
        require(authorization, Capability.COLLECT)
        if not self.sources:
            raise ConfigurationError(
                "No source is configured; name at least one vCenter and one directory."
            )
        if self.watching:
            self.watching.run(authorization)
        with ThreadPoolExecutor(len(self.sources), "collect") as pool:
            outcomes = tuple(pool.map(self._read, self.sources))
        failed = {
            source.id: outcome
            for source, outcome in zip(self.sources, outcomes, strict=True)
            if isinstance(outcome, str)
        }
        if len(failed) == len(self.sources):
            self._record_failure(authorization, failed)
            raise CollectionError(
                "No source could be read, so nothing was stored: " + " ".join(failed.values())
            )
        read = [outcome for outcome in outcomes if isinstance(outcome, Reading)]
        admission = self._gate.admit(read, partial(self._together, failed))
        try:
            snapshot = compose(self.clock.now(), admission.readings)
        except InputError as error:
            self._record_failure(authorization, {"snapshot": str(error)})
            raise
        details = {**failed, **admission.reasons}
        return self._keep(authorization, snapshot, "snapshot:collection:store", details, admission)

    def store(
        self, authorization: Authorization, snapshot: Snapshot, origin: str
    ) -> StoredSnapshot:
        """Keep a snapshot that came as a bundle; ``origin`` says from where.

        Raises:
            InputError: it is of the future, and would be taken for the latest for as long.
            ConflictError: it has so much less of a source that it is not believed to be whole.
        """
        require(authorization, Capability.COLLECT)
        newest = max(snapshot.taken_at, *(source.finished_at for source in snapshot.sources))
        if newest > self.clock.now():
            raise InputError(
                f"The snapshot {origin} is of {plain(newest)}, which lies in the future. Set the "
                "clock right, of this machine or of the one that made it, and take a new one."
            )
        admission = self._gate.admit_whole(snapshot)
        if admission.refused:
            self._refuse(authorization, snapshot, origin, admission)
        details = {"origin": origin}
        return self._keep(authorization, snapshot, "snapshot:import:store", details, admission)

    @property
    def _gate(self) -> Gate:
        return Gate(database=self.database, clock=self.clock, thresholds=self.thresholds)

    def _read(self, source: ReadingSource) -> Reading | str:
        try:
            reading = source.collect(self.clock.now)
        except AccessReviewError as error:
            return str(error)
        return self.watching.with_uses(reading) if self.watching else reading

    def _together(
        self, failed: Mapping[str, str], read: Sequence[Reading], refused: Refused
    ) -> Sequence[Reading]:
        """What was read and what is carried forward, each joined with what the others know."""
        now = self.clock.now()
        why = {source: unread(reason, now) for source, reason in failed.items()}
        why |= {source: kept_out(one, now) for source, one in refused.items()}
        old = [self._last_known(source, reason) for source, reason in why.items()]
        readings = join([*read, *reopened(old, read)])
        if old:
            readings = without_dangling(readings)
        return join_persons(readings, self.persons)

    def _last_known(self, source: str, why: str) -> Carried:
        now, last = self.clock.now(), self._last(source)
        if last is None:
            return Carried(never_taken(source, self.kinds[source], why, now), {})
        return carried(last, source, why, now)

    def _last(self, source: str) -> Snapshot | None:
        with self.database.reading() as work:
            stored = work.snapshots.latest_with(source)
            return None if stored is None else work.snapshots.get(stored.digest)

    def _keep(
        self,
        authorization: Authorization,
        snapshot: Snapshot,
        action: str,
        details: Mapping[str, str],
        admission: Admission,
    ) -> StoredSnapshot:
        now = self.clock.now()
        partial = [each.id for each in snapshot.sources if each.coverage is Coverage.PARTIAL]
        told = {
            **details,
            "taken_at": str(plain(snapshot.taken_at)),
            "complete": "no" if partial else "yes",
            "partial_sources": ", ".join(partial),
        }
        with self.database.writing() as work:
            work.snapshots.add(snapshot, now)
            work.audit.record(action, authorization.actor, snapshot.digest, told, now)
            admission.record(work, authorization.actor, snapshot.digest, now)
        return StoredSnapshot(
            digest=snapshot.digest,
            taken_at=snapshot.taken_at,
            stored_at=now,
            sources=snapshot.sources,
            rows={name: len(table) for name, table in snapshot.tables.items()},
        )

    def _refuse(
        self, authorization: Authorization, snapshot: Snapshot, origin: str, admission: Admission
    ) -> None:
        """Keep the readings out, and say so."""
        with self.database.writing() as work:
            told = replace(admission, taken=())  # for nothing is taken
            told.record(work, authorization.actor, snapshot.digest, self.clock.now())
        reasons = (
            f"{source}: {one.sentences} {HOW_TO_ACCEPT.format(source)}"
            for source, one in admission.refused.items()
        )
        raise ConflictError(
            f"The bundle {origin} was not stored, for not all of a source may be in it. "
            + " ".join(reasons)
        )

    def _record_failure(self, authorization: Authorization, details: Mapping[str, str]) -> None:
        with self.database.writing() as work:
            work.audit.record(
                "snapshot:collection:fail", authorization.actor, "", details, self.clock.now()
            )
