"""Members that lie in another directory, found there.

A group names members of other directories by SID, by UUID or by name. What another
reading knows by it becomes a member; what nobody knows stays an outsider, and lowers the coverage
of the group's source where somebody whom we know may be behind it
(``docs/decisions/0009-what-lies-in-another-directory.md``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from accessreview.model.columns import Table
from accessreview.model.snapshot import SCHEMAS, Coverage, Reading, Standing
from accessreview.snapshot.gaps import Gaps, without
from accessreview.snapshot.known import (
    Known,
    Ref,
    domain_of,
    find,
    id_key,
    is_uuid,
    name_key,
    principal_key,
    sources_of_domains,
    sources_with_uuids,
)
from accessreview.snapshot.responsibles import find_responsibles
from accessreview.snapshot.tables import extended, fields, only, rows_with

WAYS = {Standing.FOREIGN: "foreign", Standing.ELSEWHERE: "other-source"}
"""By what somebody is a member who was an outsider of this standing before."""

_OUTSIDE = (
    "A member lies outside what is read of all directories, so who it is is not known; add a source"
    " or a base for it"
)
_MISSING = (
    "A member's domain is read, but the member was not found there: it was deleted, or is hidden"
    " from the account that reads; take it out of its group, or let the account read it"
)
_NO_UUID = (
    "A member was found in no directory that knows its entries by UUID: it was deleted, or is"
    " hidden from the account that reads; take it out of its group, or let the account read it"
)
_UNREAD = (
    "Members belong to domains that no source reads; add a source for a domain to see who they are"
)
_SEVERAL = "A member fits several accounts or groups, and all of them count"
_COMPUTED = (_OUTSIDE, _MISSING, _NO_UUID, _UNREAD)
"""What is said anew each time; what was said of members that were found stays true."""

_OF_EVERY_DOMAIN = "s-1-5-32-"
"""SIDs such as that of the built-in administrators, which mean another group in each domain."""

_BY_UUID = "a directory that names its entries by UUID"


def join(readings: Sequence[Reading]) -> list[Reading]:
    """Make members of the outsiders that some reading knows; say of the others what they mean.

    Managers and owners who are known by name alone are found in the same way.

    Joining again changes nothing, and the order of the readings does not matter. ``members`` and
    ``ways`` only grow.
    """
    found = _known(readings)
    left = [_Joined.of(reading, found) for reading in readings]
    unread = {
        domain_of(outsider.member) for one in left for outsider in one.outsiders if outsider.is_sid
    }
    hides = _Hides(
        sources_of_domains(readings, unread) if unread else {},
        sources_with_uuids(readings) if any(one.names_by_uuid for one in left) else set(),
    )
    return find_responsibles([_told(one, hides) for one in left])


@dataclass(frozen=True, slots=True, order=True)
class _Outsider:
    group: str
    member: str
    standing: Standing

    @property
    def key(self) -> str:
        """What to look for; empty where nothing can be found by it."""
        if self.standing is Standing.ELSEWHERE:
            return name_key(self.member) or self.principal
        key = id_key(self.member)
        return "" if key.startswith(_OF_EVERY_DOMAIN) else key

    @property
    def principal(self) -> str:
        """What to look for by the name that a vCenter has for it; empty for all others."""
        is_name = self.standing is not Standing.ELSEWHERE or bool(name_key(self.member))
        return "" if is_name else principal_key(self.member)

    @property
    def is_uuid(self) -> bool:
        return self.standing is Standing.FOREIGN and is_uuid(self.member.strip())

    @property
    def is_sid(self) -> bool:
        return self.standing is Standing.FOREIGN and bool(self.key) and not self.is_uuid


@dataclass(frozen=True, slots=True)
class _Hides:
    """Where somebody known may be behind a SID or UUID that was not found."""

    domains: Mapping[str, set[str]]
    by_uuid: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class _Joined:
    """A reading with its new members; ``outsiders`` are those that nobody knows."""

    reading: Reading
    outsiders: tuple[_Outsider, ...]
    several: tuple[tuple[_Outsider, tuple[Ref, ...]], ...]

    @property
    def names_by_uuid(self) -> bool:
        return any(one.is_uuid for one in self.outsiders)

    @classmethod
    def of(cls, reading: Reading, known: Known) -> "_Joined":
        refs = {one: known.refs(one.key) for one in _outsiders(reading)}
        met = {one: those for one, those in refs.items() if those}
        return cls(
            _with_members(reading, met) if met else reading,
            tuple(sorted(one for one, those in refs.items() if not those)),
            tuple(sorted((one, those) for one, those in met.items() if len(those) > 1)),
        )


def _outsiders(reading: Reading) -> Iterator[_Outsider]:
    """Those that may be known elsewhere."""
    table = reading.tables.get("outsiders")
    if table is None:
        return
    for _, group, member, standing, _ in fields(table, rows_with(table["standing"], WAYS)):
        yield _Outsider(group, member, Standing(standing))


def _known(readings: Iterable[Reading]) -> Known:
    readings = tuple(readings)
    wanted = [one for reading in readings for one in _outsiders(reading)]
    return find(
        readings,
        {one.key for one in wanted if one.standing is Standing.FOREIGN} - {""},
        {name_key(one.member) for one in wanted if one.standing is Standing.ELSEWHERE} - {""},
        {one.principal for one in wanted} - {""},
    )


def _with_members(reading: Reading, met: Mapping[_Outsider, tuple[Ref, ...]]) -> Reading:
    source, outsiders = reading.source.id, reading.tables["outsiders"]
    gone = {(one.group, one.member) for one in met}
    keep = np.array([(row[1], row[2]) not in gone for row in outsiders.rows()], dtype=bool)
    rows = [
        (source, one.group, *ref, WAYS[one.standing]) for one, refs in met.items() for ref in refs
    ]
    return Reading(
        reading.source,
        {
            **reading.tables,
            "outsiders": only(outsiders, keep),
            "members": _added(reading, "members", [row[:4] for row in rows]),
            "ways": _added(reading, "ways", rows),
        },
    )


def _added(reading: Reading, name: str, rows: Iterable[tuple[str, ...]]) -> Table:
    """The table with those rows that it does not have yet."""
    table = reading.tables.get(name)
    if table is None:
        table = Table.of(SCHEMAS[name], ())
    new = dict.fromkeys(rows)
    members = {row[3] for row in new}
    for row in fields(table, rows_with(table["member"], members)):
        new.pop(row, None)
    return extended(table, new)


def _told(joined: _Joined, hides: _Hides) -> Reading:
    """The reading with sentences on what is left, in place of those of an earlier joining."""
    source = joined.reading.source
    gaps, notes = _missing(joined, hides)
    told = replace(
        source,
        coverage=Coverage.PARTIAL if gaps else source.coverage,
        gaps=(*without(source.gaps, _COMPUTED), *_ambiguous(joined), *gaps, *notes),
    )
    return Reading(told, joined.reading.tables)


def _missing(joined: _Joined, hides: _Hides) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences on those whom nobody knows: what lowers the coverage, and what does not."""
    gaps, notes = Gaps(), Gaps()
    names, by_uuid = _names(joined), hides.by_uuid - {joined.reading.source.id}
    unread: dict[str, list[str]] = {}
    for one in joined.outsiders:
        case = f"{one.member} in {names.get(one.group, one.group)}"
        where = hides.domains.get(domain_of(one.member), ()) if one.is_sid else ()
        if one.standing is Standing.ELSEWHERE:
            gaps.add(_OUTSIDE, case)
        elif one.is_uuid and by_uuid:
            gaps.add(_NO_UUID, case)
        elif where:
            gaps.add(_MISSING, f"{case}, not in {', '.join(sorted(where))}")
        else:
            domain = _BY_UUID if one.is_uuid else one.member.rpartition("-")[0]
            unread.setdefault(domain, []).append(case)
    for domain, cases in sorted(unread.items()):
        notes.add(_UNREAD, f"{domain} ({len(cases)}, such as {cases[0]})")
    return gaps.sentences(), notes.sentences()


def _ambiguous(joined: _Joined) -> tuple[str, ...]:
    notes, names = Gaps(), _names(joined)
    for one, refs in joined.several:
        shown = ", ".join(f"{source}/{id_}" for source, id_ in refs)
        notes.add(_SEVERAL, f"{one.member} in {names.get(one.group, one.group)} is {shown}")
    return notes.sentences()


def _names(joined: _Joined) -> dict[str, str]:
    """Of the groups that are spoken of."""
    spoken = {one.group for one in (*joined.outsiders, *(one for one, _ in joined.several))}
    groups = joined.reading.tables.get("groups")
    if groups is None or not spoken:
        return {}
    return {id_: name for _, id_, name in fields(groups, rows_with(groups["id"], spoken))}
