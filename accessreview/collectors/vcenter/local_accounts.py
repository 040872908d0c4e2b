"""The accounts that a host has of its own, as rows; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from accessreview.collectors.vcenter.parts import PartRows
from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.model.principal import of_host

_SERVICES = frozenset({"vpxuser", "dcui"})
"""The host's own, for its vCenter and its console."""


@dataclass(frozen=True, slots=True)
class LocalAccount:
    login: str
    full_name: str = ""


def account_rows(source: str, named: Iterable[str], listed: Iterable[LocalAccount]) -> PartRows:
    """Rows of accounts and their names, each once whatever its case."""
    accounts: dict[str, LocalAccount] = {}
    for one in (*listed, *(LocalAccount(name) for name in sorted(named))):
        if of_host(source, one.login) != one.login:
            accounts.setdefault(one.login.casefold(), one)
    return {
        "accounts": [
            (one.login, one.login, one.full_name, "", _kind(one.login), "true", "")
            for one in accounts.values()
        ],
        "principal_names": [(one.login, of_host(source, one.login)) for one in accounts.values()],
    }


def qualified(source: str, raw: RawVCenter, tables: PartRows) -> tuple[RawVCenter, PartRows]:
    """The same with the host's own accounts named as a snapshot has them."""
    permissions = tuple(
        replace(one, principal=of_host(source, one.principal)) for one in raw.permissions
    )
    powers = [
        (entity, power, of_host(source, principal), *more)
        for entity, power, principal, *more in tables.get("powers", ())
    ]
    return replace(raw, permissions=permissions), {**tables, "powers": powers}


def _kind(login: str) -> str:
    return "service" if login.casefold() in _SERVICES else "unknown"
