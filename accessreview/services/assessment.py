"""Assessment: what the current ruleset finds in a snapshot, and which violations that leaves."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.rules import assess
from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import FindingKey
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from accessreview.model.user import Authorization
from accessreview.review.violations import Assessed, carry
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork
from accessreview.services.unnamed import doubtful


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessing:
    """Applies ``ruleset``; ``parse_ruleset`` reads the text of an earlier one."""

    database: Database
    clock: Clock
    ruleset: Ruleset
    engine_version: str
    parse_ruleset: Callable[[str], Ruleset]

    def run(self, authorization: Authorization, snapshot_digest: str | None = None) -> Assessment:
        """Assess a snapshot, by default the latest, and bring the violations up to date.

        One taken before a snapshot that was assessed already is recorded, but changes no violation.

        Snapshot, ruleset and engine determine the answer and its id: asked again, the recorded
        assessment is returned and nothing is computed.

        Raises:
            NotFoundError: no such snapshot, or none at all yet.
        """
        require(authorization, Capability.COLLECT)
        with self.database.reading() as work:
            digest = snapshot_digest or _latest(work)
            assessment_id = self._id(digest)
            known = _known(work, assessment_id)
            if known is not None and known == work.assessments.latest():
                return known
            snapshot = work.snapshots.get(digest)
            seen = frozenset(work.violations.all())
        estate = build_estate(snapshot)
        assessment = known or self._assess(assessment_id, estate)
        found = {finding.key for finding in assessment.findings}
        unsure = doubtful(self.database, _unless_closed(seen, found), estate)
        with self.database.writing() as work:
            now = self.clock.now()
            before = work.violations.all()
            # What stands now is for the snapshot taken last to say, not for the one stored last.
            is_past = _is_past(work, snapshot)
            after = (
                before
                if is_past
                else carry(
                    before,
                    assessment.findings,
                    self._assessed(snapshot),
                    _sources_of(work, before),
                    # What came in between has not been looked into.
                    unsure.union(each.key for each in before if each not in seen),
                )
            )
            work.rulesets.add(self.ruleset)
            work.assessments.add(assessment)
            work.violations.save(_changed(before, after))
            work.audit.record(
                "assessment:findings:record",
                authorization.actor,
                assessment_id,
                {
                    "snapshot": snapshot.digest,
                    "ruleset": self.ruleset.digest,
                    "engine": self.engine_version,
                    "findings": str(len(assessment.findings)),
                    "later_one_assessed_before": "yes" if is_past else "no",
                    **_counts(after),
                },
                now,
            )
        return assessment

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

    def _assess(self, assessment_id: str, estate: Estate) -> Assessment:
        return Assessment(
            id=assessment_id,
            snapshot=estate.snapshot.digest,
            ruleset=self.ruleset.digest,
            engine=self.engine_version,
            at=self.clock.now(),
            findings=assess(estate, self.ruleset),
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


def _sources_of(work: UnitOfWork, violations: Iterable[Violation]) -> Mapping[str, frozenset[str]]:
    return {
        digest: frozenset(source.id for source in work.snapshots.describe(digest).sources)
        for digest in {each.last_snapshot for each in violations}
    }


def _is_past(work: UnitOfWork, snapshot: Snapshot) -> bool:
    newest = work.assessments.latest()
    return (
        newest is not None and work.snapshots.describe(newest.snapshot).taken_at > snapshot.taken_at
    )


def _unless_closed(
    violations: Iterable[Violation], found: Collection[FindingKey]
) -> Iterator[Violation]:
    for violation in violations:
        if violation.key not in found and violation.state is not ViolationState.CLOSED:
            yield violation


def _changed(before: Iterable[Violation], after: Iterable[Violation]) -> tuple[Violation, ...]:
    known = {violation.key: violation for violation in before}
    return tuple(violation for violation in after if known.get(violation.key) != violation)


def _counts(violations: Iterable[Violation]) -> dict[str, str]:
    states = [violation.state for violation in violations]
    return {state.value: str(states.count(state)) for state in ViolationState}
