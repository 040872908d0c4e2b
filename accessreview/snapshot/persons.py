"""Accounts of several directories joined to one person: by rule, and never by guess.

An explicit mapping comes first, then what each directory says (its identity attributes and its
pattern of administrators' accounts), then equal values of attributes. What could be several persons
stays apart and is listed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import ANNEX, SCHEMAS, Joined, Reading
from accessreview.snapshot.gaps import Gaps, without
from accessreview.snapshot.joins import as_read, shares, with_joins
from accessreview.snapshot.owners import Flags, Numbers, Owners, distinct
from accessreview.snapshot.sharing import Shared, Verdict, judge
from accessreview.snapshot.tables import rows_with, stacked

_UNKNOWN = "The mapping of persons names accounts that were not read"
_SEVERAL = "The mapping of persons names logins that several accounts have; name each by its id"
_PERSONS = "they are different persons by an attribute or the mapping"
_TWICE = "one person would have two accounts of one directory"
_NAMED = "the mapping names it"
_THROUGH = "through another account of the person"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PersonMapping:
    """``account`` of ``source``, an id or a login, belongs to ``identity``, whatever else is."""

    source: str
    account: str
    identity: str


@dataclass(frozen=True, slots=True)
class PersonRules:
    """``join_by`` are keys of ``person_keys`` whose equal values join; the first ones first."""

    join_by: tuple[str, ...] = ()
    mapping: tuple[PersonMapping, ...] = ()


def join_persons(readings: Sequence[Reading], rules: PersonRules) -> list[Reading]:
    """Give the accounts of one person one identity, and say in ``joins`` by what.

    Joining again changes nothing, and neither the order of readings nor of rows matters. Service
    accounts are joined by the mapping alone.
    """
    plain = [_without_notes(as_read(reading)) for reading in readings]
    directories = [reading for reading in plain if "accounts" in reading.tables]
    if not directories or not (rules.join_by or rules.mapping):
        return plain
    joining = _Joining(directories)
    notes = joining.map(rules.mapping)
    joining.share(rules.join_by)
    joins = joining.joins()
    return [_noted(with_joins(reading, joins), notes) for reading in plain]


class _Joining:
    """The joining of all accounts, step by step; accounts are their rows in one table of all."""

    def __init__(self, directories: Sequence[Reading]) -> None:
        self._owners = Owners(_stacked("accounts", directories))
        self._accounts = self._owners.accounts
        self._keys = _stacked("person_keys", directories)
        self._mapped: Mapping[int, str] = {}
        self._verdicts: list[tuple[str, Verdict]] = []
        self._before = self._owners.of

    def map(self, mapping: Sequence[PersonMapping]) -> Mapping[str, Gaps]:
        """Give accounts to the identities that the mapping names; says what it names in vain."""
        own = self._owners.of
        assigned, notes = _assigned(self._accounts, mapping)
        self._owners.assign(assigned)
        self._before = self._owners.of
        explicit = {row for row, _ in assigned}
        self._mapped = {
            row: _NAMED if row in explicit else _THROUGH
            for row in {*explicit, *np.flatnonzero(own != self._before).tolist()}
        }
        return notes

    def share(self, attributes: Iterable[str]) -> None:
        """Join by equal values of each attribute in turn."""
        for attribute in dict.fromkeys(name.lower() for name in attributes):
            shared = Shared.of(self._accounts, self._keys, attribute).between(self._owners)
            self._verdicts.append((attribute, judge(shared, self._owners)))

    def joins(self) -> Table:
        """What follows for each account concerned: rows of ``joins``."""
        found: dict[int, tuple[str, str]] = {}
        for row, detail in self._ambiguous():
            found[row] = (Joined.AMBIGUOUS.value, detail)
        linked, by_value = dict(self._linked()), Joined.OTHER_SOURCE.value
        for row in np.flatnonzero(self._joined()).tolist():
            found[row] = (by_value, linked.get(row, _THROUGH))
        for row, detail in self._mapped.items():
            found[row] = (Joined.MAPPING.value, detail)
        rows = np.array([*found], dtype=np.int64)
        return Table(
            ANNEX["joins"],
            {
                "source": self._accounts["source"].take(rows),
                "id": self._accounts["id"].take(rows),
                "identity": self._owners.names(self._owners.of[rows]),
                "by": Column.of(by for by, _ in found.values()),
                "detail": Column.of(detail for _, detail in found.values()),
            },
        )

    def _joined(self) -> Flags:
        """The accounts of persons who were put together from several by shared values."""
        width = len(self._owners.settled)
        after = distinct(self._owners.of * width + self._before) // width
        together = np.bincount(after, minlength=width) > 1
        return together[self._owners.of] & ~self._owners.settled[self._before]

    def _linked(self) -> Iterator[tuple[int, str]]:
        """The value by which an account was joined, the first one last."""
        for attribute, verdict in reversed(self._verdicts):
            for row, value, others in self._with_others(verdict.joining):
                yield row, f"{attribute} {value}, as {others}"

    def _ambiguous(self) -> Iterator[tuple[int, str]]:
        """The value by which an account may not be joined, the first one last."""
        for attribute, verdict in reversed(self._verdicts):
            for shared, why in ((verdict.twice, _TWICE), (verdict.persons, _PERSONS)):
                open_ = shared.between(self._owners)
                for row, value, others in self._with_others(open_):
                    yield row, shares(f"{attribute} {value} with {others}: {why}")

    def _with_others(self, shared: Shared) -> Iterator[tuple[int, str, str]]:
        """Each account with a value, and who else has it; the first value of an account last."""
        login, source = (self._accounts[name].take(shared.rows) for name in ("login", "source"))
        pairs = zip(shared.rows.tolist(), login, source, strict=True)
        named = [(row, f"{called} ({of})") for row, called, of in pairs]
        starts = np.flatnonzero(np.diff(shared.numbers, prepend=-1)).tolist()
        for start, end in reversed([*pairwise([*starts, len(named)])]):
            value = shared.values[int(shared.numbers[start])]
            for row, _ in named[start:end]:
                shown = named[start : min(end, start + _SHOWN + 1)]
                others = [name for other, name in shown if other != row][:_SHOWN]
                more = end - start - 1 - len(others)
                yield row, value, ", ".join(others) + (f" and {more} more" if more else "")


def _assigned(
    accounts: Table, mapping: Sequence[PersonMapping]
) -> tuple[list[tuple[int, str]], Mapping[str, Gaps]]:
    """The accounts that the mapping names; and by source, what it names in vain."""
    wanted = {entry.account.casefold() for entry in mapping}
    meant: dict[tuple[str, str], list[int]] = {}
    for row in _called_so(accounts, wanted).tolist():
        source, id_, login = (accounts[name][row] for name in ("source", "id", "login"))
        for name in {f"id {id_}", f"login {login}", f"folded {login.casefold()}"}:
            meant.setdefault((source, name), []).append(row)
    assigned: list[tuple[int, str]] = []
    in_vain: list[tuple[str, str, str]] = []
    for entry in mapping:
        names = (f"id {entry.account}", f"login {entry.account}")
        tried = (*names, f"folded {entry.account.casefold()}")
        rows = next((meant[key] for name in tried if (key := (entry.source, name)) in meant), [])
        if len(rows) == 1:
            assigned.append((rows[0], entry.identity))
        else:
            what = _SEVERAL if rows else _UNKNOWN
            in_vain.append((entry.source, entry.account, what))
    notes: dict[str, Gaps] = {}
    for source, account, what in sorted(in_vain):
        notes.setdefault(source, Gaps()).add(what, account)
    return assigned, notes


def _called_so(accounts: Table, wanted: set[str]) -> Numbers:
    """The accounts whose id or login is wanted, whatever the case."""
    if not wanted:
        return np.zeros(0, dtype=np.int64)
    found = [
        rows_with(accounts[name], {v for v in accounts[name].values if v.casefold() in wanted})
        for name in ("id", "login")
    ]
    return np.union1d(*found)


def _stacked(name: str, readings: Sequence[Reading]) -> Table:
    tables = [reading.tables[name] for reading in readings if name in reading.tables]
    return stacked(SCHEMAS[name], tables)


def _without_notes(reading: Reading) -> Reading:
    gaps = without(reading.source.gaps, (_UNKNOWN, _SEVERAL))
    if gaps == reading.source.gaps:
        return reading
    return Reading(replace(reading.source, gaps=gaps), reading.tables)


def _noted(reading: Reading, notes: Mapping[str, Gaps]) -> Reading:
    if reading.source.id not in notes:
        return reading
    gaps = (*reading.source.gaps, *notes[reading.source.id].sentences())
    return Reading(replace(reading.source, gaps=gaps), reading.tables)
