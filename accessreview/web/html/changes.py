"""The plan of a campaign: what must change, who carries it out, and what is proven since."""

import io
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, send_file, url_for

from accessreview.services.authorization import Capability, allowed
from accessreview.services.queries.campaigns import CampaignDetail
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.page import Page, render

bp = Blueprint("changes", __name__, url_prefix="/campaigns/<campaign_id>/plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage(Page):
    template: ClassVar[str] = "campaigns/plan.html"
    detail: CampaignDetail
    scripts: tuple[str, ...]
    may_change: bool


@bp.get("")
@needs(Capability.SEE_CAMPAIGNS)
def show(campaign_id: str) -> Response:
    who, services = authorization(), application()
    detail = services.queries.campaigns.show(who, campaign_id)
    return render(
        PlanPage(
            title=f"Plan of {detail.row.campaign.name}",
            detail=detail,
            scripts=tuple(services.remediation.scripts),
            may_change=allowed(who, Capability.REMEDIATE),
        )
    )


@bp.post("")
@needs(Capability.REMEDIATE)
def plan(campaign_id: str) -> Response:
    tasks = application().remediation.plan(authorization(), campaign_id)
    return _done(campaign_id, f"Changes planned: {len(tasks)}.")


@bp.post("/script")
@needs(Capability.REMEDIATE)
def hand_over(campaign_id: str) -> Response:
    """Download the changes as a script; a POST, because it marks them as handed over."""
    kind = request.form.get("script", "")
    text = application().remediation.hand_over(authorization(), campaign_id, kind)
    suffix = {"powercli": "ps1", "ldif": "ldif"}.get(kind, "txt")
    return send_file(
        io.BytesIO(text.encode()),
        mimetype="text/plain",
        as_attachment=True,
        download_name=f"changes-{campaign_id}.{suffix}",
    )


@bp.post("/tasks/<task_id>")
@needs(Capability.REMEDIATE)
def execute(campaign_id: str, task_id: str) -> Response:
    task = application().remediation.execute(authorization(), task_id)
    return _done(campaign_id, task.note or "The change was carried out.")


@bp.post("/verify")
@needs(Capability.REMEDIATE)
def verify(campaign_id: str) -> Response:
    application().remediation.verify(authorization())
    return _done(campaign_id, "The newest snapshot was held against every revoked item.")


def _done(campaign_id: str, notice: str) -> Response:
    flash(notice)
    return make_response(redirect(url_for("changes.show", campaign_id=campaign_id), 303))
