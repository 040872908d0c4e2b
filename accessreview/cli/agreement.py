"""``accessreview agreement``: how far vCenters agree with what is computed here."""

from collections.abc import Iterator
from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import kept_sources, opened, require_known
from accessreview.cli.output import print_rows
from accessreview.model.agreement import Agreement, ComparedPair
from accessreview.model.canonical import plain


@click.command()
@click.option("--vcenter", metavar="ID", help="Only of this vCenter.")
@config_option
def agreement(config: Path | None, *, vcenter: str | None) -> None:
    """Print how far each vCenter last agreed, and every pair on which it did not."""
    with opened(config) as application:
        require_known(vcenter, kept_sources(application))
        found = application.queries.agreement.latest(OPERATOR)
    print_rows(
        row
        for one in found
        if vcenter in {None, one.agreement.source}
        for row in _rows(one.agreement)
    )


def _rows(one: Agreement) -> Iterator[dict[str, object]]:
    yield {
        "vcenter": one.source,
        "at": plain(one.at),
        "snapshot": one.snapshot,
        "asking": one.asking,
        "reason": one.reason,
        "pairs": len(one.pairs),
        "compared": one.compared,
        "equal": one.equal,
    }
    for each in one.differences:
        yield _difference(one, each)


def _difference(one: Agreement, each: ComparedPair) -> dict[str, object]:
    return {
        "vcenter": one.source,
        "account_source": each.pair.account.source,
        "account": each.pair.account.id,
        "principal": each.pair.principal,
        "entity": each.pair.entity,
        "drawn_for": each.pair.drawn_for,
        "only_ours": one.only_ours(each),
        "only_theirs": one.only_theirs(each),
        "why": [grant.why for grant in each.grants],
    }
