"""``accessreview whatif``: what changes would give and take, before anybody makes them."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from accessreview.analysis.revise import revise
from accessreview.analysis.simulate import AccessShift, compare
from accessreview.analysis.standing import Standing, difference
from accessreview.cli.bundle import bundle_argument
from accessreview.cli.changes import read_changes
from accessreview.cli.estate import load_estate
from accessreview.cli.output import print_rows
from accessreview.cli.ruleset import load_ruleset
from accessreview.evidence.compile import finding_row
from accessreview.model.errors import NotFoundError


@click.command()
@bundle_argument
@click.option("--ruleset", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option("--change", type=click.Path(path_type=Path), required=True, metavar="FILE")
def whatif(bundle: Path, ruleset: Path, change: Path) -> None:
    """Print what the changes in a file would give and take in BUNDLE, all of them together."""
    rules, rows = load_ruleset(ruleset), read_changes(change)
    before = after = Standing.of(load_estate(bundle), rules)
    for row in rows:
        try:
            after, _ = revise(after, row.change(after.estate))
        except NotFoundError as error:
            raise row.refused(error) from error
    print_rows(_told(before, after))


def _told(before: Standing, after: Standing) -> Iterator[dict[str, object]]:
    moved = np.flatnonzero(before.population.kind_of != after.population.kind_of)
    findings, access = difference(before, after, moved), compare(before.estate, after.estate)
    for effect, found in (("gained", findings.gained), ("lost", findings.lost)):
        for finding in found:
            yield {"effect": effect, **finding_row(finding)}
    for effect, shifts in (("gained", access.gained), ("lost", access.lost)):
        for shift in shifts:
            yield {"effect": effect, **_shift(shift)}


def _shift(shift: AccessShift) -> dict[str, object]:
    return {
        "account_source": shift.account.source,
        "account": shift.account.id,
        "vcenter": shift.entity.vcenter,
        "entity": shift.entity.id,
        "entities": shift.entities,
        "privileges": shift.privileges,
    }
