"""``effective``, ``explain`` and ``analyze``: the analysis of a bundle, without a database."""

from collections.abc import Sequence
from pathlib import Path

import click

from accessreview.analysis.accounts import find_accounts
from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.hygiene import ambiguities
from accessreview.analysis.rules import judge
from accessreview.cli.bundle import bundle_argument, load_bundle
from accessreview.cli.errors import FINDINGS
from accessreview.cli.output import print_rows
from accessreview.cli.ruleset import load_ruleset
from accessreview.evidence.compile import finding_row
from accessreview.model.access import AccountRef, EntityRef, Grant
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import Ambiguity, Example
from accessreview.model.policy import Severity

_Row = dict[str, object]


@click.command()
@bundle_argument
@click.option("--account", metavar="LOGIN-OR-ID", help="Only this account, by login, name or id.")
@click.option("--vcenter", metavar="ID", help="Only on this vCenter.")
@click.option("--entity", metavar="ID", help="Only on this entity.")
def effective(bundle: Path, account: str | None, vcenter: str | None, entity: str | None) -> None:
    """Print what accounts can do on entities of BUNDLE; nothing where they can do nothing."""
    estate = _estate(bundle)
    accounts = None if account is None else _accounts(estate, account)
    print_rows(
        {
            "account_source": access.account.source,
            "account": access.account.id,
            "vcenter": access.entity.vcenter,
            "entity": access.entity.id,
            "privileges": access.privileges,
        }
        for access in effective_access(estate, accounts=accounts, vcenter=vcenter, entity=entity)
    )


@click.command("explain")
@bundle_argument
@click.option("--account", metavar="LOGIN-OR-ID", required=True)
@click.option("--vcenter", metavar="ID", required=True)
@click.option("--entity", metavar="ID", required=True)
def explain_command(bundle: Path, account: str, vcenter: str, entity: str) -> None:
    """Print the grants of an account on an entity of BUNDLE, those that lost included."""
    estate = _estate(bundle)
    print_rows(
        _grant(grant)
        for ref in _accounts(estate, account)
        for grant in explain(estate, ref, EntityRef(vcenter, entity))
    )


@click.command()
@bundle_argument
@click.option("--ruleset", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option(
    "--fail-on",
    type=click.Choice(Severity, case_sensitive=False),
    help=f"Exit with {FINDINGS} when there is a finding of at least this severity.",
)
def analyze(bundle: Path, ruleset: Path, fail_on: Severity | None) -> None:
    """Print what the rules of FILE find in BUNDLE."""
    rules = load_ruleset(ruleset)
    judgement = judge(_estate(bundle), rules, keep=3)
    findings = judgement.findings
    print_rows(
        {**finding_row(each), "examples": [*map(_example, judgement.examples(each))]}
        for each in findings
    )
    if fail_on is not None and any(each.severity.rank <= fail_on.rank for each in findings):
        raise click.exceptions.Exit(FINDINGS)


def _estate(bundle: Path) -> Estate:
    """Build it, and tell of principals that match nobody or several."""
    estate = build_estate(load_bundle(bundle))
    for ambiguity in ambiguities(estate):
        click.echo(_told(ambiguity), err=True)
    return estate


def _told(ambiguity: Ambiguity) -> str:
    kind = "group" if ambiguity.is_group else "user"
    principal = f"{ambiguity.vcenter}: the {kind} {ambiguity.principal}"
    if not ambiguity.matches:
        return f"{principal} is an orphan: no directory knows such a {kind}; it matches nobody."
    names = ", ".join("/".join(match) for match in ambiguity.matches)
    return f"{principal} is ambiguous and taken for all of {names}."


def _accounts(estate: Estate, text: str) -> Sequence[AccountRef]:
    found = find_accounts(estate, text)
    if not found:
        raise NotFoundError(f"No account has the id, login or name “{text}” in this bundle.")
    return found


def _grant(grant: Grant) -> _Row:
    return {
        "account_source": grant.account.source,
        "account": grant.account.id,
        "via": grant.via,
        "principal": grant.permission.key.principal,
        "on_entity": grant.permission.key.entity.id,
        "role": grant.permission.role,
        "role_name": grant.role_name,
        "propagates": grant.permission.propagates,
        "path": grant.path.value,
        "decides": grant.decides,
        "why": grant.why,
    }


def _example(example: Example) -> _Row:
    return {
        "vcenter": example.place.vcenter,
        "entity": example.place.id,
        "label": example.label,
        "identity": example.identity,
        "grants": {
            duty: [_grant(grant) for grant in grants] for duty, grants in example.grants.items()
        },
    }
