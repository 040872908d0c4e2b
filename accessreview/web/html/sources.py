"""Sources: how fresh and how complete what we know is, and reading them again."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, url_for

from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.sources import Freshness, UnresolvedPrincipal
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.page import Page, render

bp = Blueprint("sources", __name__, url_prefix="/sources")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage(Page):
    template: ClassVar[str] = "sources/show.html"
    freshness: Freshness
    unresolved: tuple[UnresolvedPrincipal, ...]
    may_collect: bool


@bp.get("")
@needs(Capability.SEE_SOURCES)
def show() -> Response:
    who = authorization()
    return render(
        SourcesPage(
            title="Sources",
            freshness=application().queries.sources.freshness(who),
            unresolved=application().queries.sources.unresolved(who),
            may_collect=allowed(who, Capability.COLLECT),
        )
    )


@bp.post("/collect")
@needs(Capability.COLLECT)
def collect() -> Response:
    """Read all sources, analyse what came, and see which removals it proves."""
    stored = application().refresh.run(authorization())
    flash(f"Sources read and analysed: {len(stored.sources)}.")
    return make_response(redirect(url_for("sources.show"), 303))
