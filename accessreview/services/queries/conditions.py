"""In which state a person's accounts are, for whoever decides about the person or checks it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from accessreview.analysis.concerned import annex
from accessreview.model.columns import Column
from accessreview.model.snapshot import Snapshot, State
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts

_SERVICE = frozenset({State.MANAGED_SERVICE, State.SERVICE_PRINCIPAL, State.COMPUTER})
_BARRING = frozenset({State.DISABLED, State.EXPIRED})
_ORDER = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Condition:
    """One state of an account; ``reason`` is for administrators."""

    state: State
    since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AccountCondition:
    """One account with all that is remarkable of it; ``enabled`` is whether it counts at all."""

    login: str
    source: str
    enabled: bool
    conditions: tuple[Condition, ...]


class Conditions:
    """Looks the accounts of people up in one snapshot, without an object for every account."""

    def __init__(self, snapshot: Snapshot) -> None:
        accounts = snapshot["accounts"]
        states = annex(snapshot, "states")
        self._accounts, self._states = accounts, states
        self._names = snapshot["principal_names"]
        self._by_identity = _Rows(accounts["identity"])
        self._by_id = _Rows(accounts["id"])
        self._states_by_id = _Rows(states["id"])
        self._names_by_id = _Rows(self._names["id"])
        self._sources = tuple(source.id for source in snapshot.sources)

    def of(self, identity: str) -> tuple[AccountCondition, ...]:
        """Those accounts of an identity of which anything is remarkable."""
        found = (self._of_account(row) for row in self._rows_of(identity))
        return tuple(one for one in found if one.conditions)

    def names_of(self, identity: str) -> tuple[str, ...]:
        """What vCenters call the accounts of an identity."""
        names, accounts = self._names, self._accounts
        return tuple(
            names["name"][row]
            for account in self._rows_of(identity)
            for row in self._names_by_id.of(accounts["id"][account])
            if names["source"][row] == accounts["source"][account]
        )

    def _rows_of(self, identity: str) -> list[int]:
        rows = self._by_identity.of(identity) if identity else []
        for source in self._sources:
            if identity.startswith(f"{source}/"):  # an account of its own
                rows += [
                    row
                    for row in self._by_id.of(identity.removeprefix(f"{source}/"))
                    if (self._accounts["source"][row], self._accounts["identity"][row])
                    == (source, "")
                ]
        return rows

    def _of_account(self, row: int) -> AccountCondition:
        source, id_, login, kind, enabled = (
            self._accounts[name][row] for name in ("source", "id", "login", "kind", "enabled")
        )
        states = self._states
        told = [
            Condition(State(states["state"][one]), _moment(states["since"][one]), reason)
            for one in self._states_by_id.of(id_)
            if states["source"][one] == source
            for reason in (states["reason"][one],)
        ]
        is_enabled = enabled == "true"
        complete = _with_what_the_row_says(told, kind, enabled=is_enabled)
        return AccountCondition(login, source, is_enabled, complete)


class _Rows:
    """The rows of a column by what they hold."""

    def __init__(self, column: Column) -> None:
        self._codes, self._index = column.codes, TextIndex(column.values)

    def of(self, text: str) -> list[int]:
        code = int(self._index.find(Texts((text,)))[0])
        return [] if code < 0 else np.flatnonzero(self._codes == code).tolist()


def _with_what_the_row_says(
    told: Iterable[Condition], kind: str, *, enabled: bool
) -> tuple[Condition, ...]:
    """Also where no state gives the reason: other readers than those of directories give none."""
    found = list(told)
    states = {one.state for one in found}
    if not enabled and not states & _BARRING:
        found.append(Condition(State.DISABLED))
    if kind == "service" and not states & _SERVICE:
        found.append(Condition(State.SERVICE_PRINCIPAL))
    return tuple(sorted(found, key=lambda one: _ORDER[one.state]))


def _moment(since: str) -> datetime | None:
    return datetime.fromisoformat(since) if since else None
