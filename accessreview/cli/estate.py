"""The estate of a bundle, and its accounts by what a person calls them."""

from collections.abc import Sequence
from pathlib import Path

import click

from accessreview.analysis.accounts import find_accounts
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.hygiene import ambiguities
from accessreview.cli.bundle import load_bundle
from accessreview.model.access import AccountRef
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import Ambiguity


def load_estate(bundle: Path) -> Estate:
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


def accounts_called(estate: Estate, text: str) -> Sequence[AccountRef]:
    """All accounts of this id, login or name; at least one."""
    found = find_accounts(estate, text)
    if not found:
        raise NotFoundError(f"No account has the id, login or name “{text}” in this bundle.")
    return found
