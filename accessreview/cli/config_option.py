"""The option that names the configuration file, the same for every command that reads one."""

from pathlib import Path
from typing import Final

import click

config_option: Final = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="ACCESSREVIEW_CONFIG",
    help="The configuration file; without one the defaults hold.",
)
