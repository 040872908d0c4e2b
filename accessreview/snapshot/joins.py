"""What joining persons writes into a reading, and the reading as it was before."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import ANNEX, Joined, Reading
from accessreview.model.text_index import TextIndex
from accessreview.snapshot.tables import extended, fields, less, rows_with

_OWN = "own identity"
"""The key of ``person_keys`` for what the directory itself says; no attribute is called so."""

_SHARES = "shares "
_RENAMING = frozenset({Joined.MAPPING.value, Joined.OTHER_SOURCE.value})


@dataclass(frozen=True, slots=True)
class Join:
    """By what an account comes to its identity, or that several ways lead to several persons."""

    identity: str
    by: Joined
    detail: str


def shares(what: str) -> str:
    """The detail of an account that shares a value and is not joined by it."""
    return f"{_SHARES}{what}"


def as_read(reading: Reading) -> Reading:
    """The reading before persons were joined: what was joined then may be so no longer."""
    joins = reading.tables.get("joins")
    if joins is None or not len(joins):
        return reading
    renamed = rows_with(joins["by"], _RENAMING)
    shared = {detail for detail in joins["detail"].values if detail.startswith(_SHARES)}
    ambiguous = rows_with(joins["by"], {Joined.AMBIGUOUS.value})
    ambiguous = np.intersect1d(ambiguous, rows_with(joins["detail"], shared))
    own = _own_identities(reading)
    identities = {id_: own.get(id_, "") for id_ in joins["id"].take(renamed)}
    tables = dict(reading.tables)
    tables["joins"] = less(joins, np.append(renamed, ambiguous))
    tables["accounts"] = _with_identities(tables["accounts"], identities)
    if own:
        keys = tables["person_keys"]
        tables["person_keys"] = less(keys, rows_with(keys["key"], {_OWN}))
    return Reading(reading.source, tables)


def with_joins(reading: Reading, found: Mapping[str, Join]) -> Reading:
    """The reading with what was found of its accounts, by their ids."""
    if not found:
        return reading
    source, tables = reading.source.id, dict(reading.tables)
    renaming = {id_: join.identity for id_, join in found.items() if join.by.value in _RENAMING}
    own = {
        id_: identity for _, id_, *_, identity in _rows_of(tables["accounts"], renaming) if identity
    }
    tables["accounts"] = _with_identities(
        tables["accounts"],
        # An account without an identity is called so anyway.
        {id_: name for id_, name in renaming.items() if id_ in own or name != f"{source}/{id_}"},
    )
    tables["person_keys"] = extended(
        _annex(reading, "person_keys"), [(source, id_, _OWN, name) for id_, name in own.items()]
    )
    joins = _annex(reading, "joins")
    tables["joins"] = extended(
        less(joins, rows_with(joins["id"], found)),
        [(source, id_, join.identity, join.by.value, join.detail) for id_, join in found.items()],
    )
    return Reading(reading.source, tables)


def _own_identities(reading: Reading) -> dict[str, str]:
    keys = _annex(reading, "person_keys")
    return {row[1]: row[3] for row in fields(keys, rows_with(keys["key"], {_OWN}))}


def _with_identities(accounts: Table, identities: Mapping[str, str]) -> Table:
    """The accounts with other identities, by their ids."""
    if not identities:
        return accounts
    rows = rows_with(accounts["id"], identities)
    names = Column.of(identities[id_] for id_ in accounts["id"].take(rows))
    column = accounts["identity"]
    known = TextIndex(column.values).find(names.values)
    new = np.flatnonzero(known < 0)
    known = np.where(known < 0, len(column.values) + np.cumsum(known < 0) - 1, known)
    codes = column.codes.copy()
    codes[rows] = known[names.codes]
    values = column.values.joined(names.values.take(new)) if len(new) else column.values
    return Table(accounts.schema, {**accounts.columns, "identity": Column(codes, values)})


def _annex(reading: Reading, name: str) -> Table:
    return reading.tables[name] if name in reading.tables else Table.of(ANNEX[name], ())


def _rows_of(table: Table, ids: Container[str]) -> Iterator[tuple[str, ...]]:
    return fields(table, rows_with(table["id"], ids))
