"""Sources: how fresh and how complete what we know is, and reading them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from accessreview.model.refusal import Figures
from accessreview.model.snapshot import Joined, Standing
from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.agreement import NamedAgreement
from accessreview.services.queries.directories import JoinedAccount, Outsider, Together
from accessreview.services.queries.paging import ByKind
from accessreview.services.queries.sources import Freshness, UnresolvedPrincipal
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import choice_in, page_number
from accessreview.web.page import Page, render

bp = Blueprint("sources", __name__, url_prefix="/sources")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage(Page):
    template: ClassVar[str] = "sources/show.html"
    freshness: Freshness
    holdings: Mapping[str, Figures]
    kept_out: Sequence[str]
    agreements: Sequence[NamedAgreement]
    unresolved: tuple[UnresolvedPrincipal, ...]
    together: Together
    may_collect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPage(Page):
    template: ClassVar[str] = "sources/persons.html"
    joined: ByKind[JoinedAccount]
    by: Joined | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidersPage(Page):
    template: ClassVar[str] = "sources/outsiders.html"
    outsiders: ByKind[Outsider]
    standing: Standing | None


@bp.get("")
@needs(Capability.SEE_SOURCES)
def show() -> Response:
    who = authorization()
    return render(
        SourcesPage(
            title="Sources",
            freshness=application().queries.sources.freshness(who),
            holdings=application().queries.sources.holdings(who),
            kept_out=application().queries.refusals.waiting(who),
            agreements=application().queries.agreement.latest(who),
            unresolved=application().queries.sources.unresolved(who),
            together=application().queries.directories.together(who),
            may_collect=allowed(who, Capability.COLLECT),
        )
    )


@bp.get("/persons")
@needs(Capability.SEE_SOURCES)
def persons() -> Response:
    by = choice_in(Joined, request.args.get("by", ""))
    joined = application().queries.directories.joins(authorization(), by, page_number())
    return render(PersonsPage(title="Persons", joined=joined, by=by))


@bp.get("/outsiders")
@needs(Capability.SEE_SOURCES)
def outsiders() -> Response:
    standing = choice_in(Standing, request.args.get("standing", ""))
    found = application().queries.directories.outsiders(authorization(), standing, page_number())
    return render(OutsidersPage(title="Members from outside", outsiders=found, standing=standing))


@bp.post("/collect")
@needs(Capability.COLLECT)
def collect() -> Response:
    """Read all sources, analyse what came, and see which removals it proves."""
    stored = application().refresh.run(authorization())
    flash(f"Sources read and analysed: {len(stored.sources)}.")
    return make_response(redirect(url_for("sources.show"), 303))
