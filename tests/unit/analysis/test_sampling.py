"""What a sample looks at: drawn the same again, and harder where a mistake would show."""

from collections import Counter
from functools import cache

import pytest

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.sampling import SHARES, draw_sample, nobody
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef
from accessreview.model.agreement import SampledPair, Stratum, seed_of
from accessreview.model.errors import NotFoundError
from tests.estates import VECTORS, small_snapshot, snapshot_of

ENTITIES = [
    ("root", "Folder", "", "", ""),
    ("dc", "Datacenter", "root", "", ""),
    ("vms", "Folder", "dc", "", "dc"),
    ("hosts", "Folder", "dc", "", "dc"),
    ("cluster", "ClusterComputeResource", "hosts", "", ""),
    ("pool", "ResourcePool", "cluster", "", "cluster"),
    ("host", "HostSystem", "cluster", "", ""),
    ("vm", "VirtualMachine", "vms", "pool", ""),
    ("template", "VirtualMachine", "vms", "", ""),
]
ROLES = {
    "admin": ["Authorization.ModifyPermissions", "System.Read", "c.d"],
    "none": [],
    "few": ["a.b"],
}
PEOPLE = {"ann": "", "bob": "", "eve": "", "old": "", "tim": ""}


@cache
def random_estate(number: int) -> Estate:
    return build_estate(read_bundle(VECTORS / "random" / f"case-{number}"))


def small(*permissions: tuple[str, str, str, bool]) -> Estate:
    snapshot = small_snapshot(
        ENTITIES,
        roles=ROLES,
        permissions=permissions,
        accounts=PEOPLE,
        members=[("outer", "inner"), ("inner", "bob"), ("ops", "eve"), ("ops", "ann")],
        disabled=["old"],
        placements=[("template", "host")],
    )
    return build_estate(snapshot)


def sample(estate: Estate, size: int = 40, seed: str = "s") -> tuple[SampledPair, ...]:
    return draw_sample(estate, "vc", size, seed)


def drawn_for(estate: Estate, stratum: Stratum, size: int = 40) -> set[tuple[str, str]]:
    return {
        (pair.account.id, pair.entity) for pair in sample(estate, size) if pair.drawn_for is stratum
    }


def test_the_same_snapshot_gives_the_same_sample_and_another_seed_another() -> None:
    again = build_estate(read_bundle(VECTORS / "random" / "case-1"))
    seed = seed_of(again.snapshot.digest, "vc-000")

    drawn = draw_sample(random_estate(1), "vc-000", 200, seed)

    assert drawn == draw_sample(again, "vc-000", 200, seed)
    assert drawn != draw_sample(again, "vc-000", 200, seed_of("0" * 64, "vc-000"))
    assert seed != seed_of(again.snapshot.digest, "vc-001")
    assert len({(pair.account, pair.entity) for pair in drawn}) == len(drawn) == 200


def test_every_share_is_kept_where_there_is_enough_to_draw_from() -> None:
    drawn = Counter(pair.drawn_for for pair in draw_sample(random_estate(1), "vc-000", 200, "s"))

    for stratum in (Stratum.OVERRIDE, Stratum.POWERFUL, Stratum.NESTED, Stratum.TWO_PATHS):
        assert drawn[stratum] == 2 * SHARES[stratum]
    assert drawn[Stratum.ANYTHING] >= 2 * (100 - sum(SHARES.values()))


def test_people_without_any_permission_are_asked_about_too() -> None:
    pairs = sample(small(("root", "ann", "few", True)))

    assert {pair.account.id for pair in pairs} == set(PEOPLE)
    assert len(pairs) == 40


def test_whoever_may_give_permissions_is_drawn_as_powerful() -> None:
    estate = small(("root", "outer", "admin", True), ("root", "tim", "few", True))

    assert {who for who, _ in drawn_for(estate, Stratum.POWERFUL)} == {"bob"}


def test_permissions_below_a_root_and_those_that_give_nothing_are_looked_at() -> None:
    estate = small(("root", "ann", "admin", True), ("vms", "eve", "none", True))

    found = drawn_for(estate, Stratum.OVERRIDE)

    assert found
    assert {who for who, _ in found} == {"eve"}


def test_who_has_a_permission_only_by_a_group_in_a_group_is_looked_at() -> None:
    estate = small(("root", "outer", "few", True), ("root", "ops", "few", True))

    assert {who for who, _ in drawn_for(estate, Stratum.NESTED)} == {"bob"}


def test_disabled_accounts_are_looked_at() -> None:
    estate = small(("root", "old", "few", True), ("root", "ann", "few", True))

    assert {who for who, _ in drawn_for(estate, Stratum.DISABLED)} == {"old"}


def test_what_shares_a_list_has_two_paths_or_one_is_looked_at() -> None:
    estate = small(("root", "ann", "few", True))

    kinds = {
        stratum: {where for _, where in drawn_for(estate, stratum)}
        for stratum in (Stratum.SHARED_LIST, Stratum.TWO_PATHS, Stratum.ONE_PATH)
    }

    assert kinds[Stratum.SHARED_LIST] <= {"vms", "hosts", "pool"}
    assert kinds[Stratum.TWO_PATHS] == {"vm"}
    assert kinds[Stratum.ONE_PATH] == {"template"}


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        pytest.param(
            [("vms", "ann", "few", True), ("cluster", "ops", "few", True)],
            ("ann", "vm"),
            id="an account on one path and its group on the other",
        ),
        pytest.param(
            [("", "tim", "few", True), ("root", "tim", "few", True), ("root", "eve", "few", True)],
            ("tim", "cluster"),
            id="a global permission and one on the root",
        ),
        pytest.param(
            [("host", "ann", "few", True), ("root", "bob", "few", True)],
            ("ann", "template"),
            id="a permission on the host of a template",
        ),
    ],
)
def test_corners_that_no_document_decides_are_looked_at(
    permissions: list[tuple[str, str, str, bool]], expected: tuple[str, str]
) -> None:
    assert expected in drawn_for(small(*permissions), Stratum.CORNER, 200)


def test_without_such_a_corner_none_is_drawn() -> None:
    assert drawn_for(small(("root", "eve", "few", True)), Stratum.CORNER) == set()


def test_an_account_is_asked_about_by_the_name_that_the_vcenter_has_for_it() -> None:
    names = [
        ("dir", "a", "ann@corp.example"),
        ("dir", "a", "CORP\\ann"),
        ("dir", "a", "CORP.EXAMPLE\\ann"),
        ("dir", "b", "corp\\bob"),
        ("dir", "c", "CORP\\twin"),
        ("dir", "d", "CORP\\TWIN"),
        ("dir", "e", "FAR\\eve"),
        ("dir", "f", "FAR\\tim"),
        ("dir", "g", "friends"),
    ]
    estate = build_estate(
        snapshot_of(
            {
                "entities": [("vc", "root", "Folder", "root", "", "", "")],
                "roles": [("vc", "few", "few", "false")],
                "role_privileges": [("vc", "few", "a.b")],
                "permissions": [
                    ("vc", "root", "CORP\\Bob", "false", "few", "true"),
                    ("vc", "root", "friends", "true", "few", "true"),
                ],
                "accounts": [("dir", id_, id_, id_, "", "human", "true", "") for id_ in "abcdef"],
                "groups": [("dir", "g", "friends")],
                "principal_names": names,
                "members": [("dir", "g", "dir", "f")],
            }
        )
    )

    asked = {(pair.account, pair.principal) for pair in sample(estate)}

    assert asked == {
        (AccountRef("dir", "a"), "CORP\\ann"),  # the domain is one of the vCenter's permissions
        (AccountRef("dir", "b"), "CORP\\Bob"),  # as the permission spells it
        (AccountRef("dir", "f"), "FAR\\tim"),  # for a group of his has a permission
    }  # not the twins, who share a name, and not whom the vCenter has no way to know


def test_nobody_bears_a_name_of_a_domain_that_the_vcenter_knows() -> None:
    estate = random_estate(1)

    name = nobody(estate, "vc-000", "f" * 64)

    assert name == "CORP\\accessreview-nobody-ffffffffffffffffffffffff"
    assert name not in set(estate.snapshot["principal_names"]["name"])
    assert "\\" not in nobody(small(), "elsewhere", "0" * 64)


def test_a_vcenter_that_was_not_read_has_no_sample() -> None:
    with pytest.raises(NotFoundError, match="No vCenter vc9"):
        draw_sample(random_estate(1), "vc9", 10, "s")


def test_where_nobody_can_be_asked_about_nothing_is_drawn() -> None:
    assert sample(small()) == ()
