"""Names of permissions that mean another object than in an earlier snapshot, or none any more.

A vCenter stores a principal's name and compares names when somebody signs in. Whoever is given the
name of a group that was deleted is given its permissions as well, and nobody granted them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.analysis.bearing import Bearer, Bearers
from accessreview.analysis.concerned import annex
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Keys
from accessreview.analysis.principals import resolve_principals
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.snapshot import Snapshot
from accessreview.snapshot.known import is_uuid
from accessreview.snapshot.tables import fields, rows_with

Ref = tuple[str, str]
"""A source and the id of an account or group in it."""

_HISTORY = "sid-history"


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """What the principals of each vCenter meant at a time: names without case, objects by id.

    ``marks`` are ids of these objects that no other object ever has, whoever reads it;
    ``history`` are SIDs that they had in another domain.
    """

    taken_at: datetime
    objects: Mapping[tuple[str, str, bool], tuple[Ref, ...]]
    marks: Mapping[Ref, frozenset[str]]
    history: Mapping[Ref, frozenset[str]]


def meanings(snapshot: Snapshot) -> Meanings:
    """Look up whom the permissions of a snapshot name."""
    tables = {False: snapshot["accounts"], True: snapshot["groups"]}
    keys = (Keys(table["source"], table["id"]) for table in tables.values())
    permissions = snapshot["permissions"]
    found = resolve_principals(permissions, snapshot["principal_names"], *keys)
    objects = {
        (vcenter, found.names[number], found.is_group[number]): tuple(
            (table["source"][row], table["id"][row]) for row in found.matches[number]
        )
        for vcenter, number in dict.fromkeys(
            zip(permissions["source"], found.of_permission.tolist(), strict=True)
        )
        for table in (tables[found.is_group[number]],)
    }
    refs = {ref for some in objects.values() for ref in some}
    return Meanings(snapshot.taken_at, objects, *_marks(snapshot, refs))


def changed_hands(
    estate: Estate, bearers: Bearers, now: Meanings, before: Meanings
) -> Iterator[Observation]:
    """Principals that meant something else before, and those whose object has another name now."""
    for vcenter, some in bearers.by_vcenter.items():
        for one in some.values():
            key = vcenter, estate.principals.names[one.principal], one.is_group
            old, new = before.objects.get(key, ()), now.objects[key]
            gone = tuple(ref for ref in old if not _is_any_of(before, ref, now, new))
            come = tuple(ref for ref in new if not _is_any_of(now, ref, before, old))
            if gone and come:
                history = any(
                    now.history[ref] & before.marks[each] for ref in come for each in gone
                )
                yield _another(estate, one, gone, come, before.taken_at, moved=history)
            elif gone and any(_name(estate, ref, one) for ref in gone):
                yield _renamed(estate, one, gone, before.taken_at)


def _is_any_of(one: Meanings, ref: Ref, others: Meanings, refs: Sequence[Ref]) -> bool:
    """Whether an object is one of those, of another snapshot."""
    marks = one.marks[ref]
    return any(
        bool(marks & others.marks[each]) if marks and others.marks[each] else ref == each
        for each in refs
    )


def _another(  # noqa: PLR0913 - what changed, when, and how
    estate: Estate,
    one: Bearer,
    gone: Sequence[Ref],
    come: Sequence[Ref],
    then: datetime,
    *,
    moved: bool,
) -> Observation:
    names = sorted(name for ref in gone if (name := _name(estate, ref, one)))
    former = f"is called {', '.join(names)} now" if names else "is gone"
    detail = (
        f"On {then:%Y-%m-%d} the name meant another {_kind(one)}, which {former}. vCenter goes by "
        "the name: what was granted to the former holds for the present one."
    )
    if moved:
        detail += (
            " The present one has the former's SID in its history: it was moved from another "
            "domain, or was given that."
        )
    concerned = (
        *(Concerned(*ref, _name(estate, ref, one) or ref[1], "meant before") for ref in gone),
        *(Concerned(*ref, _name(estate, ref, one), "meant now") for ref in come),
    )
    return one.observed(ObservationKind.ANOTHER_OBJECT, detail, concerned)


def _renamed(estate: Estate, one: Bearer, gone: Sequence[Ref], then: datetime) -> Observation:
    named = [(ref, name) for ref in gone if (name := _name(estate, ref, one))]
    names = ", ".join(sorted(name for _, name in named))
    return one.observed(
        ObservationKind.RENAMED,
        f"The {_kind(one)} that the name meant on {then:%Y-%m-%d} is called {names} now. vCenter "
        "goes by the name: the permission matches nobody, until somebody is given that name.",
        tuple(Concerned(*ref, name) for ref, name in named),
    )


def _name(estate: Estate, ref: Ref, one: Bearer) -> str:
    """What an object is called today; empty where it is not there any more."""
    keys, table, column = (
        (estate.group_keys, "groups", "name")
        if one.is_group
        else (estate.account_keys, "accounts", "login")
    )
    row = keys.row(*ref)
    return "" if row is None else estate.snapshot[table][column][row]


def _kind(one: Bearer) -> str:
    return "group" if one.is_group else "account"


def _marks(
    snapshot: Snapshot, refs: set[Ref]
) -> tuple[Mapping[Ref, frozenset[str]], Mapping[Ref, frozenset[str]]]:
    """Of these objects, what nobody else is called today, and what they were called elsewhere."""
    marks: dict[Ref, set[str]] = {ref: set() for ref in refs}
    history: dict[Ref, set[str]] = {ref: set() for ref in refs}
    for source, id_ in refs:
        if id_.startswith("S-1-5-21-") or is_uuid(id_):
            marks[source, id_].add(id_.casefold())
    table = annex(snapshot, "identifiers")
    for source, id_, scheme, value in fields(table, rows_with(table["id"], {r[1] for r in refs})):
        if (source, id_) in refs:
            kept = history if scheme == _HISTORY else marks
            kept[source, id_].add(value.casefold())
    return tuple(  # type: ignore[return-value] # two of them
        {ref: frozenset(values) for ref, values in each.items()} for each in (marks, history)
    )
