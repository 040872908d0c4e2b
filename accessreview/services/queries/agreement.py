"""How far the analysis agrees with each vCenter's own answers, and where it does not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from accessreview.model.access import EntityRef
from accessreview.model.agreement import Accord, Agreement, Asking, ComparedPair
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database, UnitOfWork
from accessreview.services.queries.paging import ByKind, Slice, page_of
from accessreview.services.queries.views import SnapshotView, SnapshotViews


@dataclass(frozen=True, slots=True)
class NamedAgreement:
    """The last agreement with a vCenter, under its name."""

    agreement: Agreement
    name: str

    @property
    def needs_attention(self) -> bool:
        """Whether there is a difference, or the vCenter's answers prove nothing."""
        agreement = self.agreement
        proves_nothing = agreement.is_silent or agreement.asking is Asking.UNTRUSTWORTHY
        return bool(agreement.differences) or proves_nothing


@dataclass(frozen=True, slots=True)
class NamedPair:
    """A pair with the names of the person and of the place, and what each side says alone."""

    compared: ComparedPair
    person: str
    place: tuple[str, ...]
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of one vCenter, and how many there are of each accord."""

    of: NamedAgreement
    found: ByKind[NamedPair]


@dataclass(frozen=True, slots=True)
class AgreementQueries:
    database: Database
    views: SnapshotViews

    def latest(self, authorization: Authorization) -> Sequence[NamedAgreement]:
        """The last with each source of the newest snapshot that was ever asked, by id."""
        require(authorization, Capability.SEE_FINDINGS)
        with self.database.reading() as unit:
            return _latest(unit)

    def pairs(
        self, authorization: Authorization, vcenter: str, accord: Accord, page: int
    ) -> Pairs | None:
        """One page of the pairs of a vCenter; None if it was never asked."""
        require(authorization, Capability.SEE_FINDINGS)
        with self.database.reading() as unit:
            every = {one.agreement.source: one for one in _latest(unit)}
            if vcenter not in every:
                return None
            view = self.views.of(unit, every[vcenter].agreement.snapshot)
        agreement = every[vcenter].agreement
        cut = page_of([one for one in agreement.pairs if one.accord is accord], page)
        counts = Counter(one.accord for one in agreement.pairs)
        rows = tuple(_named(view, agreement, one) for one in cut.rows)
        found = Slice(rows, cut.total, cut.page, cut.pages)
        return Pairs(every[vcenter], ByKind(found, {one: counts[one] for one in Accord}))


def _latest(unit: UnitOfWork) -> Sequence[NamedAgreement]:
    newest = unit.snapshots.latest()
    sources = newest.sources if newest else ()
    found = ((source, unit.agreements.latest(source.id)) for source in sources)
    return tuple(
        NamedAgreement(agreement, source.name or source.id)
        for source, agreement in found
        if agreement is not None
    )


def _named(view: SnapshotView, agreement: Agreement, one: ComparedPair) -> NamedPair:
    return NamedPair(
        one,
        view.person_of(one.pair.account),
        view.place(EntityRef(agreement.source, one.pair.entity)),
        agreement.only_ours(one),
        agreement.only_theirs(one),
    )
