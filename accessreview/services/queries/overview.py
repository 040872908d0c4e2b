"""The first page: what is known, how fresh it is, and what needs somebody's attention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accessreview.model.assessment import ViolationState
from accessreview.model.policy import Severity
from accessreview.model.review import ItemState
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, allowed, require
from accessreview.services.ports import Clock, Database, StoredAssessment, ViolationCounts
from accessreview.services.queries.agreement import AgreementQueries, NamedAgreement
from accessreview.services.queries.campaigns import CampaignQueries, CampaignRow, has_ended
from accessreview.services.queries.sources import Freshness, SourceQueries
from accessreview.services.queries.views import SnapshotViews


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What administrators and auditors see first."""

    freshness: Freshness
    assessment: StoredAssessment | None
    open_by_severity: Mapping[Severity, int]
    not_known: int
    disagreeing: Sequence[NamedAgreement]
    running: Sequence[CampaignRow]
    ended: int

    @property
    def open(self) -> int:
        return sum(self.open_by_severity.values())


@dataclass(frozen=True, slots=True)
class OverviewQueries:
    database: Database
    clock: Clock
    views: SnapshotViews

    def show(self, authorization: Authorization) -> Overview | None:
        """The state of the whole; None for those who only review."""
        require(authorization, Capability.SEE_OVERVIEW)
        if not allowed(authorization, Capability.SEE_FINDINGS):
            return None
        with self.database.reading() as unit:
            counts = unit.violations.counts()
            assessment = unit.assessments.latest()
        campaigns = CampaignQueries(self.database, self.clock, self.views).list(authorization)
        running = [row for row in campaigns if not has_ended(row.campaign)]
        agreements = AgreementQueries(self.database, self.views).latest(authorization)
        return Overview(
            freshness=SourceQueries(self.database, self.clock, self.views).freshness(authorization),
            assessment=assessment,
            open_by_severity=_of_state(counts, ViolationState.OPEN),
            not_known=sum(_of_state(counts, ViolationState.NOT_KNOWN).values()),
            disagreeing=[one for one in agreements if one.needs_attention],
            running=running,
            ended=len(campaigns) - len(running),
        )

    def awaiting(self, authorization: Authorization) -> int:
        """How many items still wait for the actor's answer."""
        if not authorization.identity or not allowed(authorization, Capability.REVIEW):
            return 0
        with self.database.reading() as unit:
            items = unit.items.of_reviewer(authorization.identity)
        return sum(item.state is ItemState.OPEN for item in items)


def _of_state(counts: ViolationCounts, state: ViolationState) -> Mapping[Severity, int]:
    return {severity: count for (which, severity), count in counts.items() if which is state}
