"""Events: who changed who may do what, as vCenters told it between collections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, request

from accessreview.model.event import Watch
from accessreview.services.authorization import Capability
from accessreview.services.queries.watching import EventList
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import page_number
from accessreview.web.page import Page, render

bp = Blueprint("events", __name__, url_prefix="/sources/events")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage(Page):
    template: ClassVar[str] = "sources/events.html"
    events: EventList
    watches: Sequence[Watch]
    vcenter: str


@bp.get("")
@needs(Capability.SEE_SOURCES)
def show() -> Response:
    who, vcenter = authorization(), request.args.get("vcenter", "")
    queries = application().queries.watching
    return render(
        EventsPage(
            title="Events",
            events=queries.page(who, vcenter, page_number()),
            watches=queries.watches(who),
            vcenter=vcenter,
        )
    )
