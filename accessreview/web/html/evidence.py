"""Evidence packages: what there is, how it is downloaded, and how anybody verifies it."""

import io
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, send_file, url_for

from accessreview.model.evidence import EvidencePackage
from accessreview.model.review import CampaignState
from accessreview.services.authorization import Capability
from accessreview.services.queries.campaigns import CampaignRow
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.page import Page, render

bp = Blueprint("evidence", __name__)
_NOT_YET = frozenset({CampaignState.DRAFT, CampaignState.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class CampaignEvidence:
    row: CampaignRow
    packages: tuple[EvidencePackage, ...]
    may_build: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage(Page):
    template: ClassVar[str] = "evidence/index.html"
    campaigns: tuple[CampaignEvidence, ...]
    fingerprint: str


@bp.get("/evidence")
@needs(Capability.SEE_EVIDENCE)
def index() -> Response:
    who, services = authorization(), application()
    campaigns = tuple(
        CampaignEvidence(
            row,
            tuple(services.evidence.list(who, row.campaign.id)),
            row.campaign.state not in _NOT_YET,
        )
        for row in services.queries.campaigns.list(who)
    )
    fingerprint = services.evidence.key_fingerprint
    return render(EvidencePage(title="Evidence", campaigns=campaigns, fingerprint=fingerprint))


@bp.post("/campaigns/<campaign_id>/evidence")
@needs(Capability.BUILD_EVIDENCE)
def build(campaign_id: str) -> Response:
    package = application().evidence.build(authorization(), campaign_id)
    flash(f"The package is sealed. Its SHA-256 is {package.digest}.")
    return make_response(redirect(url_for("evidence.index"), 303))


@bp.get("/evidence/<package_id>.zip")
@needs(Capability.SEE_EVIDENCE)
def download(package_id: str) -> Response:
    data = application().evidence.data(authorization(), package_id)
    return _attachment(data, f"evidence-{package_id}.zip", "application/zip")


@bp.get("/evidence/public-key.pem")
@needs(Capability.SEE_EVIDENCE)
def public_key() -> Response:
    pem = application().evidence.public_pem.encode()
    return _attachment(pem, "accessreview-public-key.pem", "application/x-pem-file")


def _attachment(data: bytes, name: str, kind: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)
