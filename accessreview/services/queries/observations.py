"""Observations: what should be known beside what the rules find, computed from what is stored."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from accessreview.analysis.changed_hands import Meanings, meanings
from accessreview.analysis.observations import IdentitySources, in_order, observe
from accessreview.model.errors import NotFoundError
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database, StoredSnapshot, UnitOfWork
from accessreview.services.queries.out_of_band import changes_not_ours
from accessreview.services.queries.paging import Slice, page_of
from accessreview.services.queries.views import SnapshotView, SnapshotViews

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ObservationKey:
    """What tells one observation of a snapshot from all others."""

    kind: ObservationKind
    vcenter: str
    principal: str
    is_group: bool


@dataclass(frozen=True, slots=True)
class ObservedRow:
    """One observation in a list: how many it concerns, and the first ones by name, each once."""

    key: ObservationKey
    vcenter: str
    detail: str
    concerned: int
    first: tuple[str, ...]

    @property
    def more(self) -> int:
        return max(0, self.concerned - _SHOWN)


@dataclass(frozen=True, slots=True)
class ObservedList:
    """One page, and how many there are: of each kind in the vCenter asked for, of each vCenter.

    The kind that was asked for is among them, even when there is none of it.
    """

    rows: Slice[ObservedRow]
    kinds: Mapping[ObservationKind, int]
    vcenters: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OneObserved:
    """One observation with a page of those whom it concerns; sources by their names."""

    row: ObservedRow
    concerned: Slice[Concerned]


class _Last:
    """What was observed last, kept as long as the same is asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: tuple[object, ...] = ()
        self._found: tuple[Observation, ...] = ()

    def of(
        self, asked: tuple[object, ...], observed: Callable[[], tuple[Observation, ...]]
    ) -> tuple[Observation, ...]:
        with self._lock:
            if asked != self._asked:
                self._found, self._asked = observed(), asked
            return self._found


@dataclass(frozen=True, slots=True)
class ObservationQueries:
    """Asked of the newest snapshot; before the first, there is nothing to observe.

    Names are held against the snapshot before it and that of the newest campaign: what people
    answered about there should still be what the name means.
    """

    database: Database
    views: SnapshotViews
    sources: IdentitySources = field(default_factory=dict)
    _shown: _Last = field(default_factory=_Last)
    _changed: _Last = field(default_factory=_Last)

    def all(self, authorization: Authorization) -> tuple[Observation, ...]:
        require(authorization, Capability.SEE_FINDINGS)
        return self._of_latest()[1]

    def page(
        self,
        authorization: Authorization,
        kind: ObservationKind | None,
        vcenter: str,
        page: int,
    ) -> ObservedList:
        """One page by kind, vCenter and principal; None and an empty vCenter let all through."""
        require(authorization, Capability.SEE_FINDINGS)
        view, every = self._of_latest()
        here = [one for one in every if vcenter in {"", one.vcenter}]
        vcenters = Counter(one.vcenter for one in every if kind in {None, one.kind})
        cut = page_of([one for one in here if kind in {None, one.kind}], page)
        names = {id_: _name(view, id_) for id_ in sorted(vcenters)}
        rows = tuple(_row(view, one) for one in cut.rows)
        kinds = Counter(one.kind for one in here)
        return ObservedList(
            Slice(rows, cut.total, cut.page, cut.pages),
            {one: kinds[one] for one in ObservationKind if kinds[one] or one is kind},
            vcenters,
            names,
        )

    def one(self, authorization: Authorization, key: ObservationKey, page: int) -> OneObserved:
        """A page of all whom it concerns.

        Raises:
            NotFoundError: nothing of the kind is observed any more.
        """
        require(authorization, Capability.SEE_FINDINGS)
        view, every = self._of_latest()
        found = next((one for one in every if _key(one) == key), None)
        if found is None:
            raise NotFoundError("This is not observed in the newest snapshot.")
        cut = page_of(found.concerned, page)
        rows = tuple(
            Concerned(_name(view, one.source), one.id, one.name, one.reason) for one in cut.rows
        )
        return OneObserved(_row(view, found), Slice(rows, cut.total, cut.page, cut.pages))

    def _of_latest(self) -> tuple[SnapshotView | None, tuple[Observation, ...]]:
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            if latest is None:
                return None, ()
            view = self.views.of(unit, latest.digest)
            return view, in_order((*self._shown_by(unit, view), *self._between(unit, latest)))

    def _shown_by(self, unit: UnitOfWork, view: SnapshotView) -> tuple[Observation, ...]:
        earlier = _earlier(unit, view.snapshot.digest)

        def observed() -> tuple[Observation, ...]:
            before: list[Meanings] = [meanings(unit.snapshots.get(one)) for one in earlier]
            return observe(view.estate, self.sources, before)

        return self._shown.of((view.snapshot.digest, *earlier), observed)

    def _between(self, unit: UnitOfWork, latest: StoredSnapshot) -> tuple[Observation, ...]:
        """Of the snapshots of the last weeks, with what events and remediation tell of them."""
        known = *unit.events.counts().items(), *unit.tasks.counts().items()
        asked = latest.digest, known
        return self._changed.of(asked, lambda: changes_not_ours(unit, latest))


def _earlier(unit: UnitOfWork, latest: str) -> list[str]:
    """Digests of the snapshot before the latest, and of the one that was asked about last."""
    before = [one.digest for one in unit.snapshots.list(2)]
    asked = [one.snapshot for one in unit.campaigns.list()][:1]
    return [one for one in dict.fromkeys((*before, *asked)) if one != latest]


def _key(one: Observation) -> ObservationKey:
    return ObservationKey(one.kind, one.vcenter, one.principal, one.is_group)


def _row(view: SnapshotView | None, one: Observation) -> ObservedRow:
    first = tuple(dict.fromkeys(each.name or each.id for each in one.concerned[:_SHOWN]))
    return ObservedRow(_key(one), _name(view, one.vcenter), one.detail, len(one.concerned), first)


def _name(view: SnapshotView | None, source: str) -> str:
    return source if view is None else view.source_name(source)
