"""What a view may ask of the request: the application, who is signed in, on what authority."""

from typing import cast

from flask import current_app, session

from accessreview.model.errors import NotAllowedError
from accessreview.model.user import Authorization, User
from accessreview.services.application import Application
from accessreview.web.sessions import UserSessionValues

EXTENSION = "accessreview"


def application() -> Application:
    return cast(Application, current_app.extensions[EXTENSION])


def signed_in() -> UserSessionValues | None:
    # Flask's session is a proxy; the object behind it tells whose it is.
    current = session._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - the documented way through a proxy
    return current if isinstance(current, UserSessionValues) else None


def user() -> User | None:
    current = signed_in()
    return None if current is None else current.user


def authorization() -> Authorization:
    """Who acts in this request; raises NotAllowedError when nobody is signed in."""
    current = user()
    if current is None:
        raise NotAllowedError("Sign in first.")
    return Authorization(current.login, current.role, current.identity)
