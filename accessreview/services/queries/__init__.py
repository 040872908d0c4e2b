"""Read-only answers for pages and commands: authorised first, from one consistent read, whole."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from accessreview.analysis.observations import IdentitySources
from accessreview.model.policy import Ruleset
from accessreview.services.ports import Clock, Database
from accessreview.services.queries.agreement import AgreementQueries
from accessreview.services.queries.campaigns import CampaignQueries
from accessreview.services.queries.directories import DirectoryQueries
from accessreview.services.queries.observations import ObservationQueries
from accessreview.services.queries.overview import OverviewQueries
from accessreview.services.queries.refusals import RefusalQueries
from accessreview.services.queries.reviews import ReviewQueries
from accessreview.services.queries.sources import SourceQueries
from accessreview.services.queries.trail import TrailQueries
from accessreview.services.queries.views import SnapshotViews
from accessreview.services.queries.violations import ViolationQueries
from accessreview.services.queries.watching import WatchingQueries


@dataclass(frozen=True, slots=True)
class Queries:
    """One object a subject, as the pages are divided."""

    overview: OverviewQueries
    violations: ViolationQueries
    reviews: ReviewQueries
    campaigns: CampaignQueries
    sources: SourceQueries
    directories: DirectoryQueries
    observations: ObservationQueries
    refusals: RefusalQueries
    agreement: AgreementQueries
    watching: WatchingQueries
    trail: TrailQueries

    @classmethod
    def of(
        cls,
        database: Database,
        clock: Clock,
        describe: Callable[[str], str],
        parse_ruleset: Callable[[str], Ruleset],
        identity_sources: IdentitySources = MappingProxyType({}),
    ) -> "Queries":
        """Wire all of them.

        ``describe`` says in plain words what a privilege allows; ``parse_ruleset`` reads the text
        of a stored ruleset; ``identity_sources`` are those of each vCenter.
        """
        views = SnapshotViews()
        return cls(
            OverviewQueries(database, clock, views),
            ViolationQueries(database, views, parse_ruleset),
            ReviewQueries(database, clock, views, describe, parse_ruleset),
            CampaignQueries(database, clock, views),
            SourceQueries(database, clock, views),
            DirectoryQueries(database, views),
            ObservationQueries(database, views, identity_sources),
            RefusalQueries(database, clock),
            AgreementQueries(database, views),
            WatchingQueries(database),
            TrailQueries(database),
        )
