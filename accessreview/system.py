"""The machine: its clock, its randomness."""

import secrets
import uuid
from datetime import UTC, datetime


class SystemClock:
    """The system's time, in UTC, to the second: what is recorded must compare and print alike."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


class RandomIds:
    def new(self) -> str:
        return str(uuid.uuid4())


def new_token() -> str:
    """A secret of 256 bits, fit for a cookie."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """A password of 96 bits that a person can type."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
