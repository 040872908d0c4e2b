"""The machine: its clock, its randomness."""

import os
import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path

from accessreview.model.errors import UnavailableError

_SECRET = 32


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


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, where there is none yet.

    Raises:
        UnavailableError: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"The folder {path} cannot be made: {error.strerror}; name another data_directory."
        ) from error


def kept_secret(path: Path) -> bytes:
    """32 random bytes, made at the first call and read from the file ever after.

    Raises:
        UnavailableError: the file cannot be written or read, or is damaged.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}.") from error
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET))
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}.") from error
    if len(secret) != _SECRET:
        raise UnavailableError(f"{path} is damaged; remove it, and everybody signs in anew.")
    return secret
