"""Whether a reading of a vCenter or a host shows all that the last good one did.

A vCenter answers with success and shows less to an account that lost its sight of a subtree. So
counts are compared by datacenter and type, and whole subtrees that are gone are named
(``docs/decisions/0010-a-reading-that-shrank-is-kept-out.md``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from accessreview.model.columns import Table
from accessreview.model.refusal import Reason, ReasonKind
from accessreview.model.snapshot import ANNEX, Coverage, Reading
from accessreview.snapshot.completeness import Thresholds

_CONTAINERS = frozenset(
    {
        *("Folder", "Datacenter", "ComputeResource", "ClusterComputeResource"),
        *("ResourcePool", "VirtualApp", "StoragePod"),
    }
)
"""Machines with permissions of their own are deleted every day, these are not."""


@dataclass(frozen=True, slots=True)
class _Entity:
    type: str
    name: str
    parents: tuple[str, ...]


def judge_inventory(
    reading: Reading, last: Reading | None, thresholds: Thresholds
) -> tuple[Reason, ...]:
    """Why this reading is not believed to be whole; nothing if it is, or is the first one."""
    if last is None:
        return ()
    now, then = _entities(reading), _entities(last)
    return (
        *_fell(now, then, thresholds),
        *_subtrees(now, then, _bearing(last), thresholds),
        *_permissions(reading, last, thresholds),
    )


def doubted(reading: Reading, reasons: tuple[Reason, ...], how_to_accept: str) -> Reading:
    """The reading as partial, with the reasons among its gaps and its blind spots."""
    source = reading.source
    gaps = (*source.gaps, *(reason.sentence for reason in reasons), how_to_accept)
    return Reading(
        replace(source, coverage=Coverage.PARTIAL, gaps=gaps),
        {**reading.tables, "blind_spots": _with_spots(reading, reasons)},
    )


def _with_spots(reading: Reading, reasons: tuple[Reason, ...]) -> Table:
    found = {row[1]: [row[2]] for row in _rows(reading, "blind_spots")}
    for reason in reasons:
        if reason.subject:
            found.setdefault(reason.subject.partition("/")[0], []).append(reason.sentence)
    rows = [(reading.source.id, entity, "; ".join(why)) for entity, why in found.items()]
    return Table.of(ANNEX["blind_spots"], rows)


def _entities(reading: Reading) -> dict[str, _Entity]:
    return {
        id_: _Entity(type_, name, tuple(filter(None, parents)))
        for _, id_, type_, name, *parents in (row[:6] for row in _rows(reading, "entities"))
    }


def _bearing(reading: Reading) -> frozenset[str]:
    """The entities that have permissions of their own."""
    return frozenset(row[1] for row in _rows(reading, "permissions"))


def _rows(reading: Reading, name: str) -> Iterator[tuple[str, ...]]:
    """Those of a table that a reading may leave out."""
    if name in reading.tables:
        yield from reading.tables[name].rows()


def _fell(
    now: Mapping[str, _Entity], then: Mapping[str, _Entity], thresholds: Thresholds
) -> Iterator[Reason]:
    counts = _by_datacenter(now)
    for (datacenter, type_), before in sorted(_by_datacenter(then).items()):
        number = counts[datacenter, type_]
        allowed = _allowed(before, thresholds)
        if before - number > allowed:
            where = f"Below the datacenter “{then[datacenter].name}”" if datacenter else "Elsewhere"
            sentence = (
                f"{where} there were {before} of type {type_}, and now are {number}: less by more"
                f" than {int(allowed)}."
            )
            subject = f"{datacenter}/{type_}" if datacenter else f"/{type_}"
            yield Reason(ReasonKind.ENTITIES_FELL, subject, before, number, sentence)


def _by_datacenter(entities: Mapping[str, _Entity]) -> Counter[tuple[str, str]]:
    known: dict[str, str] = {}
    for id_ in entities:
        above = [id_]
        while above[-1] not in known and above[-1] in entities:
            one = entities[above[-1]]
            if one.type == "Datacenter":
                known[above[-1]] = above[-1]
            elif not one.parents or len(above) > len(entities):
                known[above[-1]] = ""
            else:
                above.append(one.parents[0])
        datacenter = known.get(above[-1], "")
        known.update(dict.fromkeys(above, datacenter))
    return Counter((known[id_], one.type) for id_, one in entities.items())


def _subtrees(
    now: Mapping[str, _Entity],
    then: Mapping[str, _Entity],
    bearing: frozenset[str],
    thresholds: Thresholds,
) -> Iterator[Reason]:
    """Containers that are gone with what was below them, or with permissions."""
    lost = {id_: one for id_, one in then.items() if id_ not in now}
    below: dict[str, list[str]] = {}
    for id_, one in lost.items():
        for parent in one.parents:
            below.setdefault(parent, []).append(id_)
    for id_, one in sorted(lost.items()):
        if one.type not in _CONTAINERS or any(parent in lost for parent in one.parents):
            continue
        within = _within(id_, below)
        bears = any(each in bearing and lost[each].type in _CONTAINERS for each in within)
        if not bears and len(within) <= thresholds.drop_least:
            continue
        more = f", with {len(within) - 1} more below it" if len(within) > 1 else ""
        which = f"The {one.type} “{one.name}” ({id_}) is not shown any more{more}"
        sentence = f"{which}{'; permissions stood there' if bears else ''}."
        yield Reason(ReasonKind.SUBTREE_MISSING, id_, len(within), 0, sentence)


def _within(top: str, below: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    nearest = [top]
    while nearest:
        one = nearest.pop()
        if one not in found:
            found.add(one)
            nearest += below.get(one, ())
    return found


def _permissions(reading: Reading, last: Reading, thresholds: Thresholds) -> Iterator[Reason]:
    now, before = (len([*_rows(each, "permissions")]) for each in (reading, last))
    allowed = _allowed(before, thresholds)
    if before - now > allowed:
        sentence = f"Permissions fell from {before} to {now}, by more than {int(allowed)}."
        yield Reason(ReasonKind.PERMISSIONS_FELL, "", before, now, sentence)


def _allowed(before: int, thresholds: Thresholds) -> Fraction:
    percent = Fraction(str(thresholds.drop_percent)) / 100
    return max(Fraction(thresholds.drop_least), before * percent)
