"""The first page after signing in; what it shows depends on the role."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response

from accessreview.model.policy import Severity
from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.overview import Overview
from accessreview.services.queries.reviews import MyCampaign
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.page import Page, render

bp = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage(Page):
    template: ClassVar[str] = "overview/show.html"
    state: Overview
    severities: tuple[Severity, ...] = tuple(Severity)
    may_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitingPage(Page):
    template: ClassVar[str] = "overview/awaiting.html"
    awaiting: int
    campaigns: tuple[MyCampaign, ...]
    has_identity: bool


@bp.get("/")
@needs(Capability.SEE_OVERVIEW)
def show() -> Response:
    who, queries = authorization(), application().queries
    state = queries.overview.show(who)
    if state is None:
        return render(
            AwaitingPage(
                title="What awaits you",
                awaiting=queries.overview.awaiting(who),
                campaigns=queries.reviews.mine(who),
                has_identity=bool(who.identity),
            )
        )
    may_run = allowed(who, Capability.RUN_CAMPAIGNS)
    return render(OverviewPage(title="Overview", state=state, may_run=may_run))
