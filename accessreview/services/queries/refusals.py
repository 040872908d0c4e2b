"""Readings that were kept out: those that wait for somebody, and those that are over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from accessreview.model.refusal import RefusedReading
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork
from accessreview.services.queries.paging import Slice, page_of

_DIRECTORY = (
    ("accounts", "Accounts"),
    ("groups", "Groups"),
    ("memberships", "Memberships"),
    ("named", "Members named"),
    ("unresolved", "Leading nowhere"),
)
_INVENTORY = (("entities", "Entities"), ("permissions", "Permissions"))


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A reading that was kept out, under the name of its source; ``is_accepted`` for now."""

    refused: RefusedReading
    name: str
    is_accepted: bool

    @property
    def numbers(self) -> Iterator[tuple[str, int | None, int]]:
        """What is counted, how many the last good reading had, and how many this one has."""
        now, before = self.refused.figures, self.refused.before
        inventory = now.entities or (before and before.entities)
        for what, label in _INVENTORY if inventory else _DIRECTORY:
            yield label, getattr(before, what) if before else None, getattr(now, what)


@dataclass(frozen=True, slots=True)
class Refusals:
    """``waiting``: the last of each source, while no later reading was taken; and the others."""

    waiting: Sequence[KeptOut]
    others: Slice[KeptOut]


@dataclass(frozen=True, slots=True)
class RefusalQueries:
    database: Database
    clock: Clock

    def waiting(self, authorization: Authorization) -> Sequence[str]:
        """The names of the sources whose last reading is kept out."""
        return tuple(one.name for one in self.page(authorization, 1).waiting)

    def page(self, authorization: Authorization, page: int) -> Refusals:
        """All that wait, and one page of the others, newest first."""
        require(authorization, Capability.SEE_SOURCES)
        now = self.clock.now()
        with self.database.reading() as work:
            found, names = work.refusals.list(limit=None), _names(work)
        waiting = {
            one.source: one.number for one in reversed(found) if one.ended_at is None
        }  # of several the newest stays
        every = [
            KeptOut(one, names.get(one.source, one.source), one.is_accepted(now)) for one in found
        ]
        return Refusals(
            [one for one in every if one.refused.number in waiting.values()],
            page_of([one for one in every if one.refused.number not in waiting.values()], page),
        )


def _names(work: UnitOfWork) -> Mapping[str, str]:
    latest = work.snapshots.latest()
    sources = latest.sources if latest else ()
    return {one.id: one.name for one in sources}
