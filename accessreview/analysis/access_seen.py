"""Who may do what in each vCenter, as one reading after the other said it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import Coverage, Fact, Power, Source, SourceKind

TABLES_SEEN = ("entities", "permissions", "roles", "role_privileges", "facts", "powers")
"""What is looked at of each snapshot."""

_FACTS = frozenset(
    {
        Fact.LOCKDOWN,
        Fact.DOMAIN,
        Fact.DOMAIN_ADMINISTRATORS,
        Fact.DOMAIN_ADMINISTRATORS_ADDED,
        Fact.GLOBAL_PERMISSIONS,
    }
)

_LOGINS = frozenset({Power.HOST_ACCESS, Power.LOCKDOWN_EXCEPTION, Power.CONSOLE_IN_LOCKDOWN})
_UNTOLD = "Hosts: "
"""How the gaps of a source begin that say what hosts did not tell."""

LoginKey = tuple[str, str, bool, str, str]
"""Host, principal without case, whether that is a group, power, and its detail."""

Key = tuple[str, str, bool]
"""Of a permission: entity, principal without case, and whether that is a group."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a permission gives; ``principal`` as it is written."""

    principal: str
    role: str
    propagates: bool

    @property
    def gives(self) -> tuple[str, bool]:
        return self.role, self.propagates


@dataclass(frozen=True, slots=True)
class Role:
    """A role that people make; vCenter's own change with vCenter only."""

    name: str
    privileges: frozenset[str]


@dataclass(frozen=True, slots=True)
class Roles:
    """Those that people make, and the names of all; both by id."""

    made: Mapping[str, Role] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


class Places:
    """Entities of one source, looked up when asked for: most readings are asked for none."""

    def __init__(self, entities: Table, source: str) -> None:
        self._entities, self._source = entities, source

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Of all, by id."""
        return {row[1]: row[3] for row in self._rows}

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Whose permission list some share."""
        return {row[1]: row[6] for row in self._rows if row[6]}

    @cached_property
    def roots(self) -> frozenset[str]:
        """The topmost."""
        return frozenset(row[1] for row in self._rows if not (row[4] or row[5] or row[6]))

    @property
    def _rows(self) -> Iterator[tuple[str, ...]]:
        return (row for row in self._entities.rows() if row[0] == self._source)


@dataclass(frozen=True, slots=True)
class AccessSeen:
    """One reading of one vCenter; by a ``whole`` one alone something is not there.

    ``facts`` are those that decide who gets in past all permissions, ``logins`` those whom hosts
    let in past them, each as it is written; None unless all hosts told them all. ``by`` says how
    global permissions were read, for they look otherwise when they are not.
    """

    began: datetime
    ended: datetime
    whole: bool
    permissions: Mapping[Key, Entry]
    roles: Roles
    facts: Mapping[tuple[str, str], str]
    logins: Mapping[LoginKey, str] | None
    by: str
    places: Places


Snapped = tuple[Iterable[Source], Mapping[str, Table]]
"""Of a snapshot its sources, and the tables that are looked at."""


def access_seen(snapshots: Iterable[Snapped]) -> dict[str, list[AccessSeen]]:
    """By vCenter its readings in the order of the snapshots; what was carried forward is none.

    Tables that several snapshots share are looked at once.
    """
    found: dict[str, list[AccessSeen]] = defaultdict(list)
    pieces = _Pieces()
    for sources, tables in snapshots:
        for source in sources:
            before = found[source.id]
            is_old = bool(before) and before[-1].began >= source.started_at
            if source.kind is not SourceKind.DIRECTORY and not is_old:
                before.append(pieces.seen(source, tables))
    return {id_: seen for id_, seen in found.items() if seen}


class _Pieces:
    """What tables hold, by source; kept until a snapshot has others."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Column, ...], Mapping[str, Any]]] = {}

    def seen(self, source: Source, tables: Mapping[str, Table]) -> AccessSeen:
        def piece(make: Callable[..., Mapping[str, Any]], *names: str) -> Any:  # noqa: ANN401
            return self._made(make, [tables[name] for name in names]).get(source.id)

        facts: Mapping[tuple[str, str], str] = piece(_facts, "facts") or {}
        hosts_told = any(fact == Fact.LOCKDOWN for _, fact in facts) and not any(
            gap.startswith(_UNTOLD) for gap in source.gaps
        )
        return AccessSeen(
            began=source.started_at,
            ended=source.finished_at,
            whole=source.coverage is Coverage.FULL,
            permissions=piece(_permissions, "permissions") or {},
            roles=piece(_roles, "roles", "role_privileges") or Roles(),
            facts=facts,
            logins=piece(_logins, "powers") or {} if hosts_told else None,
            by=facts.get(("", Fact.GLOBAL_PERMISSIONS), ""),
            places=Places(tables["entities"], source.id),
        )

    def _made(
        self, make: Callable[..., Mapping[str, Any]], tables: Sequence[Table]
    ) -> Mapping[str, Any]:
        columns = tuple(column for table in tables for column in table.columns.values())
        kept = self._kept.get(make.__name__)
        if kept is None or any(
            one is not other for one, other in zip(kept[0], columns, strict=True)
        ):
            kept = self._kept[make.__name__] = columns, make(*tables)
        return kept[1]


def _permissions(table: Table) -> dict[str, dict[Key, Entry]]:
    found: dict[str, dict[Key, Entry]] = defaultdict(dict)
    for row in table.rows():
        key, entry = _permission(row)
        found[row[0]][key] = entry
    return found


@lru_cache(maxsize=100_000)
def _permission(row: tuple[str, ...]) -> tuple[Key, Entry]:
    """The same objects for the same row: nearly all are in every snapshot."""
    _, entity, principal, is_group, role, propagate = row
    key = entity, principal.casefold(), is_group == "true"
    return key, Entry(principal, role, propagate == "true")


def _roles(roles: Table, role_privileges: Table) -> dict[str, Roles]:
    privileges: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, role, privilege in role_privileges.rows():
        privileges[source, role].add(privilege)
    made: dict[str, dict[str, Role]] = defaultdict(dict)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for source, role, name, system in roles.rows():
        names[source][role] = name
        if system != "true":
            made[source][role] = Role(name, frozenset(privileges[source, role]))
    return {source: Roles(made[source], names[source]) for source in names}


def _facts(table: Table) -> dict[str, dict[tuple[str, str], str]]:
    found: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for source, entity, fact, value in table.rows():
        if fact in _FACTS:
            found[source][entity, fact] = value
    return found


def _logins(table: Table) -> dict[str, dict[LoginKey, str]]:
    found: dict[str, dict[LoginKey, str]] = defaultdict(dict)
    for source, entity, power, principal, is_group, detail in table.rows():
        if power in _LOGINS:
            key = entity, principal.casefold(), is_group == "true", power, detail
            found[source][key] = principal
    return found
