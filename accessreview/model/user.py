"""Those who use this tool, and on whose authority something is done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UserRole(StrEnum):
    """What a user may do; see ``services/authorization.py`` for the table of capabilities."""

    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A login of this tool. ``identity`` is the person of the snapshots, empty if there is none."""

    id: str
    login: str
    display_name: str
    mail: str
    role: UserRole
    identity: str
    enabled: bool
    password_hash: str

    @property
    def can_answer(self) -> bool:
        """Whether somebody of the snapshots may review by this login."""
        return self.enabled and self.role is UserRole.REVIEWER and bool(self.identity)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Proof of who acts: made at sign-in, by the command line, or by the scheduler."""

    actor: str
    role: UserRole
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSession:
    """A sign-in that is still good. ``token_digest`` is SHA-256 of the secret in the cookie."""

    token_digest: str
    user: str
    created_at: datetime
    last_seen_at: datetime
    values: str
