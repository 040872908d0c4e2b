"""The option that names the configuration file, and the application that follows from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from accessreview.bootstrap.application import build
from accessreview.services.application import Application
from accessreview.settings import load_settings

config_option: Final = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="ACCESSREVIEW_CONFIG",
    help="The configuration file; without one the defaults hold.",
)


@contextmanager
def opened(config: Path | None) -> Iterator[Application]:
    """The application over its prepared database, closed at the end."""
    application = build(load_settings(config))
    try:
        yield application
    finally:
        application.database.close()
