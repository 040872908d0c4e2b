"""``accessreview reading``: readings that were kept out or doubted, and accepting one."""

from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain


@click.group()
def reading() -> None:
    """See which readings were kept out because they shrank, and accept one."""


@reading.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """Every reading that was kept out, newest first, with its reasons, numbers and acceptance."""
    with opened(config) as application:
        print_rows(map(plain, application.acceptances.list(OPERATOR)))


@reading.command("accept")
@click.argument("source")
@click.option("--by", required=True, help="The person who answers for it.")
@click.option("--reason", required=True, help="Why it is right that so much is gone.")
@config_option
def accept(source: str, by: str, reason: str, config: Path | None) -> None:
    """Accept what the last reading of SOURCE lacked that was kept out.

    Within a week the next collection takes a reading that lacks no more, once.
    """
    with opened(config) as application:
        accepted = application.acceptances.accept(OPERATOR, source, by=by, reason=reason)
        print_rows([plain(accepted)])
