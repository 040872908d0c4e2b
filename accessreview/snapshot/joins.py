"""What joining persons writes into a reading, and the reading as it was before."""

import numpy as np

from accessreview.model.columns import Column, Table
from accessreview.model.keys import Keys
from accessreview.model.snapshot import ANNEX, Joined, Reading
from accessreview.model.texts import Texts
from accessreview.snapshot.tables import Rows, added, extended, less, only, rows_with, stacked

_OWN = "own identity"
"""The key of ``person_keys`` for what the directory itself says; no attribute is called so."""

_SHARES = "shares "
_RENAMING = frozenset({Joined.MAPPING.value, Joined.OTHER_SOURCE.value})


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
    tables, keys = dict(reading.tables), _annex(reading, "person_keys")
    own = rows_with(keys["key"], {_OWN})
    tables["joins"] = less(joins, np.append(renamed, ambiguous))
    tables["accounts"] = _with_own_identities(
        tables["accounts"], only(joins, renamed), only(keys, own)
    )
    if len(own):
        tables["person_keys"] = less(keys, own)
    return Reading(reading.source, tables)


def with_joins(reading: Reading, joins: Table) -> Reading:
    """The reading with what was found of its accounts, as rows of ``joins``."""
    found = only(joins, rows_with(joins["source"], {reading.source.id}))
    if not len(found):
        return reading
    tables, accounts = dict(reading.tables), reading.tables["accounts"]
    renamed = only(found, rows_with(found["by"], _RENAMING))
    rows = _places(accounts, renamed)
    identity = accounts["identity"].codes[rows]
    has_own = (accounts["identity"].values.lengths > 0)[identity]
    # An account without an identity is called by its own name anyway.
    named = zip(renamed["source"], renamed["id"], renamed["identity"], strict=True)
    is_other = np.array([f"{of}/{id_}" != name for of, id_, name in named], dtype=bool) | has_own
    names = Column(renamed["identity"].codes[is_other], renamed["identity"].values)
    tables["accounts"] = _with_identities(accounts, rows[is_other], names)
    own = only(accounts, rows[has_own])
    tables["person_keys"] = extended(
        _annex(reading, "person_keys"),
        [
            (source, id_, _OWN, name)
            for source, id_, name in zip(own["source"], own["id"], own["identity"], strict=True)
        ],
    )
    before = _annex(reading, "joins")
    replaced = np.flatnonzero(_places(found, before) >= 0)
    tables["joins"] = stacked(before.schema, [less(before, replaced), found])
    return Reading(reading.source, tables)


def _places(table: Table, wanted: Table) -> Rows:
    """The rows of a table for the accounts of another's rows; -1 where there is none."""
    places = Keys(table["source"], table["id"]).rows(wanted["source"], wanted["id"])
    return places.astype(np.intp)


def _with_own_identities(accounts: Table, renamed: Table, own: Table) -> Table:
    """The accounts as their directory has them; without an identity where it says none."""
    rows, places = _places(accounts, renamed), _places(own, renamed)
    codes = np.append(own["value"].codes + 1, 0).astype(np.int32)[places]
    names = Column(codes[rows >= 0], Texts(("",)).joined(own["value"].values))
    return _with_identities(accounts, rows[rows >= 0], names)


def _with_identities(accounts: Table, rows: Rows, names: Column) -> Table:
    """The accounts with other identities in these rows."""
    values, places = added(accounts["identity"].values, names.values)
    codes = accounts["identity"].codes.copy()
    codes[rows] = places[names.codes]
    return Table(accounts.schema, {**accounts.columns, "identity": Column(codes, values)})


def _annex(reading: Reading, name: str) -> Table:
    return reading.tables[name] if name in reading.tables else Table.of(ANNEX[name], ())
