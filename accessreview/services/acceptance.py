"""Acceptance: a person takes the numbers of a reading that was kept out for right, once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from accessreview.model.canonical import plain
from accessreview.model.errors import ConflictError, InputError, NotFoundError
from accessreview.model.refusal import Acceptance, RefusedReading
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Clock, Database, UnitOfWork

ACCEPTED_FOR = timedelta(days=7)
"""How long an acceptance waits for the next collection."""

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Acceptances:
    database: Database
    clock: Clock

    def list(self, authorization: Authorization) -> Sequence[RefusedReading]:
        """Every reading that was kept out, newest first."""
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as work:
            return work.refusals.list(limit=None)

    def accept(
        self, authorization: Authorization, source: str, *, by: str, reason: str, number: int = 0
    ) -> RefusedReading:
        """Accept the last reading of the source that was kept out, for all its reasons.

        The next collection takes a reading that lacks no more. ``number`` is that of the reading
        whose reasons were seen, if they were shown before; ``by`` is the person who answers for it.

        Raises:
            InputError: it is not said who accepts it, or why.
            NotFoundError: no reading of the source is kept out.
            ConflictError: it is accepted already, or another one than what was seen.
        """
        require(authorization, Capability.ACCEPT_READINGS)
        by, reason = by.strip(), reason.strip()
        problems = [*_problems("who accepts the reading", by), *_problems("why", reason)]
        if problems:
            raise InputError(*problems)
        now = self.clock.now()
        with self.database.writing() as work:
            last = _last_open(work, source, number)
            if last.is_accepted(now):
                raise ConflictError(
                    f"The reading of {source} is accepted already; collect, so that one is taken."
                )
            until = now + ACCEPTED_FOR
            accepted = replace(
                last, acceptance=Acceptance(by, authorization.actor, reason, now, until)
            )
            work.refusals.save(accepted)
            details = {
                "source": source,
                "by": by,
                "reason": reason,
                "accepted": last.sentences,
                "until": str(plain(until)),
            }
            work.audit.record(
                "reading:accept", authorization.actor, f"reading:{last.number}", details, now
            )
        return accepted


def _problems(what: str, text: str) -> Sequence[str]:
    if not text:
        return (f"Say {what}.",)
    if len(text) > _LONGEST:
        return (f"Say {what} in at most {_LONGEST} characters.",)
    return ()


def _last_open(work: UnitOfWork, source: str, number: int) -> RefusedReading:
    found = work.refusals.open(source)
    if not found:
        raise NotFoundError(f"No reading of a source “{source}” is kept out.")
    if number and number != found[0].number:
        raise ConflictError(
            f"Another reading of {source} was kept out meanwhile; look at its reasons first."
        )
    return found[0]
