"""Whether a reading of a directory is believed to be whole.

A server that forgets a subtree, or shows less to the account that reads, answers with success and
fewer entries. So a reading is compared with the last good one before anything is concluded from
what it lacks (``docs/decisions/0010-a-reading-that-shrank-is-kept-out.md``).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.columns import Column, Table
from accessreview.model.refusal import Figures, Reason, ReasonKind
from accessreview.model.snapshot import SCHEMAS, TABLES, Count, Reading, Standing
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts
from accessreview.snapshot.canonical import canonical, column_digest
from accessreview.snapshot.tables import Rows, fields, rows_with

NOWHERE = frozenset({Standing.FOREIGN, Standing.ELSEWHERE, Standing.HIDDEN, Standing.DANGLING})
"""Members of these standings lead nowhere, once all readings are joined."""

_SOME = 5
"""A group of so many direct members does not lose all of them between two readings."""

_WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a reading may lack before it is kept out (``docs/reference/settings.md``).

    So few as ``drop_least`` accounts, groups or members that lead nowhere are never too many.
    """

    drop_percent: float = 10
    drop_least: int = 10
    unresolved_percent: float = 5
    canary_accounts: tuple[str, ...] = ()
    canary_groups: tuple[str, ...] = ()


def judge(
    reading: Reading, last: Reading | None, named: AbstractSet[str], thresholds: Thresholds
) -> tuple[Reason, ...]:
    """Why this reading is not believed to be whole; nothing if it is.

    Give readings that are joined with the others, ``last`` as the last good one of the source, and
    as ``named`` the principals that permissions give as groups, now or then (``named_groups``).
    """
    now = figures(reading.tables, reading.source.id)
    before = None if last is None else figures(last.tables, last.source.id)
    return (
        *(_nothing(now) if before is None else _fell(now, before, thresholds)),
        *(() if last is None else _lost_groups(reading, last, named)),
        *_canaries(reading, thresholds),
        *_unresolved(now, before, thresholds),
    )


def is_covered(reasons: Iterable[Reason], accepted: Collection[Reason]) -> bool:
    """Whether each reason was accepted before, and is no worse now than it was then."""
    known = {(reason.kind, reason.subject): reason.now for reason in accepted}
    return all(
        (reason.kind, reason.subject) in known
        and not _is_worse(reason, known[reason.kind, reason.subject])
        for reason in reasons
    )


def figures(tables: Mapping[str, Table], source: str) -> Figures:
    """What a source has in the tables of a reading or a snapshot, annex included."""
    memberships = _owned(tables, "members", source)
    standings = _outsiders(tables, source)
    return Figures(
        accounts=_owned(tables, "accounts", source),
        groups=_owned(tables, "groups", source),
        memberships=memberships,
        named=_counted(tables, source) or memberships + standings.total(),
        unresolved=sum(standings[standing] for standing in NOWHERE),
        entities=_owned(tables, "entities", source),
        permissions=_owned(tables, "permissions", source),
    )


def named_groups(permissions: Iterable[Table]) -> frozenset[str]:
    """The principals that permissions give as groups, without case."""
    return frozenset(
        principal.casefold()
        for table in permissions
        for principal in table["principal"].take(rows_with(table["is_group"], {"true"})).values
    )


def fingerprint(reading: Reading) -> str:
    """The same for readings with the same rows, whatever their order; without the annex."""
    tables = (canonical(_table(reading, name)) for name in TABLES)
    return sha256(
        canonical_json(
            {
                table.schema.name: [column_digest(table[name]) for name in table.schema.columns]
                for table in tables
            }
        )
    )


def _is_worse(reason: Reason, accepted: int) -> bool:
    if reason.kind is ReasonKind.UNRESOLVED:
        return reason.now > accepted
    return reason.now < accepted


def _nothing(now: Figures) -> Iterator[Reason]:
    if not now.accounts and not now.groups:
        sentence = "Neither an account nor a group was found."
        yield Reason(ReasonKind.ACCOUNTS_FELL, "", 0, 0, sentence)


def _fell(now: Figures, before: Figures, thresholds: Thresholds) -> Iterator[Reason]:
    for kind, what, number, then in (
        (ReasonKind.ACCOUNTS_FELL, "Accounts", now.accounts, before.accounts),
        (ReasonKind.GROUPS_FELL, "Groups", now.groups, before.groups),
    ):
        allowed = max(Fraction(thresholds.drop_least), then * _fraction(thresholds.drop_percent))
        if then - number > allowed or (then and not number):
            beyond = f", by more than {int(allowed)}" if number else ""
            sentence = f"{what} fell from {then} to {number}{beyond}."
            yield Reason(kind, "", then, number, sentence)


def _lost_groups(reading: Reading, last: Reading, named: AbstractSet[str]) -> Iterator[Reason]:
    before = _bearing(last, named)
    if not before:
        return
    now = _table(reading, "groups")
    there = set(now["id"].take(rows_with(now["id"], before)).values)
    sizes, sizes_before = (_direct_members(each, before) for each in (reading, last))
    for id_, name in sorted(before.items(), key=lambda group: (group[1], group[0])):
        which = f"The group “{name}”, which a permission names,"
        size = sizes_before[id_]
        if id_ not in there:
            sentence = f"{which} is no longer there (its id was {id_})."
            yield Reason(ReasonKind.GROUP_MISSING, id_, size, 0, sentence)
        elif size >= _SOME and not sizes[id_]:
            sentence = f"{which} fell from {size} direct members to none."
            yield Reason(ReasonKind.GROUP_EMPTIED, id_, size, 0, sentence)


def _bearing(reading: Reading, named: AbstractSet[str]) -> dict[str, str]:
    """The groups that bear permissions: their names by their ids."""
    names, groups = _table(reading, "principal_names"), _table(reading, "groups")
    if not named or not len(names):
        return {}
    ids = set(names["id"].take(_rows_named(names["name"], named)).values)
    return {id_: name for _, id_, name in fields(groups, rows_with(groups["id"], ids))}


def _direct_members(reading: Reading, groups: Collection[str]) -> Counter[str]:
    members = _table(reading, "members")["group"]
    return Counter(members.take(rows_with(members, groups)))


def _canaries(reading: Reading, thresholds: Thresholds) -> Iterator[Reason]:
    for kind, table, column, wanted, what in (
        (ReasonKind.CANARY_ACCOUNT, "accounts", "login", thresholds.canary_accounts, "account"),
        (ReasonKind.CANARY_GROUP, "groups", "name", thresholds.canary_groups, "group"),
    ):
        found = _names(reading, table, column, {name.casefold() for name in wanted})
        for name in wanted:
            if name.casefold() not in found:
                sentence = f"The {what} “{name}”, which must always be found, was not."
                yield Reason(kind, name, 1, 0, sentence)


def _names(reading: Reading, table: str, column: str, wanted: AbstractSet[str]) -> set[str]:
    """Those of the wanted names that an account or group has, by itself or as a principal."""
    if not wanted:
        return set()
    objects, names = _table(reading, table), _table(reading, "principal_names")
    own = objects[column].take(_rows_named(objects[column], wanted)).values
    rows = [*fields(names, _rows_named(names["name"], wanted))]
    ids = {id_ for _, id_, _ in rows}
    there = set(objects["id"].take(rows_with(objects["id"], ids)).values)
    return {name.casefold() for name in (*own, *(name for _, id_, name in rows if id_ in there))}


def _rows_named(column: Column, wanted: AbstractSet[str]) -> Rows:
    """The rows with one of these values, which are without case."""
    index = TextIndex(Texts(sorted(wanted)))
    return np.flatnonzero(index.find(column.values.casefold())[column.codes] >= 0)


def _unresolved(now: Figures, before: Figures | None, thresholds: Thresholds) -> Iterator[Reason]:
    share, then = _share(now), Fraction(0) if before is None else _share(before)
    limit = _fraction(thresholds.unresolved_percent)
    allowed = limit + then if then > limit else limit
    if share > allowed and now.unresolved > thresholds.drop_least:
        sentence = (
            f"{now.unresolved} of {now.named} members lead nowhere, more than the "
            f"{float(allowed * 100):.4g} % that are allowed."
        )
        yield Reason(
            ReasonKind.UNRESOLVED, "", _of_ten_thousand(then), _of_ten_thousand(share), sentence
        )


def _share(some: Figures) -> Fraction:
    return Fraction(some.unresolved, some.named) if some.named else Fraction(0)


def _of_ten_thousand(share: Fraction) -> int:
    return -int(-share * _WHOLE // 1)  # rounded up


def _fraction(percent: float) -> Fraction:
    return Fraction(str(percent)) / 100


def _table(reading: Reading, name: str) -> Table:
    found = reading.tables.get(name)
    return Table.of(SCHEMAS[name], ()) if found is None else found


def _owned(tables: Mapping[str, Table], name: str, source: str) -> int:
    if name not in tables:
        return 0
    table = tables[name]
    owner = table[table.schema.columns[0]]  # every schema begins with the source of the row
    return len(rows_with(owner, {source}))


def _outsiders(tables: Mapping[str, Table], source: str) -> Counter[str]:
    if "outsiders" not in tables:
        return Counter()
    table = tables["outsiders"]
    return Counter(table["standing"].take(rows_with(table["source"], {source})))


def _counted(tables: Mapping[str, Table], source: str) -> int:
    """How many members the source itself named; 0 where it did not count them."""
    if "counts" not in tables:
        return 0
    table = tables["counts"]
    return sum(
        int(number)
        for owner, what, number in table.rows()
        if owner == source and what == Count.NAMED and number.isdecimal()
    )
