"""``accessreview remediation``: plan, hand over, carry out and prove removals."""

from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import plain


@click.group()
def remediation() -> None:
    """Carry out what was revoked, or hand it to a person."""


@remediation.command("plan")
@click.argument("campaign_id")
@config_option
def plan(campaign_id: str, config: Path | None) -> None:
    """The exact changes, each simulated; one that would give anybody more is blocked."""
    with opened(config) as application:
        print_rows(plain(task) for task in application.remediation.plan(OPERATOR, campaign_id))


@remediation.command("script")
@click.argument("campaign_id")
@click.argument("kind", type=click.Choice(["powercli", "ldif"]))
@config_option
def script(campaign_id: str, kind: str, config: Path | None) -> None:
    """Print the changes as a script, which marks them as handed over."""
    with opened(config) as application:
        text = application.remediation.hand_over(OPERATOR, campaign_id, kind)
    click.echo(text.encode(), nl=False)


@remediation.command("execute")
@click.argument("task_id")
@config_option
def execute(task_id: str, config: Path | None) -> None:
    """Carry out one change by the account that is configured for it."""
    with opened(config) as application:
        print_rows([plain(application.remediation.execute(OPERATOR, task_id))])


@remediation.command("verify")
@config_option
def verify(config: Path | None) -> None:
    """Hold every revoked item against the latest snapshot."""
    with opened(config) as application:
        print_rows(plain(each) for each in application.remediation.verify(OPERATOR))
