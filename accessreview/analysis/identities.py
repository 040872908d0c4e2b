"""The accounts of each person or workload, gathered under one identity."""

from collections.abc import Sequence

from accessreview.analysis.estate import Estate


def identity_names(estate: Estate) -> list[str]:
    """Every account's identity, by row; an account that names none is its own, ``source/id``."""
    accounts = estate.snapshot["accounts"]
    return [
        identity or f"{source}/{ident}"
        for identity, source, ident in zip(
            accounts["identity"], accounts["source"], accounts["id"], strict=True
        )
    ]


def accounts_by_identity(estate: Estate, *, enabled_only: bool) -> dict[str, list[int]]:
    """Account rows by identity, in the order of the identities' names.

    With ``enabled_only`` an identity without an enabled account is left out.
    """
    found: dict[str, list[int]] = {}
    enabled: Sequence[str] = list(estate.snapshot["accounts"]["enabled"])
    for account, name in enumerate(identity_names(estate)):
        if not enabled_only or enabled[account] == "true":
            found.setdefault(name, []).append(account)
    return dict(sorted(found.items()))
