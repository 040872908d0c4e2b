"""What something contributes, compared with taking it away and computing everything again."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from random import Random

import pytest

from accessreview.analysis.contribution import (
    Contributed,
    Contribution,
    contribution_of_group,
    contribution_of_permission,
    contribution_of_role,
)
from accessreview.analysis.estate import Estate, build_estate
from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.snapshot import Snapshot
from tests.estates import small_snapshot, snapshot_of
from tests.random_estates import random_case
from tests.reference import Entry, Key, Reference

Row = tuple[str, ...]
Parts = tuple[dict[Key, set[str]], ...]
"""Privileges by entity: alone, by another way too, hidden."""
INVENTORY = (
    ("root", "Folder", "", "", ""),
    ("a", "Folder", "root", "", ""),
    ("b", "Folder", "a", "", ""),
)


def without(snapshot: Snapshot, gone: Callable[[str, Row], bool]) -> Snapshot:
    return snapshot_of(
        {
            name: [row for row in table.rows() if not gone(name, row)]
            for name, table in snapshot.tables.items()
        }
    )


def by_hand(
    snapshot: Snapshot, after: Snapshot, account: Key, through: Callable[[Entry], bool]
) -> Parts:
    has, will_have = Reference(snapshot), Reference(after)
    parts: Parts = (defaultdict(set), defaultdict(set), defaultdict(set))
    for entity in has.entities:
        comes = set[str]()
        for path in has.paths(entity):
            for depth, node in enumerate(path):
                deciding = has.deciding(account, node, at_the_node=depth == 0)
                comes |= has.given(entry for entry in deciding if through(entry))
                if deciding:
                    break
        before, left = has.effective(account, entity), will_have.effective(account, entity)
        for part, privileges in zip(
            parts, (before - left, comes & left, left - before), strict=True
        ):
            if privileges:
                part[entity] = set(privileges)
    return parts


def compare(
    contribution: Contribution,
    snapshot: Snapshot,
    after: Snapshot,
    through: Callable[[Entry], bool],
) -> set[Key]:
    """Hold every row against doing it by hand; who is affected beyond being listed."""
    reference = Reference(snapshot)
    rows = {(row.account.source, row.account.id): row for row in contribution}
    assert len(rows) == len(contribution)
    keys = [(row.identity, row.account) for row in contribution]
    assert keys == sorted(keys)
    for account, row in reference.accounts.items():
        expected = by_hand(snapshot, after, account, through)
        if account not in rows:
            # another way of his own to the same permissions is not the thing's doing
            assert not expected[0], account
            assert not expected[2], account
            continue
        found = rows[account]
        assert found.identity == (row["identity"] or "/".join(account))
        assert found.enabled == (row["enabled"] == "true")
        for parts, privileges in zip(
            (found.alone, found.another, found.hides), expected, strict=True
        ):
            assert counted(parts) == gathered(privileges), account
    return set(rows)


def counted(parts: Iterable[Contributed]) -> dict[tuple[str, tuple[str, ...]], tuple[str, int]]:
    return {(p.vcenter, p.privileges): (p.first, p.entities) for p in parts}


def gathered(held: dict[Key, set[str]]) -> dict[tuple[str, tuple[str, ...]], tuple[str, int]]:
    found: dict[tuple[str, tuple[str, ...]], tuple[str, int]] = {}
    for (vcenter, entity), privileges in sorted(held.items()):
        key = vcenter, tuple(sorted(privileges))
        first, count = found.get(key, (entity, 0))
        found[key] = (first, count + 1)
    return found


@pytest.mark.parametrize("first", range(0, 48, 8))
def test_permissions_and_roles_equal_taking_them_away(first: int) -> None:
    for seed in range(first, first + 8):
        snapshot = random_case(seed).snapshot
        estate, rng = build_estate(snapshot), Random(seed)  # noqa: S311 - reproducible
        permissions = list(snapshot["permissions"].rows())
        for row in rng.sample(permissions, min(2, len(permissions))):
            vcenter, entity, principal, is_group, role, _ = row
            key = PermissionKey(EntityRef(vcenter, entity), principal.upper(), is_group == "true")
            compare(
                contribution_of_permission(estate, key),
                snapshot,
                without(snapshot, partial(is_permission, gone=row)),
                partial(is_entry, wanted=row),
            )
            compare(
                contribution_of_role(estate, vcenter, role),
                snapshot,
                without(snapshot, partial(gives_role, vcenter=vcenter, role=role)),
                partial(is_entry_of, vcenter=vcenter, role=role),
            )


def is_permission(name: str, row: Row, gone: Row) -> bool:
    return name == "permissions" and row == gone


def is_entry(entry: Entry, wanted: Row) -> bool:
    return tuple(entry.values()) == wanted


def gives_role(name: str, row: Row, vcenter: str, role: str) -> bool:
    return name == "permissions" and (row[0], row[4]) == (vcenter, role)


def is_entry_of(entry: Entry, vcenter: str, role: str) -> bool:
    return (entry["source"], entry["role"]) == (vcenter, role)


@pytest.mark.parametrize("first", range(0, 48, 8))
def test_groups_equal_taking_them_away(first: int) -> None:
    for seed in range(first, first + 8):
        snapshot = random_case(seed).snapshot
        estate, rng = build_estate(snapshot), Random(seed)  # noqa: S311 - reproducible
        groups = [(row[0], row[1]) for row in snapshot["groups"].rows()]
        reference = Reference(snapshot)
        for group in rng.sample(groups, min(4, len(groups))):
            own, outer = reference.names_of(group)
            listed = compare(
                contribution_of_group(estate, GroupRef(*group)),
                snapshot,
                without(snapshot, partial(is_of_group, group=group)),
                partial(is_entry_for, names=own | outer),
            )
            assert listed <= inside(reference, group)


def is_of_group(name: str, row: Row, group: Key) -> bool:
    if name == "members":
        return group in (row[:2], row[2:])
    return name == "principal_names" and row[:2] == group


def is_entry_for(entry: Entry, names: set[str]) -> bool:
    return entry["is_group"] == "true" and entry["principal"].casefold() in names


def inside(reference: Reference, group: Key) -> set[Key]:
    found, waiting = set[Key](), [group]
    for outer in waiting:
        new = [
            m for m, holders in reference.member_of.items() if outer in holders and m not in found
        ]
        found.update(new)
        waiting.extend(new)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_pages_equal_the_whole(seed: int) -> None:
    snapshot = random_case(seed).snapshot
    estate = build_estate(snapshot)
    for row in snapshot["groups"].rows():
        contribution = contribution_of_group(estate, GroupRef(*row[:2]))
        whole = list(contribution)
        assert [r for n in range(0, len(whole), 2) for r in contribution[n : n + 2]] == whole


def estate() -> Estate:
    return build_estate(
        small_snapshot(
            INVENTORY,
            roles={"full": ["Go", "Stop"], "some": ["Go"], "0": []},
            permissions=[
                ("root", "wide", "full", True),
                ("a", "narrow", "some", True),
                ("b", "own", "some", True),
                ("a", "w", "0", True),
            ],
            members=[
                ("wide", "u"),
                ("narrow", "u"),
                ("own", "inner"),
                ("inner", "u"),
                ("narrow", "w"),
            ],
            accounts={"u": "p", "w": ""},
        )
    )


def test_what_a_group_hides_is_told_beside_what_it_gives() -> None:
    first, second = contribution_of_group(estate(), GroupRef("dir", "narrow"))
    assert (first.account, first.identity) == (AccountRef("dir", "w"), "dir/w")
    assert (first.alone, first.another, first.hides) == ((), (), ())  # an own entry decides
    assert second.alone == ()
    assert second.another == (Contributed("vc", "a", ("Go",), 1),)
    assert second.hides == (Contributed("vc", "a", ("Stop",), 1),)


def test_a_group_contributes_by_the_groups_that_it_is_in() -> None:
    (row,) = contribution_of_group(estate(), GroupRef("dir", "inner"))
    assert (row.alone, row.hides) == ((), ())
    assert row.another == (Contributed("vc", "b", ("Go",), 1),)  # as narrow gives it there too


def test_what_only_one_way_gives_is_told_as_such() -> None:
    (row,) = contribution_of_role(estate(), "vc", "FULL")
    assert row.alone == (Contributed("vc", "root", ("Go", "Stop"), 1),)
    assert (row.another, row.hides) == ((), ())


def test_no_access_hides_and_gives_nothing() -> None:
    key = PermissionKey(EntityRef("vc", "a"), "d\\W", is_group=False)
    (row,) = contribution_of_permission(estate(), key)
    assert (row.alone, row.another) == ((), ())
    assert row.hides == (Contributed("vc", "a", ("Go",), 2),)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="No group nix was read from dir"):
        contribution_of_group(estate(), GroupRef("dir", "nix"))
    with pytest.raises(NotFoundError, match="No role of vc has the id or name “nix”"):
        contribution_of_role(estate(), "vc", "nix")
    with pytest.raises(NotFoundError, match="No vCenter nix"):
        contribution_of_role(estate(), "nix", "full")
    with pytest.raises(NotFoundError, match="vc has no permission of nix on the global node"):
        contribution_of_permission(
            estate(), PermissionKey(EntityRef("vc", ""), "nix", is_group=True)
        )


def test_a_group_without_any_permission_contributes_to_nobody() -> None:
    bare = build_estate(small_snapshot(INVENTORY, roles={}, permissions=[], members=[("g", "u")]))
    assert len(contribution_of_group(bare, GroupRef("dir", "g"))) == 0
