"""Agreement: vCenters are asked what some users may do, and the analysis is held against it."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from accessreview.analysis.accord import changed_since, compare_answers, looked_at
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.sampling import draw_sample, nobody
from accessreview.analysis.vcenter_names import AccountNames
from accessreview.model.agreement import (
    IMPLIED,
    Agreement,
    Answer,
    Asking,
    ComparedPair,
    SampledPair,
    seed_of,
)
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.errors import AccessReviewError
from accessreview.model.snapshot import Source
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.carrying import is_old
from accessreview.services.ports import Clock, Database, Oracle, OracleSession, StoredSnapshot

RECORD = "agreement:sample:record"
_PROBED = 20
"""On how many entities a user who cannot exist is asked about, at most."""

_OLD = "It was not read this time, so what is there now has nothing to be compared with."
_NOBODY_TO_ASK = "Of no account is it known by which name this vCenter knows it."


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking one vCenter."""

    asking: Asking
    reason: str = ""
    sets: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[ComparedPair, ...] = ()


@dataclass(frozen=True, slots=True)
class Questioned:
    """A vCenter to ask, and about how many pairs."""

    oracle: Oracle
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """``vcenters`` are those to ask, by the ids of their sources."""

    database: Database
    clock: Clock
    vcenters: Mapping[str, Questioned]

    def run(self, authorization: Authorization, stored: StoredSnapshot) -> tuple[Agreement, ...]:
        """Compare with every vCenter of a snapshot that was taken just now, and keep what came.

        A vCenter that cannot be asked, or cannot be believed, is kept with the reason; it never
        makes this fail.
        """
        require(authorization, Capability.COLLECT)
        chosen = [source for source in stored.sources if source.id in self.vcenters]
        if not chosen:
            return ()
        with self.database.reading() as work:
            estate = build_estate(work.snapshots.get(stored.digest))
        names = AccountNames(estate)
        with ThreadPoolExecutor(len(chosen), "agreement") as pool:
            made = tuple(pool.map(partial(self._compared, estate, names), chosen))
        with self.database.writing() as work:
            kept = tuple(map(work.agreements.add, made))
            for each in kept:
                work.audit.record(
                    RECORD, authorization.actor, each.snapshot, _details(each), each.at
                )
        return kept

    def _compared(self, estate: Estate, names: AccountNames, source: Source) -> Agreement:
        digest, size = estate.snapshot.digest, self.vcenters[source.id].size
        seed = seed_of(digest, source.id)
        pairs = draw_sample(estate, source.id, size, seed, names)
        told = self._told(estate, source, pairs, nobody(estate, source.id, seed))
        return Agreement(
            snapshot=digest,
            source=source.id,
            at=self.clock.now(),
            asking=told.asking,
            reason=told.reason,
            seed=seed,
            size=size,
            sets=told.sets,
            pairs=told.pairs,
        )

    def _told(
        self, estate: Estate, source: Source, pairs: tuple[SampledPair, ...], stranger: str
    ) -> Told:
        if is_old(source):
            return Told(Asking.NOT_ASKED, _OLD)
        if not pairs:
            return Told(Asking.NOT_ASKED, _NOBODY_TO_ASK)
        try:
            with self.vcenters[source.id].oracle.opened() as session:
                return _asked(estate, source.id, session, pairs, stranger)
        except AccessReviewError as error:
            return Told(Asking.NOT_ASKED, str(error))


def _asked(
    estate: Estate,
    source: str,
    session: OracleSession,
    pairs: tuple[SampledPair, ...],
    stranger: str,
) -> Told:
    places = _places(estate, source, (pair.entity for pair in pairs))
    if doubt := _doubt(session.privileges(stranger, places[:_PROBED]), stranger):
        return Told(Asking.UNTRUSTWORTHY, doubt)
    wanted: dict[str, list[str]] = {}
    for pair in pairs:
        wanted.setdefault(pair.principal, []).append(pair.entity)
    said = {
        principal: session.privileges(principal, _places(estate, source, entities))
        for principal, entities in wanted.items()
    }
    state = session.state(_places(estate, source, looked_at(estate, source, pairs)))
    answers = [(pair, said[pair.principal][pair.entity]) for pair in pairs]
    changed = changed_since(estate, source, pairs, state)
    return Told(Asking.ASKED, "", *compare_answers(estate, source, answers, changed))


def _places(estate: Estate, source: str, entities: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Entities, each once, by type and id."""
    inventory = estate.vcenters[source].inventory
    return tuple(
        (inventory.types[inventory.number[each]], each) for each in dict.fromkeys(entities)
    )


def _doubt(answers: Mapping[str, Answer], stranger: str) -> str:
    """Why a vCenter that says this of a user who cannot exist is not believed; empty if it is."""
    for entity, answer in answers.items():
        if granted := sorted(set(answer.privileges or ()) - IMPLIED):
            more = " among others" if len(granted) > 1 else ""
            return (
                f"It says that {stranger}, a user who does not exist, holds {granted[0]}{more} on "
                f"{entity}. So nothing that it says of users proves anything, and it was not asked."
            )
    return ""


def _details(agreement: Agreement) -> dict[str, str]:
    """What the audit trail keeps; the digest is that of the line in an evidence package."""
    return {
        "source": agreement.source,
        "asking": agreement.asking.value,
        "reason": agreement.reason,
        "pairs": str(len(agreement.pairs)),
        "compared": str(agreement.compared),
        "equal": str(agreement.equal),
        "digest": sha256(canonical_json(agreement)),
    }
