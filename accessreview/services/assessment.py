"""Assessment: what the current ruleset finds in a snapshot, and which violations that leaves."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.rules import Progress, assess
from accessreview.model.assessment import Assessment, ViolationState
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from accessreview.model.user import Authorization
from accessreview.model.violations import ViolationTable
from accessreview.review.violations import Assessed, carry, missing
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork, ViolationCounts
from accessreview.services.unnamed import doubtful

_RECORD = "assessment:findings:record"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """What an outcome is worked out from, as it stood after so many audit events."""

    events: int
    snapshot: Snapshot
    assessment: Assessment | None
    violations: ViolationTable
    is_past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessing:
    """Applies ``ruleset``; ``parse_ruleset`` reads the text of an earlier one."""

    database: Database
    clock: Clock
    ruleset: Ruleset
    engine_version: str
    parse_ruleset: Callable[[str], Ruleset]

    def run(
        self,
        authorization: Authorization,
        snapshot_digest: str | None = None,
        progress: Progress | None = None,
    ) -> Assessment:
        """Assess a snapshot, by default the latest, and bring the violations up to date.

        One taken before a snapshot that was assessed already is recorded, but changes no violation.

        Snapshot, ruleset and engine determine the answer and its id: asked again, the recorded
        assessment is returned and nothing is computed. ``progress`` is told how many vCenters are
        assessed, of how many.

        Raises:
            NotFoundError: no such snapshot, or none at all yet.
        """
        require(authorization, Capability.COLLECT)
        # Others are kept from writing only while the outcome is stored. Should another assessment
        # have been recorded in the meantime, this one begins again from what that one left.
        while True:
            with self.database.reading() as work:
                digest = snapshot_digest or _latest(work)
                newest = work.assessments.latest()
                if newest is not None and newest.id == self._id(digest):
                    return work.assessments.get(newest.id)
                basis = self._basis(work, digest)
            assessment, changed = self._outcome(basis, progress)
            with self.database.writing() as work:
                if not _assessed_since(work, basis.events):
                    self._store(work, authorization, assessment, changed, is_past=basis.is_past)
                    return assessment

    def _basis(self, work: UnitOfWork, digest: str) -> _Basis:
        snapshot, head = work.snapshots.get(digest), work.audit.head()
        return _Basis(
            events=0 if head is None else head.sequence,
            snapshot=snapshot,
            assessment=_known(work, self._id(digest)),
            violations=work.violations.all(),
            is_past=_is_past(work, snapshot),
        )

    def _outcome(
        self, basis: _Basis, progress: Progress | None
    ) -> tuple[Assessment, tuple[ViolationTable, ...]]:
        """The assessment, and the violations to be stored because of it."""
        estate = build_estate(basis.snapshot)
        assessment = basis.assessment or self._assess(estate, progress)
        # What stands now is for the snapshot taken last to say, not for the one stored last.
        if basis.is_past:
            return assessment, ()
        absent = missing(basis.violations, assessment.findings)
        changed = carry(
            basis.violations,
            assessment.findings,
            self._assessed(basis.snapshot),
            self._sources_of(set(absent.last_snapshot.list())),
            # A snapshot that is not complete closes nothing, whatever is doubtful.
            doubtful(self.database, absent, estate) if basis.snapshot.is_complete else (),
        )
        return assessment, changed

    def _sources_of(self, snapshots: Iterable[str]) -> Mapping[str, frozenset[str]]:
        with self.database.reading() as work:
            return {
                digest: frozenset(source.id for source in work.snapshots.describe(digest).sources)
                for digest in snapshots
            }

    def _store(
        self,
        work: UnitOfWork,
        authorization: Authorization,
        assessment: Assessment,
        changed: Iterable[ViolationTable],
        *,
        is_past: bool,
    ) -> None:
        work.rulesets.add(self.ruleset)
        work.assessments.add(assessment)
        for violations in changed:
            work.violations.save(violations)
        work.audit.record(
            _RECORD,
            authorization.actor,
            assessment.id,
            {
                "snapshot": assessment.snapshot,
                "ruleset": assessment.ruleset,
                "engine": assessment.engine,
                "findings": str(len(assessment.findings)),
                "later_one_assessed_before": "yes" if is_past else "no",
                **_by_state(work.violations.counts()),
            },
            self.clock.now(),
        )

    def ruleset_of(self, digest: str) -> Ruleset:
        """The ruleset with this digest: the current one, or as it was recorded.

        Raises:
            NotFoundError: it was never used.
        """
        if digest == self.ruleset.digest:
            return self.ruleset
        with self.database.reading() as work:
            return self.parse_ruleset(work.rulesets.text(digest))

    def _id(self, snapshot: str) -> str:
        return sha256(canonical_json([snapshot, self.ruleset.digest, self.engine_version]))

    def _assess(self, estate: Estate, progress: Progress | None) -> Assessment:
        return Assessment(
            id=self._id(estate.snapshot.digest),
            snapshot=estate.snapshot.digest,
            ruleset=self.ruleset.digest,
            engine=self.engine_version,
            at=self.clock.now(),
            findings=assess(estate, self.ruleset, progress=progress),
        )

    def _assessed(self, snapshot: Snapshot) -> Assessed:
        return Assessed(
            snapshot=snapshot.digest,
            taken_at=snapshot.taken_at,
            is_complete=snapshot.is_complete,
            sources=frozenset(source.id for source in snapshot.sources),
            rules=frozenset(rule.id for rule in self.ruleset.rules),
        )


def _latest(work: UnitOfWork) -> str:
    latest = work.snapshots.latest()
    if latest is None:
        raise NotFoundError("There is no snapshot yet; collect from the sources first.")
    return latest.digest


def _known(work: UnitOfWork, assessment_id: str) -> Assessment | None:
    try:
        return work.assessments.get(assessment_id)
    except NotFoundError:
        return None


def _is_past(work: UnitOfWork, snapshot: Snapshot) -> bool:
    newest = work.assessments.latest()
    return (
        newest is not None and work.snapshots.describe(newest.snapshot).taken_at > snapshot.taken_at
    )


def _assessed_since(work: UnitOfWork, events: int) -> bool:
    return any(event.action == _RECORD for event in work.audit.list(after=events))


def _by_state(counts: ViolationCounts) -> dict[str, str]:
    by_state = Counter[ViolationState]()
    for (state, _), count in counts.items():
        by_state[state] += count
    return {state.value: str(by_state[state]) for state in ViolationState}
