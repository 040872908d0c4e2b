"""What the estates of extreme size are built of: rows and columns, a ruleset, and two questions."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import Estate
from accessreview.analysis.rules import assess
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.columns import Column, Table
from accessreview.model.policy import (
    ConflictRule,
    Duty,
    ReachRule,
    Ruleset,
    Scope,
    Severity,
    SprawlRule,
)
from accessreview.model.snapshot import TABLES, Snapshot
from tests.estates import TAKEN_AT, snapshot_of

Answers = dict[str, object]
Entity = tuple[str, str, str, str]
ROOT: tuple[Entity, ...] = (("root", "Folder", "", ""),)
GO = Duty("go", "", any_of=("Go",))


def numbered(prefix: str, count: int) -> Column:
    """``count`` ids in ascending order."""
    ids = [f"{prefix}{n:07}" for n in range(count)]
    return Column(np.arange(count, dtype=np.int32), ids)


def same(value: str, count: int) -> Column:
    return Column(np.zeros(count, dtype=np.int32), (value,) if count else ())


def picked(column: Column, rows: NDArray[np.int64]) -> Column:
    """The values at these rows; every value is among them."""
    return Column(column.codes[rows], column.values)


def with_columns(
    small: Mapping[str, Sequence[Sequence[str]]], large: Mapping[str, Mapping[str, Column]]
) -> Snapshot:
    """Some tables by rows, others by columns that are canonical already."""
    snapshot = snapshot_of(small)
    tables = {name: Table(TABLES[name], columns) for name, columns in large.items()}
    return Snapshot(TAKEN_AT, snapshot.sources, {**snapshot.tables, **tables}, snapshot.digest)


def groups(count: int) -> tuple[dict[str, Mapping[str, Column]], Column]:
    ids = numbered("g", count)
    return {"groups": {"source": same("dir", count), "id": ids, "name": ids}}, ids


def entities(rows: Sequence[Entity]) -> list[tuple[str, ...]]:
    return [("vc", i, kind, i, parent, second, "") for i, kind, parent, second in rows]


def account(name: str, *, enabled: bool = True) -> tuple[str, ...]:
    return ("dir", name, name, name, "", "human", "true" if enabled else "false", "")


def permission(
    entity: str, name: str, role: str = "go", *, group: bool = True, propagate: bool = True
) -> tuple[str, ...]:
    words = {True: "true", False: "false"}
    return ("vc", entity, f"D\\{name}", words[group], role, words[propagate])


def roles(held: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, ...]]]:
    return {
        "roles": [("vc", role, role, "false") for role in held],
        "role_privileges": [("vc", role, p) for role, given in held.items() for p in given],
    }


def names(*ids: str) -> list[tuple[str, ...]]:
    return [("dir", each, f"D\\{each}") for each in ids]


def ruleset(*duties: Duty, scope: Scope = Scope.OBJECT, most: int = 0) -> Ruleset:
    """For each duty: where it is held, on more than ``most`` objects, by more than so many."""
    rules: list[ConflictRule | ReachRule | SprawlRule] = []
    for duty in duties:
        name, low = duty.id, Severity.LOW
        rules += [
            ConflictRule(
                id=f"{name} in {scope}",
                severity=low,
                title="",
                duties=(name,),
                threshold=1,
                scope=scope,
            ),
            ReachRule(id=f"{name} reach", severity=low, title="", duty=name, max_objects=most),
            SprawlRule(id=f"{name} sprawl", severity=low, title="", duty=name, max_identities=most),
        ]
    return Ruleset("x", "1", {duty.id: duty for duty in duties}, tuple(rules), "", "")


def places(estate: Estate, rules: Ruleset) -> dict[str, int]:
    return {f"{f.key.rule}: {f.key.subject}": f.places for f in assess(estate, rules)}


def held(estate: Estate, who: str, entity: str) -> list[str]:
    return sorted(effective_privileges(estate, AccountRef("dir", who), EntityRef("vc", entity)))


# -------------------------------------------------------------------------------------- groups
