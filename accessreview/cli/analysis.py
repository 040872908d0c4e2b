"""``explain`` and ``analyze``: the analysis of a bundle, without a database."""

import gc
from collections.abc import Iterator
from pathlib import Path

import click

from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import Explainer
from accessreview.analysis.identities import accounts_by_identity
from accessreview.analysis.rules import judge
from accessreview.cli.bundle import bundle_argument
from accessreview.cli.errors import FINDINGS
from accessreview.cli.estate import accounts_called, load_estate
from accessreview.cli.finding_lines import FindingLines, grant_row
from accessreview.cli.output import print_blocks, print_rows
from accessreview.cli.parallel import Threads
from accessreview.cli.progress import progress_bar
from accessreview.cli.ruleset import load_ruleset
from accessreview.model.access import AccountRef, EntityRef, Grant
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Severity


@click.command("explain")
@bundle_argument
@click.option("--account", metavar="LOGIN-OR-ID", help="By login, principal name or id.")
@click.option("--identity", metavar="ID", help="A person or workload: all of its accounts.")
@click.option("--vcenter", metavar="ID", required=True)
@click.option("--entity", metavar="ID", required=True)
@click.option(
    "--alternatives",
    type=click.IntRange(min=1),
    metavar="N",
    help="Also print up to N further chains of groups that lead to each grant.",
)
def explain_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    bundle: Path,
    account: str | None,
    identity: str | None,
    vcenter: str,
    entity: str,
    alternatives: int | None,
) -> None:
    """Print the grants of an account on an entity of BUNDLE, those that lost included."""
    if (account is None) == (identity is None):
        raise click.UsageError("Give either --account or --identity.")
    estate = load_estate(bundle)
    explainer = Explainer(estate)
    refs = _accounts_of(estate, identity) if account is None else accounts_called(estate, account)
    print_rows(
        grant_row(grant) | _alternatives(explainer, grant, alternatives)
        for ref in refs
        for grant in explainer.explain(ref, EntityRef(vcenter, entity))
    )


@click.command()
@bundle_argument
@click.option("--ruleset", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="How many example places to print of each finding.",
)
@click.option(
    "--fail-on",
    type=click.Choice(Severity, case_sensitive=False),
    help=f"Exit with {FINDINGS} when there is a finding of at least this severity.",
)
def analyze(bundle: Path, ruleset: Path, examples: int, fail_on: Severity | None) -> None:
    """Print what the rules of FILE find in BUNDLE."""
    rules = load_ruleset(ruleset)
    gc.disable()  # nothing here leaves circles behind, and looking for them takes time
    try:
        estate = load_estate(bundle)
        with progress_bar("Analysing the vCenters") as progress, Threads() as threads:
            judgement = judge(estate, rules, keep=examples, each=threads.map, progress=progress)
        print_blocks(FindingLines(estate, judgement).blocks())
    finally:
        gc.enable()
    found = judgement.findings.rules
    if fail_on is not None and any(each.severity.rank <= fail_on.rank for each in found):
        raise click.exceptions.Exit(FINDINGS)


def _accounts_of(estate: Estate, identity: str | None) -> Iterator[AccountRef]:
    """The enabled accounts of an identity; the others are told of."""
    rows = accounts_by_identity(estate, enabled_only=False).get(identity or "", ())
    if not rows:
        raise NotFoundError(f"No account belongs to the identity “{identity}” in this bundle.")
    enabled = estate.snapshot["accounts"]["enabled"]
    for row in rows:
        ref = estate.account_ref(row)
        if enabled[row] == "true":
            yield ref
        else:
            click.echo(f"{ref.source}/{ref.id} is disabled and gives {identity} nothing.", err=True)


def _alternatives(explainer: Explainer, grant: Grant, limit: int | None) -> dict[str, object]:
    """Further chains of a grant, and how many there are, if somebody asked for any."""
    if limit is None:
        return {}
    found = explainer.alternatives(grant, limit + 1)
    others = [chain.via for chain in found.chains[1:]]
    total = None if found.total is None else found.total - 1
    if not found.complete:
        of = "more than can be counted" if total is None else str(total)
        login, principal = grant.via[0], grant.via[-1]
        click.echo(
            f"Of the further chains from {login} to {principal}, the first {len(others)} of {of} "
            "are shown; --alternatives shows more.",
            err=True,
        )
    return {"alternatives": others, "alternatives_total": total}
