"""Keeping who uses this program, and what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accessreview.model.audit import AuditEvent
from accessreview.model.user import User, UserSession


class Users(Protocol):
    def add(self, user: User) -> None:
        """Raises ConflictError when the login is taken (compared case-folded)."""

    def get(self, user_id: str) -> User: ...

    def by_login(self, login: str) -> User | None: ...

    def save(self, user: User) -> None: ...

    def list(self) -> Sequence[User]: ...


class Sessions(Protocol):
    def put(self, session: UserSession) -> None:
        """Insert or replace by token digest. Not a change of the domain: needs no audit record."""

    def get(self, token_digest: str) -> UserSession | None: ...

    def delete(self, token_digest: str) -> None: ...

    def delete_of_user(self, user_id: str) -> None: ...


class SignInFailures(Protocol):
    """Counts failed sign-ins a login, shared by all processes; needs no audit record."""

    def add(self, login: str, at: datetime) -> None: ...

    def since(self, login: str, at: datetime) -> int: ...

    def clear(self, login: str) -> None: ...


class AuditTrail(Protocol):
    def record(
        self, action: str, actor: str, object_: str, details: Mapping[str, str], at: datetime
    ) -> AuditEvent:
        """Append one event, chained to the last, in this transaction."""

    def list(self, after: int = 0, limit: int | None = None) -> Sequence[AuditEvent]:
        """In sequence, from the one following ``after``."""

    def head(self) -> AuditEvent | None: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due run of a job; ``held_since`` is when whoever has it now took it."""

    period: str
    held_since: datetime
    finished_at: datetime | None


class Occurrences(Protocol):
    def claim(self, job: str, period: str, at: datetime) -> bool:
        """Take this occurrence for oneself: true once for each job and period, ever."""

    def retake(self, job: str, period: str, held_since: datetime, at: datetime) -> datetime | None:
        """Take over what another has had since ``held_since`` or longer and not finished.

        Returns when it was first claimed, to exactly one of those who try; None to the others.
        """

    def finish(self, job: str, period: str, at: datetime) -> None:
        """Nobody can take it over any more, however it ended."""

    def last(self, job: str) -> Occurrence | None:
        """The one of a job that was first claimed last."""
