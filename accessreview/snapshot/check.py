"""Every rule that a snapshot must satisfy before anything is concluded from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from accessreview.model.columns import Table
from accessreview.model.keys import Keys, Pairs
from accessreview.model.snapshot import SCHEMAS, Source, SourceKind
from accessreview.model.texts import Texts
from accessreview.snapshot.hierarchy import check_hierarchy
from accessreview.snapshot.keys import repeated_keys
from accessreview.snapshot.located import empty_rows, located, rows_of, rows_where
from accessreview.snapshot.problem import Problem, Problems, shown

_ACCOUNT_KINDS = frozenset({"human", "service", "unknown"})
_BOOLEANS = frozenset({"true", "false"})

_MAY_BE_EMPTY = frozenset(
    {("permissions", "entity"), ("powers", "entity"), ("facts", "entity"), ("uses", "detail")}
)
"""Key columns that may be empty: a global permission, say, has no entity."""

_REQUIRED = MappingProxyType(
    {
        "entities": ("type",),
        "permissions": ("role",),
        "locators": ("locator",),
    }
)
"""Columns beyond the keys that may not be empty."""

_INVENTORY = frozenset({SourceKind.VCENTER, SourceKind.ESXI})
_DIRECTORY = frozenset({SourceKind.DIRECTORY, SourceKind.ESXI})  # a host has accounts of its own

_SOURCES: tuple[tuple[str, str, frozenset[SourceKind]], ...] = (
    ("entities", "source", _INVENTORY),
    ("placements", "source", _INVENTORY),
    ("roles", "source", _INVENTORY),
    ("role_privileges", "source", _INVENTORY),
    ("permissions", "source", _INVENTORY),
    ("accounts", "source", _DIRECTORY),
    ("groups", "source", _DIRECTORY),
    ("principal_names", "source", _DIRECTORY),
    ("members", "group_source", _DIRECTORY),
    ("members", "member_source", _DIRECTORY),
    ("responsibles", "source", _DIRECTORY),
    ("responsibles", "responsible_source", _DIRECTORY),
    ("locators", "source", _DIRECTORY),
    ("states", "source", _DIRECTORY),
    ("identifiers", "source", _DIRECTORY),
    ("outsiders", "source", _DIRECTORY),
    ("ways", "group_source", _DIRECTORY),
    ("ways", "member_source", _DIRECTORY),
    ("person_keys", "source", _DIRECTORY),
    ("joins", "source", _DIRECTORY),
    ("powers", "source", frozenset(SourceKind)),
    ("facts", "source", _INVENTORY),
)


class _Reference(NamedTuple):
    table: str
    source: str
    column: str
    targets: tuple[str, ...]
    noun: str


_PRINCIPALS = ("accounts", "groups")

_REFERENCES = (
    _Reference("entities", "source", "parent", ("entities",), "entity"),
    _Reference("entities", "source", "second_parent", ("entities",), "entity"),
    _Reference("entities", "source", "acl_of", ("entities",), "entity"),
    _Reference("placements", "source", "entity", ("entities",), "entity"),
    _Reference("placements", "source", "on", ("entities",), "entity"),
    _Reference("role_privileges", "source", "role", ("roles",), "role"),
    _Reference("permissions", "source", "entity", ("entities",), "entity"),
    _Reference("permissions", "source", "role", ("roles",), "role"),
    _Reference("principal_names", "source", "id", _PRINCIPALS, "account or group"),
    _Reference("members", "group_source", "group", ("groups",), "group"),
    _Reference("members", "member_source", "member", _PRINCIPALS, "account or group"),
    _Reference("responsibles", "source", "id", _PRINCIPALS, "account or group"),
    _Reference(
        "responsibles", "responsible_source", "responsible", _PRINCIPALS, "account or group"
    ),
    _Reference("locators", "source", "id", _PRINCIPALS, "account or group"),
    _Reference("states", "source", "id", _PRINCIPALS, "account or group"),
    _Reference("identifiers", "source", "id", _PRINCIPALS, "account or group"),
    _Reference("outsiders", "source", "group", ("groups",), "group"),
    _Reference("ways", "group_source", "group", ("groups",), "group"),
    _Reference("ways", "member_source", "member", _PRINCIPALS, "account or group"),
    _Reference("person_keys", "source", "id", ("accounts",), "account"),
    _Reference("joins", "source", "id", ("accounts",), "account"),
    _Reference("powers", "source", "entity", ("entities",), "entity"),
    _Reference("facts", "source", "entity", ("entities",), "entity"),
)


_TARGETS = sorted({target for reference in _REFERENCES for target in reference.targets})


def check(
    sources: Sequence[Source] | None,
    tables: Mapping[str, Table],
    unsound: AbstractSet[str] = frozenset(),
) -> Problems:
    """Find all that ``docs/reference/bundle.md`` calls an error, in bundle and annex tables.

    ``sources`` may be None when they are not known; nothing is then said of them. ``tables`` may
    leave out empty ones. References into a table of ``unsound`` are not followed:
    some of its rows are known to be missing, and its own problems are reported elsewhere.
    """
    full = {
        name: tables[name] if name in tables else Table.of(schema, ())
        for name, schema in SCHEMAS.items()
    }
    of_sources = () if sources is None else (_sources(sources), *_sources_of_rows(sources, full))
    return Problems.merge(
        [
            *of_sources,
            *(problems for table in full.values() for problems in _values(table)),
            *(repeated_keys(table) for table in full.values()),
            *_references(full, unsound),
        ],
        tuple(full),
    )


def _sources(sources: Sequence[Source]) -> Problems:
    found: list[Problem] = []

    def say(value: str, why: str) -> None:
        found.append(Problem("", None, "source", value, why))

    if not sources:
        found.append(Problem("", None, "", "", "no source is listed: nothing was read"))
    seen: set[str] = set()
    for source in sources:
        if not source.id:
            say("", "has no id")
        if source.id in seen:
            say(source.id, "is listed twice")
        seen.add(source.id)
        if len(Texts((source.id, source.name, *source.gaps)).faulty()):
            say(source.id, "has an id, a name or a gap that is not text")
    return Problems(tuple(found), len(found))


def _values(table: Table) -> Iterator[Problems]:
    schema = table.schema
    for name in schema.columns:
        column = table[name]
        yield located(
            table,
            rows_of(column, column.values.faulty()),
            name,
            "is not text in UTF-8 without NUL",
        )
        if name in schema.booleans:
            yield _outside(table, name, _BOOLEANS, "is neither true nor false")
    required = (name for name in schema.key if (schema.name, name) not in _MAY_BE_EMPTY)
    for name in dict.fromkeys((*required, *_REQUIRED.get(schema.name, ()))):
        if name not in schema.booleans:
            yield located(table, empty_rows(table[name]), name, "may not be empty")
    if schema.name == "accounts":
        yield _outside(table, "kind", _ACCOUNT_KINDS, "is not one of human, service, unknown")


def _outside(table: Table, column: str, allowed: frozenset[str], why: str) -> Problems:
    return located(
        table, rows_where(table[column], lambda value: value not in allowed), column, why
    )


def _sources_of_rows(sources: Sequence[Source], tables: Mapping[str, Table]) -> Iterator[Problems]:
    kinds = {source.id: source.kind for source in sources}
    for name, column, allowed in _SOURCES:
        table = tables[name]
        unknown = rows_where(table[column], lambda value: bool(value) and value not in kinds)
        yield located(table, unknown, column, "is no source of this snapshot")
        wrong = rows_where(table[column], _is_of_other_kind(kinds, allowed))
        yield located(
            table,
            wrong,
            column,
            f"is a source of another kind; this table takes {' or '.join(sorted(allowed))}",
        )


def _is_of_other_kind(
    kinds: Mapping[str, SourceKind], allowed: frozenset[SourceKind]
) -> Callable[[str], bool]:
    return lambda value: value in kinds and kinds[value] not in allowed


def _references(tables: Mapping[str, Table], unsound: AbstractSet[str]) -> Iterator[Problems]:
    keys = {name: Keys(tables[name]["source"], tables[name]["id"]) for name in _TARGETS}
    for reference in _REFERENCES:
        if unsound.isdisjoint(reference.targets):
            targets = [keys[name] for name in reference.targets]
            yield _dangling(tables[reference.table], reference, targets)
    groups = tables["groups"]
    both = keys["accounts"].rows(groups["source"], groups["id"]) >= 0
    yield located(groups, np.flatnonzero(both), "id", "is the id of an account of the same source")
    yield from check_hierarchy(tables["entities"], keys["entities"])


def _dangling(table: Table, reference: _Reference, targets: Sequence[Keys]) -> Problems:
    column, source = table[reference.column], table[reference.source]
    pairs = Pairs(source, column)
    missing = column.values.lengths[pairs.second_codes] > 0
    for target in targets:
        missing &= target.of_pairs(pairs) < 0
    rows = np.flatnonzero(missing[pairs.of_row]) if missing.any() else np.zeros(0, dtype=np.intp)
    return located(
        table,
        rows,
        reference.column,
        lambda row: f"is no {reference.noun} of source {shown(source[row])}",
    )
