"""The gate before every view: same origin, declared capability, signed in, allowed, form secret."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect

from accessreview.model.errors import NotAllowedError
from accessreview.services.authorization import Capability, require
from accessreview.web.context import authorization, user
from accessreview.web.entrance import SignInPage, sent_form
from accessreview.web.page import render

View = TypeVar("View", bound=Callable[..., object])
OPEN = "open to anybody"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


def needs(capability: Capability) -> Callable[[View], View]:
    """Declare what a view needs; a view that declares nothing is never run."""
    return _declare(capability)


def open_to_anybody(view: View) -> View:
    """Declare that a view needs nobody signed in."""
    return _declare(OPEN)(view)


def declared(app: Flask, endpoint: str) -> Capability | str | None:
    """What an endpoint declared, or None."""
    if endpoint == "static":
        return OPEN
    return getattr(app.view_functions[endpoint], "needs", None)


def keep_out() -> Response | None:
    """Run before every request; a response, or an error, keeps the request from its view.

    Raises:
        NotAllowedError: another site sent it, or the role lacks the capability.
        CSRFError: the form's secret is missing or wrong.
    """
    if request.endpoint is None:
        return None  # no such address: the router answers
    if request.method not in _SAFE:
        _refuse_other_sites()
    needed = declared(current_app, request.endpoint)
    if needed is None:
        raise NotAllowedError("This page declares no capability and is therefore closed.")
    if isinstance(needed, Capability):
        if user() is None:
            return _ask_to_sign_in()
        require(authorization(), needed)
    if request.method not in _SAFE:
        csrf.protect()
    return None


def local_address(address: str) -> str:
    """The address if it stays within this site, else the front page."""
    parts = urlsplit(address)
    within = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if within and address[1:2] not in {"/", "\\"} else "/"


def _ask_to_sign_in() -> Response:
    """Lead to the sign-in page; a form that would be lost by that is carried along."""
    back = request.full_path.rstrip("?") if request.method in _SAFE else None
    kept = sent_form()
    if kept:
        return render(SignInPage(title="Sign in to save this", back="/", kept=kept), 401)
    return make_response(redirect(url_for("sign_in.show", back=back), 303))


def _declare(needed: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.needs = needed  # type: ignore[attr-defined]
        return view

    return mark


def _refuse_other_sites() -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in {"same-origin", "none"} or (
        origin is not None and urlsplit(origin).netloc != request.host
    ):
        raise NotAllowedError(
            "Another site tried to send this form; nothing was done. "
            "Open this application's own page and try again there."
        )
