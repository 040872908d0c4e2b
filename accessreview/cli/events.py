"""``accessreview events``: what vCenters told of who changed who may do what."""

from datetime import UTC, datetime
from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import kept_sources, opened, require_known
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@click.command()
@click.option("--vcenter", metavar="ID", default="", help="Only of this vCenter.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Only what happened on this day (UTC) or later.",
)
@config_option
def events(vcenter: str, since: datetime | None, config: Path | None) -> None:
    """Print the events that concern who may do what, as they were kept, by vCenter and time."""
    begin = since.replace(tzinfo=UTC) if since else _BEGINNING
    with opened(config) as application:
        found = application.queries.watching.since(OPERATOR, vcenter, begin)
        if not found:
            require_known(vcenter, kept_sources(application))
    print_rows(plain(event) for event in found)
