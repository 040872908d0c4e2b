"""``accessreview config``: what the configuration says."""

from pathlib import Path

import click

from accessreview.cli.config_option import config_option
from accessreview.cli.output import print_rows
from accessreview.settings import load_settings


@click.group()
def config() -> None:
    """Check the configuration."""


@config.command("show")
@config_option
def show(config: Path | None) -> None:
    """Print every setting in force; secrets are files, of which only the names are shown."""
    print_rows([load_settings(config).model_dump(mode="json")])
