"""Users of this tool: list, add, disable, enable, a new password."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from accessreview.model.errors import ConflictError, InputError
from accessreview.model.user import User, UserRole
from accessreview.services.authorization import Capability
from accessreview.web.context import application, authorization
from accessreview.web.errors import sentences
from accessreview.web.guard import needs
from accessreview.web.html.arguments import chosen, typed
from accessreview.web.page import Page, render

bp = Blueprint("users", __name__, url_prefix="/users")
_FIELDS = ("login", "display_name", "mail", "role", "identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage(Page):
    template: ClassVar[str] = "users/index.html"
    users: tuple[User, ...]
    roles: tuple[UserRole, ...] = tuple(UserRole)
    typed: Mapping[str, str]
    problems: tuple[str, ...] = ()


@bp.get("")
@needs(Capability.ADMINISTER_USERS)
def index() -> Response:
    return _page()


@bp.post("")
@needs(Capability.ADMINISTER_USERS)
def add() -> Response:
    form = typed(*_FIELDS)
    try:
        user = application().users.add(
            authorization(),
            login=form["login"],
            display_name=form["display_name"],
            mail=form["mail"],
            role=chosen(UserRole, "role", "Choose a role."),
            identity=form["identity"],
            password=request.form.get("password", ""),
        )
    except (InputError, ConflictError) as error:
        return _page(sentences(error))
    return _done(f"{user.login} was added and can sign in.")


@bp.post("/<user_id>/disable")
@needs(Capability.ADMINISTER_USERS)
def disable(user_id: str) -> Response:
    user = application().users.disable(authorization(), user_id)
    return _done(f"{user.login} is shut out as of now.")


@bp.post("/<user_id>/enable")
@needs(Capability.ADMINISTER_USERS)
def enable(user_id: str) -> Response:
    user = application().users.enable(authorization(), user_id)
    return _done(f"{user.login} can sign in again.")


def _page(problems: tuple[str, ...] = ()) -> Response:
    users = tuple(application().users.list(authorization()))
    page = UsersPage(title="Users", users=users, typed=typed(*_FIELDS), problems=problems)
    return render(page, 422 if problems else 200)


def _done(notice: str) -> Response:
    flash(notice)
    return make_response(redirect(url_for("users.index"), 303))
