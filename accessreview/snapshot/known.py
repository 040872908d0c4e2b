"""Accounts and groups of all readings, found by what other directories call them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from accessreview.model.columns import Table
from accessreview.model.dn import canonical
from accessreview.model.snapshot import Reading
from accessreview.snapshot.tables import fields, rows_with

Ref = tuple[str, str]
"""A source and the id of an account or group in it."""

_PRINCIPALS = ("accounts", "groups")
_HISTORY = "sid-history"


def id_key(value: str) -> str:
    """What spellings of one SID or UUID have in common."""
    return value.strip().casefold()


def name_key(value: str) -> str:
    """What spellings of one distinguished name have in common; empty for what is none."""
    try:
        return canonical(value)
    except ValueError:
        return ""


def principal_key(value: str) -> str:
    r"""What spellings of one ``DOMAIN\name`` or ``name@domain`` have in common; else empty."""
    return value.strip().casefold() if "\\" in value or "@" in value else ""


def domain_of(sid: str) -> str:
    """A SID without its last part, which numbers the object in its domain."""
    return id_key(sid).rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Known:
    """Who is meant by each key that was looked for.

    ``former`` are those that had the SID before they were moved from another domain; they count as
    much as whoever has it today, because their tokens still hold it.
    """

    present: dict[str, set[Ref]] = field(default_factory=dict)
    former: dict[str, set[Ref]] = field(default_factory=dict)

    def refs(self, key: str) -> tuple[Ref, ...]:
        return tuple(sorted(self.present.get(key, set()) | self.former.get(key, set())))


def find(
    readings: Iterable[Reading],
    ids: Collection[str],
    names: Collection[str],
    principals: Collection[str] = (),
) -> Known:
    """Look for keys in all readings at once.

    They are those of ids (``id_key``), names (``name_key``) and principals (``principal_key``).
    """
    known = Known()
    for reading in readings:
        for table in _tables(reading, *_PRINCIPALS):
            for source, id_, *_ in _matching(table, "id", id_key, ids):
                known.present.setdefault(id_key(id_), set()).add((source, id_))
        for table in _tables(reading, "identifiers"):
            for source, id_, scheme, value in _matching(table, "value", id_key, ids):
                by_key = known.former if scheme == _HISTORY else known.present
                by_key.setdefault(id_key(value), set()).add((source, id_))
        for table in _tables(reading, "locators"):
            for source, id_, locator in _matching(table, "locator", name_key, names):
                known.present.setdefault(name_key(locator), set()).add((source, id_))
        for table in _tables(reading, "principal_names"):
            for source, id_, name in _matching(table, "name", principal_key, principals):
                known.present.setdefault(principal_key(name), set()).add((source, id_))
    return known


def present(readings: Iterable[Reading], wanted: Collection[Ref]) -> set[Ref]:
    """Those of the accounts and groups wanted that are among the rows."""
    ids = {id_ for _, id_ in wanted}
    found = {
        (row[0], row[1])
        for reading in readings
        for table in _tables(reading, *_PRINCIPALS)
        for row in fields(table, rows_with(table["id"], ids))
    }
    return found & set(wanted)


def sources_of_domains(
    readings: Iterable[Reading], domains: Collection[str]
) -> dict[str, set[str]]:
    """The names of the sources whose accounts or groups have SIDs of these domains."""
    found: dict[str, set[str]] = {}
    for reading in readings:
        for value in _own_ids(reading):
            if (domain := domain_of(value)) in domains:
                found.setdefault(domain, set()).add(reading.source.name)
    return found


def sources_with_uuids(readings: Iterable[Reading]) -> set[str]:
    """The ids of the sources that others know by UUID: not those that they know by SID."""
    return {
        reading.source.id for reading in readings if any(map(is_uuid, _values_of_no_sid(reading)))
    }


def is_uuid(value: str) -> bool:
    """Whether it is written like ``entryUUID``: 32 hexadecimal digits in five parts."""
    parts = value.split("-")
    return [*map(len, parts)] == [8, 4, 4, 4, 12] and all(
        character in "0123456789abcdefABCDEF" for part in parts for character in part
    )


def _own_ids(reading: Reading) -> Iterator[str]:
    """All that its accounts and groups are known by today."""
    for table in _tables(reading, *_PRINCIPALS):
        yield from table["id"].values
    for table in _tables(reading, "identifiers"):
        current = {scheme for scheme in table["scheme"].values if scheme != _HISTORY}
        yield from table["value"].take(rows_with(table["scheme"], current)).values


def _values_of_no_sid(reading: Reading) -> Iterator[str]:
    """What accounts and groups are known by whose id is no SID."""
    for table in _tables(reading, *_PRINCIPALS, "identifiers"):
        others = {id_ for id_ in table["id"].values if not id_.startswith("S-1-")}
        column = table["value" if "value" in table.columns else "id"]
        yield from column.take(rows_with(table["id"], others)).values


def _matching(
    table: Table, column: str, key: Callable[[str], str], wanted: Collection[str]
) -> Sequence[tuple[str, ...]]:
    """The rows whose value has a wanted key; no key is made when none is wanted."""
    if not wanted:
        return ()
    values = {value for value in table[column].values if key(value) in wanted}
    return tuple(fields(table, rows_with(table[column], values)))


def _tables(reading: Reading, *names: str) -> Iterator[Table]:
    for name in names:
        if name in reading.tables:
            yield reading.tables[name]
