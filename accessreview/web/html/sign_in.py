"""Signing in, signing out, and one's own password."""

from dataclasses import dataclass
from typing import ClassVar, cast

from flask import Blueprint, Response, current_app, flash, make_response, redirect, request, url_for

from accessreview.model.errors import InputError, NotAllowedError
from accessreview.services.authorization import Capability
from accessreview.web.context import application, authorization, signed_in
from accessreview.web.entrance import KeptForm, SignInPage, kept_form, values_with
from accessreview.web.errors import sentences
from accessreview.web.guard import local_address, needs, open_to_anybody
from accessreview.web.html.arguments import demand
from accessreview.web.page import Page, render
from accessreview.web.sessions import ServerSessions

bp = Blueprint("sign_in", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFormPage(Page):
    template: ClassVar[str] = "sign_in/kept.html"
    form: KeptForm


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(Page):
    template: ClassVar[str] = "sign_in/password.html"
    login: str
    problems: tuple[str, ...] = ()


@bp.get("/sign-in")
@open_to_anybody
def show() -> Response:
    back = local_address(request.args.get("back", "/"))
    if signed_in() is not None:
        return _to(back)
    return render(SignInPage(title="Sign in", back=back))


@bp.post("/sign-in")
@open_to_anybody
def enter() -> Response:
    login, back = request.form.get("login", ""), local_address(request.form.get("back", "/"))
    kept = request.form.get("kept", "")
    try:
        _, token = application().sign_in.sign_in(login, request.form.get("password", ""))
    except NotAllowedError as error:
        said = sentences(error)
        page = SignInPage(title="Sign in", login=login, back=back, kept=kept, problems=said)
        return render(page, 403)
    response = _to(url_for("sign_in.offer") if kept else back)
    _sessions().hand_out(response, token, values_with(kept))
    return response


@bp.get("/sign-in/kept")
@needs(Capability.SEE_OVERVIEW)
def offer() -> Response:
    """Offer to send the form again that came after the last session had ended."""
    form = kept_form()
    if form is None or local_address(form.address) != form.address:
        return _to("/")
    return render(KeptFormPage(title="Not saved yet", form=form))


@bp.post("/sign-out")
@needs(Capability.SEE_OVERVIEW)
def leave() -> Response:
    current = signed_in()
    if current is not None:
        application().sign_in.sign_out(current.token)
    response = _to(url_for("sign_in.show"))
    _sessions().take_back(response)
    return response


@bp.get("/password")
@needs(Capability.SEE_OVERVIEW)
def password() -> Response:
    return _password_page()


@bp.post("/password")
@needs(Capability.SEE_OVERVIEW)
def change_password() -> Response:
    form = request.form
    try:
        alike = form.get("new", "") == form.get("again", "")
        demand(alike, "The new password was not typed the same way twice.")
        application().users.change_own_password(
            authorization(), form.get("current", ""), form.get("new", "")
        )
    except (InputError, NotAllowedError) as error:
        return _password_page(sentences(error))
    flash("Your password was changed. Sign in with the new one.")
    return _to(url_for("sign_in.show"))


def _password_page(problems: tuple[str, ...] = ()) -> Response:
    login = authorization().actor
    page = PasswordPage(title="Change your password", login=login, problems=problems)
    return render(page, 422 if problems else 200)


def _to(address: str) -> Response:
    return make_response(redirect(address, 303))


def _sessions() -> ServerSessions:
    return cast(ServerSessions, current_app.session_interface)
