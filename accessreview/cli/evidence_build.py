"""``accessreview evidence build`` and ``key``: what is handed to auditors."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain
from accessreview.model.errors import UnavailableError


@click.command("build")
@click.argument("campaign_id")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def build_command(campaign_id: str, file: Path, config: Path | None) -> None:
    """Seal everything recorded of a campaign into the new FILE."""
    with opened(config) as application, _new(file) as written:
        package = application.evidence.build(OPERATOR, campaign_id)
        written.write(application.evidence.data(OPERATOR, package.id))
    print_rows([plain(package)])


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A file that did not exist: taken before anything is recorded, and gone if that fails."""
    try:
        file = path.open("xb")
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be written: {error.strerror}. Name a new file in a folder of yours."
        ) from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink()
        raise


@click.command("key")
@config_option
def key_command(config: Path | None) -> None:
    """Print the public key that auditors need."""
    with opened(config) as application:
        click.echo(application.evidence.public_pem, nl=False)
