"""``accessreview evidence build`` and ``key``: what is handed to auditors."""

from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.configured import config_option, opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain
from accessreview.model.errors import UnavailableError


@click.command("build")
@click.argument("campaign_id")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def build_command(campaign_id: str, file: Path, config: Path | None) -> None:
    """Seal everything recorded of a campaign into the new FILE."""
    with opened(config) as application:
        package = application.evidence.build(OPERATOR, campaign_id)
        data = application.evidence.data(OPERATOR, package.id)
    try:
        with file.open("xb") as written:
            written.write(data)
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}.") from error
    print_rows([plain(package)])


@click.command("key")
@config_option
def key_command(config: Path | None) -> None:
    """Print the public key that auditors need."""
    with opened(config) as application:
        click.echo(application.evidence.public_pem, nl=False)
