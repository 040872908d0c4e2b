"""The service itself: where it listens, keeps, mails and whom it asks."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator

from accessreview.settings.base import ClockTime, Port, Strict


class Web(Strict):
    """Where the web application listens.

    Behind a TLS proxy set ``secure_cookies`` and ``trusted_proxies``. ``address`` is where people
    reach it, for reminders; ``trusted_hosts`` the names by which it may be addressed.
    """

    host: str = "127.0.0.1"
    port: Port = 8480
    secure_cookies: bool = False
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    address: str = ""
    threads: Annotated[int, Field(ge=1, le=64)] = 8


class Database(Strict):
    """A SQLAlchemy URL; empty: SQLite in the data directory. A password comes from a file."""

    url: str = ""
    password_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _shows_no_secret_and_means_one_place(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise ValueError("no address of a database") from None  # its message quotes the address
        if parts.password is not None or any("password" in key for key in parse_qs(parts.query)):
            raise ValueError(
                "it holds a password; write that into a file and name it in password_file"
            )
        if parts.scheme.startswith("sqlite") and not parts.path.startswith("//"):
            raise ValueError("write the whole path of the file: sqlite:////absolute/path")
        return url


class Schedule(Strict):
    """When the ticker collects, watches and reminds, in UTC; zero minutes are never."""

    collect_every_hours: Annotated[int, Field(ge=1, le=168)] = 24
    watch_every_minutes: Annotated[int, Field(ge=0, le=1440)] = 15
    early_collect_minutes: Annotated[int, Field(ge=0, le=10080)] = 60
    remind_at: ClockTime = "07:00"
    tick_seconds: Annotated[int, Field(ge=1, le=3600)] = 30


class Mail(Strict):
    """The mail server for reminders; without one they are written into the outbox folder."""

    host: str
    port: Port = 587
    sender: str
    security: Literal["starttls", "tls", "plain"] = "starttls"
    login: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None


class Review(Strict):
    """How reviewers are found: a mapping file, and the logins asked when nobody else can be."""

    mapping: Path | None = None
    fallback_reviewer: str = ""
    second_fallback: str = ""


class Persons(Strict):
    """How accounts of several directories are joined to one person (``snapshot/persons.py``)."""

    join_by: tuple[str, ...] = ()
    mapping: Path | None = None
