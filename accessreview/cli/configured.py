"""The application that follows from a configuration file, for the time of one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accessreview.bootstrap.application import build
from accessreview.services.application import Application
from accessreview.settings import load_settings


@contextmanager
def opened(config: Path | None) -> Iterator[Application]:
    """The application over its prepared database, closed at the end."""
    application = build(load_settings(config))
    try:
        yield application
    finally:
        application.database.close()
