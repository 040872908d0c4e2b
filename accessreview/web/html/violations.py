"""Violations: the list, and each with the paths that explain it."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, request

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.policy import Severity
from accessreview.services.authorization import Capability
from accessreview.services.queries.violations import ExplainedViolation, ViolationList
from accessreview.web.context import application, authorization
from accessreview.web.guard import needs
from accessreview.web.html.arguments import choice_in, page_number
from accessreview.web.page import Page, render

bp = Blueprint("violations", __name__, url_prefix="/violations")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationsPage(Page):
    template: ClassVar[str] = "violations/index.html"
    violations: ViolationList
    severity: Severity | None
    state: ViolationState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationPage(Page):
    template: ClassVar[str] = "violations/show.html"
    explained: ExplainedViolation


@bp.get("")
@needs(Capability.SEE_FINDINGS)
def index() -> Response:
    severity = choice_in(Severity, request.args.get("severity", ""))
    asked = request.args.get("state", ViolationState.OPEN.value)
    state = choice_in(ViolationState, asked)  # "any" is none of them
    violations = application().queries.violations.page(
        authorization(), severity=severity, state=state, page=page_number()
    )
    return render(
        ViolationsPage(title="Violations", violations=violations, severity=severity, state=state)
    )


@bp.get("/one")
@needs(Capability.SEE_FINDINGS)
def show() -> Response:
    kind = choice_in(SubjectKind, request.args.get("kind", ""))
    if kind is None:
        raise NotFoundError("There is no such violation.")
    key = FindingKey(request.args.get("rule", ""), kind, request.args.get("subject", ""))
    explained = application().queries.violations.explain(authorization(), key)
    return render(ViolationPage(title=explained.named.title, explained=explained))
