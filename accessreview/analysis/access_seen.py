"""Who may do what in each vCenter, as one reading after the other said it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Places:
    """Entities by id: the topmost, the names of all, and whose permission list some share."""

    roots: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)


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
            places=piece(_places, "entities") or Places(),
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
    for source, entity, principal, is_group, role, propagate in table.rows():
        key = entity, principal.casefold(), is_group == "true"
        found[source][key] = Entry(principal, role, propagate == "true")
    return found


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


def _places(table: Table) -> dict[str, Places]:
    roots: dict[str, set[str]] = defaultdict(set)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for source, id_, _type, name, *above, owner in table.rows():
        names[source][id_] = name
        if owner:
            owners[source][id_] = owner
        if not any((*above, owner)):
            roots[source].add(id_)
    return {
        source: Places(frozenset(roots[source]), names[source], owners[source]) for source in names
    }
