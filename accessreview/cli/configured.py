"""The application that follows from a configuration file, for the time of one command."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accessreview.bootstrap.application import build
from accessreview.model.errors import NotFoundError
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


def kept_sources(application: Application) -> Iterator[str]:
    """The ids of the sources of the newest snapshot."""
    with application.database.reading() as work:
        latest = work.snapshots.latest()
    yield from (source.id for source in latest.sources) if latest else ()


def require_known(source: str | None, known: Iterable[str]) -> None:
    """Refuse an id that was misspelt: it would be answered with nothing, as if nothing were so."""
    ids = sorted(known)
    if source and source not in ids:
        listed = f"there are {', '.join(ids)}" if ids else "nothing has been read yet"
        raise NotFoundError(f"No source has the id {source}; {listed}.")
