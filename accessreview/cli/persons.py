"""``accessreview persons``: by what accounts came to one person, and which could be several's."""

from pathlib import Path

import click

from accessreview.cli.bundle import load_bundle
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.errors import NotFoundError
from accessreview.model.keys import Keys
from accessreview.model.snapshot import Joined, Snapshot


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path), required=False)
@click.option("--ambiguous", is_flag=True, help="Only accounts that could be several persons'.")
@config_option
def persons(bundle: Path | None, config: Path | None, *, ambiguous: bool) -> None:
    """Print by what accounts came to their person: of BUNDLE, or of the latest snapshot kept."""
    snapshot = _latest(config) if bundle is None else load_bundle(bundle)
    joins, accounts = snapshot.annex["joins"], snapshot["accounts"]
    if not len(joins):
        click.echo("It records no joins; a bundle without its annex never does.", err=True)
    rows = Keys(accounts["source"], accounts["id"]).rows(joins["source"], joins["id"])
    print_rows(
        {
            "account_source": source,
            "account": account,
            "login": accounts["login"][row],
            "identity": accounts["identity"][row] or f"{source}/{account}",
            "by": by,
            "detail": detail,
        }
        for (source, account, _, by, detail), row in zip(joins.rows(), rows.tolist(), strict=True)
        if not ambiguous or by == Joined.AMBIGUOUS
    )


def _latest(config: Path | None) -> Snapshot:
    with opened(config) as application, application.database.reading() as work:
        latest = work.snapshots.latest()
        if latest is None:
            raise NotFoundError("There is no snapshot yet; collect from the sources first.")
        return work.snapshots.get(latest.digest)
