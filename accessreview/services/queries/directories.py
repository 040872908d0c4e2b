"""How directories fit together: accounts joined to persons, and members who lie outside."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from accessreview.model.columns import Column, Table
from accessreview.model.keys import Keys
from accessreview.model.snapshot import Joined, Standing
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database
from accessreview.services.queries.paging import ByKind, Row, page_from, page_of
from accessreview.services.queries.views import SnapshotView, SnapshotViews
from accessreview.snapshot.tables import Rows, fields, rows_with


@dataclass(frozen=True, slots=True)
class JoinedAccount:
    """An account, whose it is now and by what; ``detail`` in a few words."""

    source: str
    login: str
    person: str
    identity: str
    by: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outsider:
    """A member, as its group names it, that is no account and no group that was read."""

    source: str
    group: str
    member: str
    standing: str
    reason: str


@dataclass(frozen=True, slots=True)
class Together:
    """How many accounts were joined and how, how many members lie outside and how."""

    joins: Mapping[str, int]
    outsiders: Mapping[str, int]

    @property
    def ambiguous(self) -> int:
        return self.joins.get(Joined.AMBIGUOUS, 0)

    @property
    def joined(self) -> int:
        return sum(self.joins.values()) - self.ambiguous

    @property
    def outside(self) -> int:
        return sum(self.outsiders.values())


@dataclass(frozen=True, slots=True)
class DirectoryQueries:
    """Asked of the newest snapshot; before the first, everything is empty."""

    database: Database
    views: SnapshotViews

    def together(self, authorization: Authorization) -> Together:
        view = self._view(authorization)
        if view is None:
            return Together({}, {})
        annex = view.snapshot.annex
        return Together(
            _counts(annex["joins"]["by"]),
            _counts(annex["outsiders"]["standing"]),
        )

    def joins(
        self, authorization: Authorization, by: Joined | None, page: int
    ) -> ByKind[JoinedAccount]:
        """Accounts by source and id; None lets every kind of join through."""
        return _by_kind(self._view(authorization), ("joins", "by"), by, _joined, page)

    def outsiders(
        self, authorization: Authorization, standing: Standing | None, page: int
    ) -> ByKind[Outsider]:
        """Members by source and group; None lets every standing through."""
        view = self._view(authorization)
        return _by_kind(view, ("outsiders", "standing"), standing, _outside, page)

    def _view(self, authorization: Authorization) -> SnapshotView | None:
        require(authorization, Capability.SEE_SOURCES)
        with self.database.reading() as unit:
            latest = unit.snapshots.latest()
            return None if latest is None else self.views.of(unit, latest.digest)


def _by_kind(
    view: SnapshotView | None,
    kinds: tuple[str, str],
    kind: StrEnum | None,
    named: Callable[[SnapshotView, Table, Rows], tuple[Row, ...]],
    page: int,
) -> ByKind[Row]:
    """Of a table and its column of kinds, the rows of one kind as ``named`` shows them."""
    if view is None:
        return ByKind(page_of((), page), {})
    table = view.snapshot.annex[kinds[0]]
    column = table[kinds[1]]
    wanted = np.arange(len(column)) if kind is None else rows_with(column, {kind.value})
    cut = page_from(
        lambda start, size: named(view, table, wanted[start : start + size]), len(wanted), page
    )
    return ByKind(cut, _counts(column))


def _counts(column: Column) -> Mapping[str, int]:
    by_code = Counter(column.codes.tolist())
    return {column.values[code]: count for code, count in sorted(by_code.items())}


def _joined(view: SnapshotView, table: Table, rows: Rows) -> tuple[JoinedAccount, ...]:
    accounts = view.snapshot["accounts"]
    source, id_ = (table[name].take(rows) for name in ("source", "id"))
    found = Keys(accounts["source"], accounts["id"]).rows(source, id_).tolist()
    named = [
        (accounts["login"][row], accounts["identity"][row] or f"{of}/{account}")
        for row, of, account in zip(found, source, id_, strict=True)
    ]
    return tuple(
        JoinedAccount(view.source_name(of), login, view.person(identity), identity, by, detail)
        for (of, _, _, by, detail), (login, identity) in zip(
            fields(table, rows), named, strict=True
        )
    )


def _outside(view: SnapshotView, table: Table, rows: Rows) -> tuple[Outsider, ...]:
    groups = view.snapshot["groups"]
    keys = Keys(groups["source"], groups["id"])
    found = keys.rows(table["source"].take(rows), table["group"].take(rows)).tolist()
    return tuple(
        Outsider(view.source_name(of), groups["name"][row], member, standing, reason)
        for (of, _, member, standing, reason), row in zip(fields(table, rows), found, strict=True)
    )
