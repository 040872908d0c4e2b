"""The audit trail, page by page, newest first."""

from dataclasses import dataclass

from accessreview.model.audit import AuditEvent
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database
from accessreview.services.queries.paging import Slice, page_of


@dataclass(frozen=True, slots=True)
class TrailQueries:
    database: Database

    def page(
        self, authorization: Authorization, *, containing: str, page: int
    ) -> Slice[AuditEvent]:
        """Events of which any field contains the text, in whatever case; empty: all of them."""
        require(authorization, Capability.SEE_AUDIT)
        with self.database.reading() as unit:
            events = unit.audit.list()
        wanted = containing.strip().casefold()
        matching = [event for event in reversed(events) if wanted in _text(event)]
        return page_of(matching, page)


def _text(event: AuditEvent) -> str:
    details = (f"{name} {value}" for name, value in event.details.items())
    return " ".join((event.action, event.actor, event.object, *details)).casefold()
