"""``accessreview audit``: the record of what happened in this tool."""

from pathlib import Path

import click

from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import canonical_json, plain
from accessreview.model.errors import NotFoundError


@click.group()
def audit() -> None:
    """Read the audit trail, and hand out checkpoints of it."""


@audit.command("list")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin after this number.")
@config_option
def list_command(after: int, config: Path | None) -> None:
    """Every event, in order; nothing is left out."""
    with opened(config) as application, application.database.reading() as work:
        print_rows(plain(event) for event in work.audit.list(after))


@audit.command("checkpoint")
@config_option
def checkpoint(config: Path | None) -> None:
    """Number and digest of the last event: keep it where this tool's owner cannot write."""
    with opened(config) as application, application.database.reading() as work:
        head = work.audit.head()
    if head is None:
        raise NotFoundError("Nothing has happened yet, so there is nothing to hold on to.")
    click.echo(canonical_json({"sequence": head.sequence, "digest": head.digest}))
