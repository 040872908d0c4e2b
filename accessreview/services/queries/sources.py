"""Sources with their freshness: when each was last read, how completely, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from accessreview.analysis.hygiene import ambiguities
from accessreview.model.access import AccountRef
from accessreview.model.refusal import Figures
from accessreview.model.snapshot import Coverage, Source
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, StoredSnapshot
from accessreview.services.queries.views import SnapshotViews
from accessreview.services.standing import FRESH_FOR
from accessreview.snapshot.completeness import figures

_HISTORY = 20
"""Snapshots that are listed."""


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """``is_stale``: read longer ago than a daily collection with a late night explains."""

    source: Source
    age: timedelta
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest snapshot, its sources, and the snapshots before it; None before the first."""

    latest: StoredSnapshot | None
    sources: tuple[SourceFreshness, ...]
    history: Sequence[StoredSnapshot]

    @property
    def incomplete(self) -> int:
        return sum(one.source.coverage is not Coverage.FULL for one in self.sources)

    @property
    def stale(self) -> int:
        return sum(one.is_stale for one in self.sources)


@dataclass(frozen=True, slots=True)
class UnresolvedPrincipal:
    """A principal that no directory read here holds, or several; ``matches`` names these."""

    vcenter: str
    principal: str
    is_group: bool
    matches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceQueries:
    database: Database
    clock: Clock
    views: SnapshotViews

    def unresolved(self, authorization: Authorization) -> tuple[UnresolvedPrincipal, ...]:
        """Those of the newest snapshot: who is behind them is not known, or they are several."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            if latest is None:
                return ()
            view = self.views.of(unit, latest.digest)
        return tuple(
            UnresolvedPrincipal(
                view.source_name(one.vcenter),
                one.principal,
                one.is_group,
                tuple(
                    f"{id_ if one.is_group else view.person_of(AccountRef(source, id_))} "
                    f"({view.source_name(source)})"
                    for source, id_ in one.matches
                ),
            )
            for one in ambiguities(view.estate)
        )

    def holdings(self, authorization: Authorization) -> Mapping[str, Figures]:
        """How much each source has in the newest snapshot, by its id."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            if latest is None:
                return {}
            snapshot = self.views.of(unit, latest.digest).snapshot
        tables = {**snapshot.tables, **snapshot.annex}
        return {one.id: figures(tables, one.id) for one in snapshot.sources}

    def freshness(self, authorization: Authorization) -> Freshness:
        require(authorization, Capability.SEE_SOURCES)
        now = self.clock.now()
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            earlier = unit.snapshots.list(_HISTORY)
        sources = () if latest is None else latest.sources
        return Freshness(
            latest,
            tuple(
                SourceFreshness(one, now - one.finished_at, now - one.finished_at > FRESH_FOR)
                for one in sources
            ),
            earlier,
        )
