"""A reviewer's own items: answer them, answer the plain ones together, sign off."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from accessreview.model.errors import ConflictError, InputError
from accessreview.model.review import Campaign, Outcome, ReviewItem
from accessreview.services.authorization import Capability
from accessreview.services.queries.conditions import AccountCondition
from accessreview.services.queries.reviews import MyCampaign, MyReview, Summary
from accessreview.services.queries.uses import Seen
from accessreview.web.context import application, authorization
from accessreview.web.errors import sentences
from accessreview.web.guard import needs
from accessreview.web.html.answers import Answer, ItemForm, fill_in, read_answers, save_answers
from accessreview.web.html.arguments import chosen, demand, page_number
from accessreview.web.page import Page, render

bp = Blueprint("reviews", __name__, url_prefix="/reviews")


@dataclass(frozen=True, slots=True)
class PersonForm:
    subject: str
    name: str
    items: tuple[ItemForm, ...]
    plain: int
    accounts: tuple[AccountCondition, ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsPage(Page):
    template: ClassVar[str] = "reviews/index.html"
    campaigns: tuple[MyCampaign, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage(Page):
    template: ClassVar[str] = "reviews/show.html"
    review: MyReview
    people: tuple[PersonForm, ...]
    unsaved: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Plain items with the same role in the same place."""

    role_name: str
    place: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherPage(Page):
    template: ClassVar[str] = "reviews/together.html"
    campaign: Campaign
    alike: tuple[Alike, ...]
    count: int
    subject: str
    subject_name: str
    outcome: str
    reason: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffPage(Page):
    template: ClassVar[str] = "reviews/sign_off.html"
    summary: Summary
    problems: tuple[str, ...] = ()


@bp.get("")
@needs(Capability.REVIEW)
def index() -> Response:
    campaigns = application().queries.reviews.mine(authorization())
    return render(ReviewsPage(title="My reviews", campaigns=campaigns))


@bp.get("/<campaign_id>")
@needs(Capability.REVIEW)
def show(campaign_id: str) -> Response:
    return _review(campaign_id, {}, {})


@bp.post("/<campaign_id>")
@needs(Capability.REVIEW)
def answer(campaign_id: str) -> Response:
    who, services = authorization(), application()
    answers = read_answers(request.form)
    own = services.queries.reviews.own(who, campaign_id)
    saved = save_answers(who, answers, own, services.decisions)
    if saved.problems:
        return _review(campaign_id, answers, saved.problems)
    flash(f"Answers saved: {saved.count}." if saved.count else "Nothing was changed.")
    return make_response(redirect(request.full_path, 303))  # the same page of the same choice


@bp.get("/<campaign_id>/together")
@needs(Capability.REVIEW)
def together(campaign_id: str) -> Response:
    return _together(campaign_id, request.args.get("subject", ""))


@bp.post("/<campaign_id>/together")
@needs(Capability.REVIEW)
def answer_together(campaign_id: str) -> Response:
    who, services, subject = authorization(), application(), request.form.get("subject", "")
    _, items = services.queries.reviews.plain(who, campaign_id, subject)
    reason = request.form.get("reason", "").strip()
    try:
        outcome = chosen(Outcome, "outcome", "Choose keep or take away.")
        demand(bool(reason), "Give a reason: it will stand with each of these answers.")
        services.decisions.take_many(who, [item.id for item in items], outcome, reason)
    except (InputError, ConflictError) as error:
        return _together(campaign_id, subject, sentences(error))
    flash(f"Answers saved: {len(items)}.")
    return _to("reviews.show", campaign_id)


@bp.get("/<campaign_id>/sign-off")
@needs(Capability.REVIEW)
def sign_off(campaign_id: str) -> Response:
    return _sign_off(campaign_id)


@bp.post("/<campaign_id>/sign-off")
@needs(Capability.REVIEW)
def attest(campaign_id: str) -> Response:
    try:
        confirmed = request.form.get("confirmed") == "yes"
        demand(confirmed, "Confirm that these are your decisions.")
        application().decisions.sign_off(authorization(), campaign_id)
    except (InputError, ConflictError) as error:
        return _sign_off(campaign_id, sentences(error))
    flash("Signed off. Thank you: your part of this campaign is done.")
    return _to("reviews.sign_off", campaign_id)


def _review(
    campaign_id: str, answers: Mapping[str, Answer], problems: Mapping[str, str]
) -> Response:
    """The page asked for; or, when something was wrong, only the items that were not saved."""
    review = application().queries.reviews.show(
        authorization(),
        campaign_id,
        only_open="open" in request.args,
        page=page_number(),
        among=tuple(problems),
    )
    people = tuple(
        PersonForm(
            one.subject,
            one.name,
            tuple(fill_in(asked, answers, problems) for asked in one.items),
            one.plain,
            one.accounts,
            one.seen,
        )
        for one in review.people
    )
    page = ReviewPage(
        title=review.campaign.name, review=review, people=people, unsaved=len(problems)
    )
    return render(page, 422 if problems else 200)


def _together(campaign_id: str, subject: str, problems: tuple[str, ...] = ()) -> Response:
    campaign, items = application().queries.reviews.plain(authorization(), campaign_id, subject)
    page = TogetherPage(
        title="Answer plain access together",
        campaign=campaign,
        alike=_alike(items),
        count=len(items),
        subject=subject,
        subject_name=items[0].subject_name if subject and items else "",
        outcome=request.form.get("outcome", ""),
        reason=request.form.get("reason", ""),
        problems=problems,
    )
    return render(page, 422 if problems else 200)


def _alike(items: tuple[ReviewItem, ...]) -> tuple[Alike, ...]:
    sizes = Counter((item.access.role_name, item.access.place) for item in items)
    return tuple(
        Alike(
            role,
            place,
            tuple(
                item.subject_name
                for item in items
                if (item.access.role_name, item.access.place) == (role, place)
            ),
        )
        for (role, place), _ in sizes.most_common()
    )


def _sign_off(campaign_id: str, problems: tuple[str, ...] = ()) -> Response:
    summary = application().queries.reviews.summary(authorization(), campaign_id)
    page = SignOffPage(title="Sign off", summary=summary, problems=problems)
    return render(page, 422 if problems else 200)


def _to(endpoint: str, campaign_id: str) -> Response:
    return make_response(redirect(url_for(endpoint, campaign_id=campaign_id), 303))
