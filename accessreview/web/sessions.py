"""Flask's session on the server: the cookie is a random token, nothing else leaves the house.

Before anybody is signed in there is only a signed cookie with the secret of the sign-in form.
"""

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from typing_extensions import override
from werkzeug.datastructures import CallbackDict

from accessreview.model.user import User
from accessreview.services.sign_in import SignIn


class UserSessionValues(CallbackDict[str, object], SessionMixin):
    """The values of a signed-in user's session; ``token`` is the cookie, ``user`` read afresh."""

    def __init__(self, values: dict[str, object], token: str, user: User) -> None:
        def changed(_self: CallbackDict[str, object]) -> None:
            self.modified = True

        super().__init__(values, changed)
        self.modified = False
        self.token = token
        self.user = user


class ServerSessions(SecureCookieSessionInterface):
    """Sessions by ``SignIn``; a token that is no longer good yields a visitor's session."""

    def __init__(self, sign_in: SignIn, *, secure: bool) -> None:
        self._sign_in = sign_in
        self._secure = secure
        self._values = TaggedJSONSerializer()
        self.cookie = "__Host-session" if secure else "session"
        self._visitor_cookie = "__Host-visitor" if secure else "visitor"

    @override
    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]
        token = request.cookies.get(self.cookie, "")
        resumed = self._sign_in.resume(token) if token else None
        if resumed is None:
            return super().open_session(app, request)
        user, values = resumed
        return UserSessionValues(self._values.loads(values) if values else {}, token, user)

    @override
    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if isinstance(session, UserSessionValues):
            if session.modified:
                self._sign_in.save_values(session.token, self._values.dumps(dict(session)))
        elif isinstance(session, SecureCookieSession):
            super().save_session(app, session, response)

    @override
    def get_cookie_name(self, app: Flask) -> str:
        return self._visitor_cookie

    @override
    def get_cookie_secure(self, app: Flask) -> bool:
        return self._secure

    @override
    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def hand_out(self, response: Response, token: str, values: dict[str, object]) -> None:
        """Give the browser the secret of a session just opened, which begins with the values."""
        if values:
            self._sign_in.save_values(token, self._values.dumps(values))
        response.set_cookie(
            self.cookie, token, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )

    def take_back(self, response: Response) -> None:
        response.delete_cookie(
            self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )
