"""By which name a vCenter knows an account."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.vcenter import Vcenter
from accessreview.snapshot.tables import rows_with

_ITSELF, _ITS_DOMAIN, _OTHER = range(3)


def names_in(estate: Estate, vcenter: Vcenter) -> Mapping[int, str]:
    r"""For each account that the vCenter can be asked about, the one name to ask by.

    That is, first of all, the name that a permission itself has, as vCenter spells it; then one of
    a domain that its permissions name (``CORP`` of ``CORP\ann``); any other only if a group of the
    account has a permission there. A name that several accounts carry is never taken: nobody can
    tell whom vCenter would answer for.
    """
    used = _names_of_permissions(estate, vcenter)
    domains = {name.partition("\\")[0] for name in used if "\\" in name}
    table = estate.snapshot["principal_names"]
    accounts = estate.account_keys.rows(table["source"], table["id"])
    rows = np.flatnonzero(accounts >= 0)
    carried = [
        (account, name, name.casefold())
        for account, name in zip(accounts[rows].tolist(), table["name"].take(rows), strict=True)
    ]
    carriers = Counter(folded for _, folded in {(row, folded) for row, _, folded in carried})
    best: dict[int, tuple[int, str]] = {}
    for account, name, folded in carried:
        if carriers[folded] > 1:
            continue
        kind = _ITSELF if folded in used else _OTHER
        if kind is _OTHER and folded.partition("\\")[0] in domains and "\\" in folded:
            kind = _ITS_DOMAIN
        reached = estate.memberships.principals_of(account) & vcenter.principals
        if kind is _OTHER and not reached:
            continue
        known = (kind, used.get(folded, name))
        best[account] = min(best.get(account, known), known)
    return {account: best[account][1] for account in sorted(best)}


def domains_of(estate: Estate, source: str) -> tuple[str, ...]:
    r"""The domains that one vCenter's permissions name, the commonest first, as spelt there."""
    table = estate.snapshot["permissions"]
    principals = table["principal"].take(rows_with(table["source"], {source}))
    found = Counter(name.partition("\\")[0] for name in principals if "\\" in name)
    return tuple(sorted(found, key=lambda domain: (-found[domain], domain)))


def _names_of_permissions(estate: Estate, vcenter: Vcenter) -> Mapping[str, str]:
    """The principals of one vCenter's permissions, by their form without case."""
    table = estate.snapshot["permissions"]
    principals = table["principal"].take(rows_with(table["source"], {vcenter.id}))
    return {name.casefold(): name for name in sorted(principals.values, reverse=True)}
