"""What a database says, turned into sentences with a remedy and without a password."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import IntegrityError as ConstraintError

from accessreview.model.errors import (
    AccessReviewError,
    ConflictError,
    IntegrityError,
    StorageError,
)

LOCKED = "The database {place} is busy with another writer; try again in a minute."
_READ_ONLY = (
    "The database {place} cannot be written: the file or its folder is read-only for this user; "
    "grant write access to both."
)
_FULL = "There is no space left for the database {place}; make some, then repeat the last change."
_SQLITE = {
    "is locked": LOCKED,
    "readonly database": _READ_ONLY,
    "unable to open database file": (
        "The database {place} cannot be opened: its folder is missing, or closed or read-only for "
        "this user."
    ),
    "is not a database": "{place} is not a database; check the path, or restore a backup.",
    "malformed": "The database {place} is damaged; restore a backup.",
    "is full": _FULL,
    "disk i/o error": "The disk of the database {place} fails or is full; look at the system log.",
}
_POSTGRESQL = {
    "55P03": LOCKED,
    "25006": "The database {place} accepts no writing; connect to the primary server.",
    "53100": _FULL,
    "53300": "The server of {place} has no connection left; raise its limit or close others.",
    "42501": "The user of {place} lacks a right on a table; grant it ownership of the database.",
}
_LOST = (
    "The server of the database {place} cannot be reached: {reason}. Start it or check the "
    "address; then look whether the last change is there before you repeat it."
)


def place(url: URL) -> str:
    """How a database is named to a person: the file, or the address without a password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    shown = URL.create(url.get_backend_name(), url.username, None, url.host, url.port, url.database)
    return shown.render_as_string()


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Raise errors of the database as our own."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(error, place(url)) from error


def _translate(error: DBAPIError, where: str) -> AccessReviewError:
    reason = _first_line(error)
    template = None
    if isinstance(error.orig, psycopg.Error):
        template = _POSTGRESQL.get(error.orig.sqlstate or "")
        if template is None and isinstance(error, OperationalError):
            template = _LOST
    else:
        lowered = reason.lower()
        template = next((text for key, text in _SQLITE.items() if key in lowered), None)
    if template is not None:
        return StorageError(template.format(place=where, reason=reason))
    if isinstance(error, ConstraintError):
        if "never changed" in reason:  # the words of our own triggers
            return IntegrityError(f"{reason}; nothing was kept.")
        return ConflictError(
            f"What was to be stored contradicts what is there ({reason}); nothing was kept."
        )
    return StorageError(f"The database {where} refused: {reason}.")


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error.orig).__name__
