"""How far vCenters agree on who can do what, and every pair on which they do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, request

from accessreview.model.agreement import Accord
from accessreview.services.authorization import Capability
from accessreview.services.queries.agreement import NamedAgreement, Pairs
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import choice_in, page_number
from accessreview.web.page import Page, render

bp = Blueprint("agreement", __name__, url_prefix="/sources/agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage(Page):
    template: ClassVar[str] = "sources/agreement.html"
    agreements: Sequence[NamedAgreement]
    pairs: Pairs | None
    accord: Accord


@bp.get("")
@needs(Capability.SEE_FINDINGS)
def show() -> Response:
    """Without a vCenter asked for, the first with a difference, else the first."""
    queries, who = application().queries.agreement, authorization()
    agreements = queries.latest(who)
    first = sorted(agreements, key=lambda one: not one.agreement.differences)[:1]
    vcenter = request.args.get("vcenter", "".join(one.agreement.source for one in first))
    accord = choice_in(Accord, request.args.get("accord", "")) or Accord.DIFFERENT
    pairs = queries.pairs(who, vcenter, accord, page_number())
    return render(
        AgreementPage(
            title="Agreement with vCenter", agreements=agreements, pairs=pairs, accord=accord
        )
    )
