"""Pages: one frozen dataclass a template, and the frame that all of them stand in."""

from dataclasses import dataclass, field
from typing import ClassVar

from flask import Response, get_flashed_messages, make_response, render_template, request, url_for

from accessreview.services.authorization import Capability, allowed
from accessreview.web.context import authorization, user

_NAVIGATION = (
    ("Overview", "overview.show", Capability.SEE_OVERVIEW),
    ("My reviews", "reviews.index", Capability.REVIEW),
    ("Violations", "violations.index", Capability.SEE_FINDINGS),
    ("Observations", "observations.index", Capability.SEE_FINDINGS),
    ("Campaigns", "campaigns.index", Capability.SEE_CAMPAIGNS),
    ("Evidence", "evidence.index", Capability.SEE_EVIDENCE),
    ("Sources", "sources.show", Capability.SEE_SOURCES),
    ("Audit trail", "audit.show", Capability.SEE_AUDIT),
    ("Users", "users.index", Capability.ADMINISTER_USERS),
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    label: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: who is signed in, where they may go, what just happened."""

    user_name: str
    role: str
    links: tuple[NavigationLink, ...]
    notices: tuple[str, ...]


def current_frame() -> Frame:
    current = user()
    if current is None:
        return Frame("", "", (), ())
    links = tuple(
        _link(label, url_for(endpoint))
        for label, endpoint, capability in _NAVIGATION
        if allowed(authorization(), capability)
    )
    name = current.display_name or current.login
    notices = tuple(str(message) for message in get_flashed_messages())
    return Frame(name, current.role.value, links, notices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The one thing a template sees, as ``page``; subclasses add exactly what theirs shows."""

    template: ClassVar[str]
    title: str
    frame: Frame = field(default_factory=current_frame)


def _link(label: str, address: str) -> NavigationLink:
    """Current on its page and on those below it."""
    here = f"{request.script_root}{request.path}/"
    return NavigationLink(label, address, here.startswith(f"{address}/"))


def render(page: Page, status: int = 200) -> Response:
    return make_response(render_template(page.template, page=page), status)
