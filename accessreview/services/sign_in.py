"""Signing in and out: who may come in, for how long, and how many guesses anybody has."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from accessreview.model.canonical import sha256
from accessreview.model.errors import NotAllowedError
from accessreview.model.user import User, UserSession
from accessreview.services.ports import Clock, Database, PasswordHasher, UnitOfWork

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
GUESSES = 10
GUESS_WINDOW = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST = 1024

_REFUSED = "The login or the password is not right."
_TOO_MANY = (
    "There were too many failed attempts for this login. Wait 15 minutes, then try again, "
    "or ask an administrator."
)


class SignIn:
    """Server-side sessions over the database; only the SHA-256 of a token is ever stored."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        hasher: PasswordHasher,
        new_token: Callable[[], str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher
        self._new_token = new_token
        # Verified when the login is unknown, so that it takes as long as for a known one.
        self._nobody = hasher.hash(new_token())

    def sign_in(self, login: str, password: str) -> tuple[User, str]:
        """Open a session; returns the user and the secret for the cookie.

        Raises:
            NotAllowedError: in the same words for an unknown login, a wrong password and a
                disabled user; in other words after ten attempts within 15 minutes.
        """
        now = self._clock.now()
        folded = login.strip().casefold()[:_LONGEST]
        with self._database.writing() as unit:
            failures = unit.sign_in_failures
            locked = failures.since(folded, now - GUESS_WINDOW) >= GUESSES
            if not locked:
                # Counted before it is checked: guesses made at the same moment count, too.
                failures.add(folded, now)
            user = unit.users.by_login(folded)
        known_hash = self._nobody if user is None else user.password_hash
        matches = self._hasher.verify(known_hash, password[:_LONGEST])
        if locked:
            raise self._refuse(user, "too many attempts", _TOO_MANY)
        if user is None or not matches or len(password) > _LONGEST:
            raise self._refuse(user, "login or password wrong", _REFUSED)
        if not user.enabled:
            raise self._refuse(user, "user disabled", _REFUSED)
        return user, self._open(user, folded, now)

    def resume(self, token: str) -> tuple[User, str] | None:
        """Whose session this is and the values kept with it; None if it is not, or no longer, good.

        The user is read afresh each time: a role taken away or a user disabled counts at once.
        """
        now = self._clock.now()
        digest = _digest(token)
        with self._database.reading() as unit:
            found = _good(unit, digest, now)
        if found is None:
            return None
        session, user = found
        if now - session.last_seen_at >= _SEEN_EVERY:
            with self._database.writing() as unit:
                # Looked up again: a session closed meanwhile must not come back to life.
                found = _good(unit, digest, now)
                if found is None:
                    return None
                session, user = found
                unit.sessions.put(replace(session, last_seen_at=now))
        return user, session.values

    def save_values(self, token: str, values: str) -> None:
        """Keep ``values`` with the session; does nothing once the session is closed."""
        digest = _digest(token)
        with self._database.writing() as unit:
            session = unit.sessions.get(digest)
            if session is not None:
                unit.sessions.put(replace(session, values=values))

    def sign_out(self, token: str) -> None:
        now = self._clock.now()
        digest = _digest(token)
        with self._database.writing() as unit:
            session = unit.sessions.get(digest)
            if session is None:
                return
            user = unit.users.get(session.user)
            unit.sessions.delete(digest)
            unit.audit.record("session:close", user.login, f"user:{user.id}", {}, now)

    def _open(self, user: User, folded: str, now: datetime) -> str:
        token = self._new_token()
        with self._database.writing() as unit:
            unit.sign_in_failures.clear(folded)
            unit.sessions.put(
                UserSession(
                    token_digest=_digest(token),
                    user=user.id,
                    created_at=now,
                    last_seen_at=now,
                    values="",
                )
            )
            unit.audit.record("session:open", user.login, f"user:{user.id}", {}, now)
        return token

    def _refuse(self, user: User | None, reason: str, sentence: str) -> NotAllowedError:
        """Record the refusal. An unknown login is not written down: it may be a password."""
        actor = "unknown" if user is None else user.login
        object_ = "user:unknown" if user is None else f"user:{user.id}"
        with self._database.writing() as unit:
            unit.audit.record(
                "session:refuse", actor, object_, {"reason": reason}, self._clock.now()
            )
        return NotAllowedError(sentence)


def _digest(token: str) -> str:
    return sha256(token.encode())


def _good(unit: UnitOfWork, digest: str, now: datetime) -> tuple[UserSession, User] | None:
    session = unit.sessions.get(digest)
    if (
        session is None
        or now >= session.last_seen_at + IDLE
        or now >= session.created_at + ABSOLUTE
    ):
        return None
    user = unit.users.get(session.user)
    return (session, user) if user.enabled else None
