"""Taking away is compared with doing it and computing everything again."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.analysis.estate import build_estate
from accessreview.analysis.simulate import AccessShift, simulate
from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.snapshot import Snapshot
from tests.estates import small_snapshot, snapshot_of
from tests.random_estates import random_snapshot
from tests.reference import Reference

INVENTORY = (
    ("root", "Folder", "", "", ""),
    ("a", "Folder", "root", "", ""),
    ("b", "Folder", "a", "", ""),
)


def without(snapshot: Snapshot, table: str, gone: set[int]) -> Snapshot:
    tables = {name: list(t.rows()) for name, t in snapshot.tables.items()}
    tables[table] = [row for n, row in enumerate(tables[table]) if n not in gone]
    return snapshot_of(tables)


Counted = dict[tuple[str, str, str, tuple[str, ...]], tuple[str, int]]


def by_hand(before: Reference, after: Reference) -> tuple[Counted, Counted]:
    """Gained and lost, gathered as the simulation gathers them."""
    results: tuple[Counted, Counted] = ({}, {})
    for account in before.accounts:
        for entity in sorted(before.entities):
            had, has = before.effective(account, entity), after.effective(account, entity)
            for found, privileges in zip(results, (has - had, had - has), strict=True):
                if privileges:
                    key = (*account, entity[0], tuple(sorted(privileges)))
                    first, count = found.get(key, (entity[1], 0))
                    found[key] = (first, count + 1)
    return results


def counted(shifts: tuple[AccessShift, ...]) -> Counted:
    return {
        (s.account.source, s.account.id, s.entity.vcenter, s.privileges): (s.entity.id, s.entities)
        for s in shifts
    }


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_simulated_removal_equals_a_real_one(rng: Random) -> None:
    snapshot = random_snapshot(rng, permissions=25)
    members, permissions = (list(snapshot[name].rows()) for name in ("members", "permissions"))
    cut = set(rng.sample(range(len(members)), min(len(members), rng.randint(0, 3))))
    gone = set(rng.sample(range(len(permissions)), min(len(permissions), rng.randint(0, 2))))
    result = simulate(
        build_estate(snapshot),
        without_members=[
            (GroupRef(*members[n][:2]), AccountRef(*members[n][2:])) for n in sorted(cut)
        ],
        without_permissions=[
            PermissionKey(EntityRef(v, e), principal.upper(), is_group == "true")
            for v, e, principal, is_group, *_ in (permissions[n] for n in sorted(gone))
        ],
    )
    after = without(without(snapshot, "members", cut), "permissions", gone)
    gained, lost = by_hand(Reference(snapshot), Reference(after))
    assert counted(result.gained) == gained
    assert counted(result.lost) == lost


def test_leaving_a_group_that_restricts_is_shown_as_a_gain() -> None:
    estate = build_estate(
        small_snapshot(
            INVENTORY,
            roles={"full": ["Go", "Stop"], "some": ["Go"]},
            permissions=[("root", "wide", "full", True), ("a", "narrow", "some", True)],
            members=[("wide", "u"), ("narrow", "u")],
        )
    )
    result = simulate(estate, without_members=[(GroupRef("dir", "narrow"), AccountRef("dir", "u"))])
    assert result.lost == ()
    assert result.gained == (
        AccessShift(AccountRef("dir", "u"), EntityRef("vc", "a"), ("Stop",), 2),
    )


def test_what_is_not_there_cannot_be_taken_away() -> None:
    estate = build_estate(
        small_snapshot(
            INVENTORY,
            roles={"r": ["Go"]},
            permissions=[("a", "g", "r", True)],
            members=[("g", "h"), ("h", "u")],
        )
    )
    user, group = AccountRef("dir", "u"), GroupRef("dir", "g")
    with pytest.raises(NotFoundError, match="u of dir is no direct member of the group g"):
        simulate(estate, without_members=[(group, user)])
    with pytest.raises(NotFoundError, match=r"vc has no permission of D\\g on root"):
        simulate(
            estate,
            without_permissions=[PermissionKey(EntityRef("vc", "root"), r"D\g", is_group=True)],
        )
    assert simulate(estate).gained == ()
