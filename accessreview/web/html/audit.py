"""The audit trail."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, request

from accessreview.model.audit import AuditEvent
from accessreview.services.authorization import Capability
from accessreview.services.queries.paging import Slice
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import page_number
from accessreview.web.page import Page, render

bp = Blueprint("audit", __name__, url_prefix="/audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(Page):
    template: ClassVar[str] = "audit/show.html"
    events: Slice[AuditEvent]
    containing: str


@bp.get("")
@needs(Capability.SEE_AUDIT)
def show() -> Response:
    containing = request.args.get("containing", "")[:200]
    events = application().queries.trail.page(
        authorization(), containing=containing, page=page_number()
    )
    return render(AuditPage(title="Audit trail", events=events, containing=containing))
