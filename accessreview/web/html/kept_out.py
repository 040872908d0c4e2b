"""Readings that were kept out: why, with their numbers, and accepting one."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from accessreview.model.errors import InputError
from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.refusals import Refusals
from accessreview.web.context import application, authorization
from accessreview.web.errors import sentences
from accessreview.web.guard import needs
from accessreview.web.html.arguments import demand, page_number, typed
from accessreview.web.page import Page, render

bp = Blueprint("kept_out", __name__, url_prefix="/sources/kept-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOutPage(Page):
    template: ClassVar[str] = "sources/kept_out.html"
    refusals: Refusals
    may_accept: bool
    problems: tuple[str, ...] = ()


@bp.get("")
@needs(Capability.SEE_SOURCES)
def show() -> Response:
    return _page()


@bp.post("")
@needs(Capability.ACCEPT_READINGS)
def accept() -> Response:
    """Accept the reading whose reasons were shown; who signed in answers for it."""
    who, form = authorization(), typed("source", "reason")
    number = request.form.get("number", 0, type=int)
    try:
        demand(number > 0, "Choose the reading that you accept.")
        application().acceptances.accept(
            who, form["source"], by=who.actor, reason=form["reason"], number=number
        )
    except InputError as error:
        return _page(sentences(error))
    flash("Accepted. The next time sources are read, a reading that lacks no more is taken.")
    return make_response(redirect(url_for("kept_out.show"), 303))


def _page(problems: tuple[str, ...] = ()) -> Response:
    who = authorization()
    page = KeptOutPage(
        title="Readings that were kept out",
        refusals=application().queries.refusals.page(who, page_number()),
        may_accept=allowed(who, Capability.ACCEPT_READINGS),
        problems=problems,
    )
    return render(page, 422 if problems else 200)
