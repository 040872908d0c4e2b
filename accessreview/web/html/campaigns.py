"""Campaigns: the list, opening one, how far it is, its items, and its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from accessreview.model.errors import ConflictError, InputError
from accessreview.model.review import CampaignScope, ItemState, ReviewItem
from accessreview.model.user import User
from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.campaigns import CampaignDetail, CampaignRow
from accessreview.services.queries.paging import Slice
from accessreview.services.queries.sources import Freshness
from accessreview.web.context import application, authorization
from accessreview.web.errors import sentences
from accessreview.web.guard import needs
from accessreview.web.html.arguments import choice_in, chosen, end_of_day, page_number, typed
from accessreview.web.page import Page, render

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")
_FIELDS = ("name", "due", "scope", "fallback", "second_fallback", "accept_incomplete_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsPage(Page):
    template: ClassVar[str] = "campaigns/index.html"
    campaigns: tuple[CampaignRow, ...]
    may_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaignPage(Page):
    template: ClassVar[str] = "campaigns/new.html"
    freshness: Freshness
    fallbacks: tuple[User, ...]
    scopes: tuple[CampaignScope, ...] = tuple(CampaignScope)
    typed: Mapping[str, str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage(Page):
    template: ClassVar[str] = "campaigns/show.html"
    detail: CampaignDetail
    stand_ins: tuple[User, ...]
    may_run: bool
    may_build: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignItemsPage(Page):
    template: ClassVar[str] = "campaigns/items.html"
    row: CampaignRow
    items: Slice[ReviewItem]
    state: ItemState | None
    reviewer: str
    states: tuple[ItemState, ...] = tuple(ItemState)


@bp.get("")
@needs(Capability.SEE_CAMPAIGNS)
def index() -> Response:
    who = authorization()
    rows = tuple(application().queries.campaigns.list(who))
    may_run = allowed(who, Capability.RUN_CAMPAIGNS)
    return render(CampaignsPage(title="Campaigns", campaigns=rows, may_run=may_run))


@bp.get("/new")
@needs(Capability.RUN_CAMPAIGNS)
def new() -> Response:
    return _new_page()


@bp.post("/new")
@needs(Capability.RUN_CAMPAIGNS)
def open_() -> Response:
    form = typed(*_FIELDS)
    try:
        campaign = application().campaigns.open(
            authorization(),
            name=form["name"].strip(),
            due_at=end_of_day(form["due"]),
            scope=chosen(CampaignScope, "scope", "Choose which access is reviewed."),
            fallback_reviewer=form["fallback"],
            second_fallback=form["second_fallback"],
            accept_incomplete_reason=form["accept_incomplete_reason"].strip(),
        )
    except (InputError, ConflictError) as error:
        return _new_page(sentences(error))
    return _done(campaign.id, "The campaign is open; its reviewers can answer.")


@bp.get("/<campaign_id>")
@needs(Capability.SEE_CAMPAIGNS)
def show(campaign_id: str) -> Response:
    who = authorization()
    queries, may_run = application().queries.campaigns, allowed(who, Capability.RUN_CAMPAIGNS)
    detail = queries.show(who, campaign_id)
    return render(
        CampaignPage(
            title=detail.row.campaign.name,
            detail=detail,
            stand_ins=queries.possible_fallbacks(who) if may_run else (),
            may_run=may_run,
            may_build=allowed(who, Capability.BUILD_EVIDENCE),
        )
    )


@bp.get("/<campaign_id>/items")
@needs(Capability.SEE_CAMPAIGNS)
def items(campaign_id: str) -> Response:
    state = choice_in(ItemState, request.args.get("state", ""))
    reviewer = request.args.get("reviewer", "")
    row, cut = application().queries.campaigns.items(
        authorization(), campaign_id, state=state, reviewer=reviewer, page=page_number()
    )
    title = f"Items of {row.campaign.name}"
    return render(
        CampaignItemsPage(title=title, row=row, items=cut, state=state, reviewer=reviewer)
    )


@bp.post("/<campaign_id>/remind")
@needs(Capability.RUN_CAMPAIGNS)
def remind(campaign_id: str) -> Response:
    sent = application().campaigns.remind(authorization())
    return _done(campaign_id, f"Reminders sent: {sent}.")


@bp.post("/<campaign_id>/reroute")
@needs(Capability.RUN_CAMPAIGNS)
def reroute(campaign_id: str) -> Response:
    form = typed("reviewer", "to", "reason")
    done = application().rerouting.reroute(authorization(), campaign_id, **form)
    own = f" About their own access, and so left where it was: {done.own}." if done.own else ""
    return _done(campaign_id, f"Asked somebody else: {len(done.items)}.{own}")


@bp.post("/<campaign_id>/finish")
@needs(Capability.RUN_CAMPAIGNS)
def finish(campaign_id: str) -> Response:
    application().campaigns.finish_review(authorization(), campaign_id)
    return _done(campaign_id, "The review is over; what is not signed off counts as not answered.")


@bp.post("/<campaign_id>/close")
@needs(Capability.RUN_CAMPAIGNS)
def close(campaign_id: str) -> Response:
    reason = request.form.get("reason", "").strip()
    campaign = application().campaigns.close(authorization(), campaign_id, reason)
    return _done(campaign_id, f"“{campaign.name}” is closed.")


@bp.post("/<campaign_id>/cancel")
@needs(Capability.RUN_CAMPAIGNS)
def cancel(campaign_id: str) -> Response:
    reason = request.form.get("reason", "").strip()
    application().campaigns.cancel(authorization(), campaign_id, reason)
    return _done(campaign_id, "The campaign is cancelled; nothing was changed by it.")


def _new_page(problems: tuple[str, ...] = ()) -> Response:
    who, queries = authorization(), application().queries
    page = NewCampaignPage(
        title="Open a campaign",
        freshness=queries.sources.freshness(who),
        fallbacks=queries.campaigns.possible_fallbacks(who),
        typed=typed(*_FIELDS),
        problems=problems,
    )
    return render(page, 422 if problems else 200)


def _done(campaign_id: str, notice: str) -> Response:
    flash(notice)
    return make_response(redirect(url_for("campaigns.show", campaign_id=campaign_id), 303))
