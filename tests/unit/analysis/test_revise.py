"""After any change the standing equals one judged from nothing."""

from collections import Counter
from random import Random

import pytest

from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import build_estate
from accessreview.analysis.revise import revise
from accessreview.analysis.rules import assess
from accessreview.analysis.simulate import compare
from accessreview.analysis.standing import Standing
from accessreview.model.access import AccountRef, EntityRef, GroupRef, Permission, PermissionKey
from accessreview.model.change import (
    Change,
    MembershipChange,
    PermissionRemoved,
    PermissionSet,
    RoleChange,
    RulesetChange,
)
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import Finding
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot
from tests.estates import snapshot_of
from tests.random_estates import PRIVILEGES, random_ruleset, random_snapshot

Rows = dict[str, list[tuple[str, ...]]]


def rows_of(snapshot: Snapshot) -> Rows:
    return {name: list(table.rows()) for name, table in snapshot.tables.items()}


def random_change(rng: Random, rows: Rows) -> Change | None:
    """A change that is possible, made in ``rows`` as well; None when nothing is there for it."""
    kind = rng.randrange(8)
    groups = [row[:2] for row in rows["groups"]]
    if kind < 2 and groups:
        member = rng.choice([row[:2] for row in rows["accounts"]] + groups)
        row = (*rng.choice(groups), *member)
        present = row not in rows["members"]
        (rows["members"].append if present else rows["members"].remove)(row)
        is_group = member in groups
        ref = (GroupRef if is_group else AccountRef)(*member)
        return MembershipChange(GroupRef(*row[:2]), ref, present)
    if kind == 2 and rows["members"]:
        row = rng.choice(rows["members"])
        rows["members"].remove(row)
        ref = (GroupRef if row[2:] in groups else AccountRef)(*row[2:])
        return MembershipChange(GroupRef(*row[:2]), ref, present=False)
    if kind in (3, 4) and rows["roles"] and rows["entities"]:
        return given_permission(rng, rows)
    if kind == 5 and rows["permissions"]:
        row = rng.choice(rows["permissions"])
        rows["permissions"].remove(row)
        return PermissionRemoved(key_of(row))
    if kind == 6 and rows["roles"]:
        vcenter, role, *_ = rng.choice(rows["roles"])
        held = frozenset(rng.sample(PRIVILEGES, rng.randint(0, 4)))
        rows["role_privileges"] = [r for r in rows["role_privileges"] if r[:2] != (vcenter, role)]
        rows["role_privileges"] += [(vcenter, role, privilege) for privilege in sorted(held)]
        return RoleChange(vcenter, role, held)
    return None


def key_of(row: tuple[str, ...]) -> PermissionKey:
    return PermissionKey(EntityRef(row[0], row[1]), row[2], is_group=row[3] == "true")


def given_permission(rng: Random, rows: Rows) -> Change:
    vcenter = rng.choice(rows["roles"])[0]
    role = rng.choice([row[1] for row in rows["roles"] if row[0] == vcenter])
    entity = rng.choice(["", *(row[1] for row in rows["entities"] if row[0] == vcenter)])
    names = [row[2] for row in rows["principal_names"]] + ["D\\nobody", "D\\NoOne"]
    name = rng.choice(names)
    name = name.upper() if rng.random() < 0.3 else name
    row = (
        vcenter,
        entity,
        name,
        rng.choice(("true", "false")),
        role,
        rng.choice(("true", "false")),
    )
    key = key_of(row)
    same = (key.entity, name.casefold(), key.is_group)
    rows["permissions"] = [
        old
        for old in rows["permissions"]
        if (key_of(old).entity, old[2].casefold(), old[3] == "true") != same
    ]
    rows["permissions"].append(row)
    return PermissionSet(Permission(key, role, propagates=row[5] == "true"))


def assert_equal_to_a_full_run(standing: Standing, rows: Rows, ruleset: Ruleset) -> None:
    fresh = build_estate(snapshot_of(rows))
    assert list(standing.findings()) == list(assess(fresh, ruleset))
    assert list(effective_access(standing.estate)) == list(effective_access(fresh))


@pytest.mark.parametrize("seed", range(50))
def test_any_sequence_of_changes_ends_where_a_full_run_does(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    snapshot, ruleset = random_snapshot(rng), random_ruleset(rng)
    rows = rows_of(snapshot)
    standing = Standing.of(build_estate(snapshot), ruleset)
    for _ in range(6):
        change = random_change(rng, rows)
        if change is None:
            ruleset = random_ruleset(rng)
            change = RulesetChange(ruleset)
        before: set[Finding] = set(standing.findings())
        standing, difference = revise(standing, change)
        assert_equal_to_a_full_run(standing, rows, ruleset)
        after = set(standing.findings())
        assert set(difference.gained) == after - before
        assert set(difference.lost) == before - after
        assert list(difference.gained) == sorted(difference.gained, key=lambda each: each.key)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (MembershipChange(GroupRef("d", "no"), AccountRef("d", "a"), present=True), "No group no"),
        (
            MembershipChange(GroupRef("d", "g"), AccountRef("d", "no"), present=True),
            "Neither an account nor a group no was read from d.",
        ),
        (
            MembershipChange(GroupRef("d", "g"), AccountRef("d", "a"), present=False),
            "a of d is no direct member of the group g.",
        ),
        (RoleChange("v", "9", frozenset()), "v has no role 9."),
        (
            PermissionRemoved(PermissionKey(EntityRef("v", "e"), "D\\g", is_group=True)),
            "v has no permission of D\\g on e.",
        ),
    ],
)
def test_a_change_to_something_that_is_not_there_is_refused(change: Change, sentence: str) -> None:
    snapshot = snapshot_of(
        {
            "accounts": [("d", "a", "a", "a", "", "human", "true", "")],
            "groups": [("d", "g", "g")],
            "principal_names": [("d", "g", "D\\g")],
            "entities": [("v", "e", "Folder", "e", "", "", "")],
            "roles": [("v", "1", "one", "false")],
        }
    )
    standing = Standing.of(build_estate(snapshot), random_ruleset(Random(1)))  # noqa: S311
    with pytest.raises(NotFoundError, match=sentence.replace("\\", "\\\\")):
        revise(standing, change)


@pytest.mark.parametrize("seed", range(20))
def test_effective_privileges_before_and_after_are_compared(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    snapshot = random_snapshot(rng)
    rows = rows_of(snapshot)
    before = after = Standing.of(build_estate(snapshot), random_ruleset(rng))
    for _ in range(4):
        if change := random_change(rng, rows):
            after, _ = revise(after, change)
    held, holds = (
        {(a.account, a.entity): set(a.privileges) for a in effective_access(each.estate)}
        for each in (before, after)
    )
    told = compare(before.estate, after.estate)
    for shifts, more, less in ((told.gained, holds, held), (told.lost, held, holds)):
        expected = Counter[tuple[AccountRef, str, tuple[str, ...]]]()
        for (account, entity), privileges in more.items():
            only = tuple(sorted(privileges - less.get((account, entity), set())))
            if only:
                expected[account, entity.vcenter, only] += 1
        assert expected == {
            (each.account, each.entity.vcenter, each.privileges): each.entities for each in shifts
        }
