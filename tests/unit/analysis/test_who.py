"""Who holds what, compared with asking the naive reference about every pair."""

from fnmatch import fnmatchcase
from random import Random

import pytest

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.who import Holder, Holders, who
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Duty
from accessreview.model.snapshot import Snapshot
from tests.estates import small_snapshot
from tests.random_estates import random_case
from tests.reference import Key, Reference

INVENTORY = (
    ("root", "Folder", "", "", ""),
    ("a", "Folder", "root", "", ""),
    ("vm", "VirtualMachine", "a", "", ""),
    ("other", "Folder", "root", "", ""),
)
BOTH = Duty("both", "Both", all_of=("Go", "Stop"))


class ByHand:
    """The answers of the reference, pair by pair."""

    def __init__(self, snapshot: Snapshot, *, disabled: bool) -> None:
        self.reference = Reference(snapshot)
        accounts = self.reference.accounts
        self.usable = [a for a in accounts if disabled or accounts[a]["enabled"] == "true"]

    def identity(self, account: Key) -> str:
        return self.reference.accounts[account]["identity"] or "/".join(account)

    def area(self, vcenter: str, entity: str, *, subtree: bool) -> list[Key]:
        """Without the global node, about which the reference cannot be asked."""
        if not entity:
            return [key for key in self.reference.entities if key[0] == vcenter]
        key = (vcenter, entity)
        if not subtree:
            return [key]
        return [e for e in self.reference.entities if key in self.reference.ancestors(e)]

    def holders(
        self, area: list[Key], patterns: tuple[str, ...], duty: Duty | None
    ) -> dict[Key, tuple[str, tuple[str, ...], int, int]]:
        """Identity, privileges, entities and those held alone, by account."""
        found = {}
        for account in self.usable:
            identity = self.identity(account)
            person = [a for a in self.usable if self.identity(a) == identity]
            privileges, entities, alone = set[str](), 0, 0
            for entity in area:
                held = self.reference.effective(account, entity)
                part = {p for p in held if any(fnmatchcase(p, pattern) for pattern in patterns)}
                if part and (duty is None or self.reference.holds(person, entity, duty)):
                    privileges |= part
                    entities += 1
                    alone += duty is None or self.reference.holds([account], entity, duty)
            if entities:
                found[account] = (identity, tuple(sorted(privileges)), entities, alone)
        return found


def told(holders: Holders) -> dict[Key, tuple[str, tuple[str, ...], int, int]]:
    return {
        (h.account.source, h.account.id): (h.identity, h.privileges, h.entities, h.alone)
        for h in holders
    }


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_who_equals_asking_about_every_pair(first: int) -> None:
    for seed in range(first, first + 20):
        case = random_case(seed)
        rng = Random(seed)  # noqa: S311 - reproducible, not secret
        estate = build_estate(case.snapshot)
        disabled = rng.random() < 0.5
        by_hand = ByHand(case.snapshot, disabled=disabled)
        entities = sorted(by_hand.reference.entities)
        for vcenter, entity in rng.sample(entities, min(6, len(entities))):
            ref, subtree = EntityRef(vcenter, entity), rng.random() < 0.7
            area = by_hand.area(vcenter, entity, subtree=subtree)
            some = who(estate, ref, subtree=subtree, disabled=disabled)
            assert told(some) == by_hand.holders(area, ("*",), None), (seed, ref)
            pattern = rng.choice(("VM.*", "*.A", "Host.B", "nothing"))
            some = who(estate, ref, subtree=subtree, privilege=pattern, disabled=disabled)
            assert told(some) == by_hand.holders(area, (pattern,), None), (seed, ref, pattern)
            for duty in list(case.ruleset.duties.values())[:6]:
                some = who(estate, ref, subtree=subtree, duty=duty, disabled=disabled)
                expected = by_hand.holders(
                    [
                        e
                        for e in area
                        if not duty.types or by_hand.reference.entities[e]["type"] in duty.types
                    ],
                    (*duty.any_of, *duty.all_of),
                    duty,
                )
                assert told(some) == expected, (seed, ref, duty)
                assert some.identities == len({row[0] for row in expected.values()})


@pytest.mark.parametrize("seed", range(40))
def test_holders_are_sorted_and_pages_equal_the_whole(seed: int) -> None:
    estate = build_estate(random_case(seed).snapshot)
    for vcenter in estate.vcenters:
        holders = who(estate, EntityRef(vcenter, ""), subtree=True, disabled=True)
        whole = list(holders)
        keys = [(h.identity, h.account) for h in whole]
        assert keys == sorted(keys)
        assert len(whole) == len(holders)
        assert holders.identities == len({h.identity for h in whole})
        assert [h for n in range(0, len(whole), 3) for h in holders[n : n + 3]] == whole
        assert [holders[n] for n in range(-1, -len(whole) - 1, -1)] == whole[::-1]
        assert list(holders[::-2]) == whole[::-2]
        with pytest.raises(IndexError):
            holders[len(whole)]


@pytest.mark.parametrize("seed", range(40))
def test_the_permissions_shown_decide_and_give_what_is_asked(seed: int) -> None:
    snapshot = random_case(seed).snapshot
    estate, reference = build_estate(snapshot), Reference(snapshot)
    for entity in sorted(reference.entities):
        paths = list(reference.paths(entity))
        for holder in who(estate, EntityRef(*entity), disabled=True):
            account = (holder.account.source, holder.account.id)
            expected = set()
            for path in paths:
                for depth, node in enumerate(path):
                    deciding = reference.deciding(account, node, at_the_node=depth == 0)
                    expected |= {
                        (e["entity"], e["principal"], e["is_group"] == "true")
                        for e in deciding
                        if reference.given([e])
                    }
                    if deciding:
                        break
            shown = [p.key for p in holder.permissions]
            assert shown == sorted(shown)
            assert {(k.entity.id, k.principal, k.is_group) for k in shown} == expected


def estate_of(*permissions: tuple[str, str, str, bool], **more: object) -> Estate:
    return build_estate(
        small_snapshot(
            INVENTORY,
            roles={"0": [], "go": ["Go"], "stop": ["Stop"], "both": ["Go", "Stop"]},
            permissions=permissions,
            **more,  # type: ignore[arg-type]
        )
    )


def logins(holders: Holders) -> list[str]:
    return [h.account.id for h in holders]


def test_a_person_holds_a_duty_by_two_accounts_and_both_are_told() -> None:
    estate = estate_of(
        ("a", "u", "go", True),
        ("vm", "w", "stop", True),
        ("other", "x", "go", True),
        accounts={"u": "p", "w": "p", "x": "p", "y": ""},
    )
    vm = EntityRef("vc", "vm")
    assert logins(who(estate, vm, duty=BOTH)) == ["u", "w"]
    (first, second) = who(estate, EntityRef("vc", "root"), subtree=True, duty=BOTH)
    assert (first.entities, first.alone, first.privileges) == (1, 0, ("Go",))
    assert (second.entities, second.alone, second.privileges) == (1, 0, ("Stop",))


def test_a_disabled_account_counts_only_when_asked_for() -> None:
    estate = estate_of(
        ("a", "u", "go", True),
        ("a", "w", "stop", True),
        accounts={"u": "p", "w": "p"},
        disabled=["w"],
    )
    a = EntityRef("vc", "a")
    assert logins(who(estate, a)) == ["u"]
    assert logins(who(estate, a, duty=BOTH)) == []
    assert [(h.account.id, h.enabled) for h in who(estate, a, duty=BOTH, disabled=True)] == [
        ("u", True),
        ("w", False),
    ]


def test_a_role_is_asked_for_where_it_decides_even_one_without_privileges() -> None:
    estate = estate_of(
        ("root", "u", "both", True), ("vm", "u", "0", True), accounts={"u": "", "w": ""}
    )
    vm = EntityRef("vc", "vm")
    (holder,) = who(estate, vm, role="0")
    assert (holder.privileges, holder.entities) == ((), 1)
    assert holder.permissions[0].key.entity == vm
    assert len(who(estate, vm, role="BOTH")) == 0
    assert who(estate, EntityRef("vc", "root"), role="both", subtree=True)[0].entities == 3


def test_a_permission_that_does_not_propagate_is_held_on_the_global_node_alone() -> None:
    estate = estate_of(("", "u", "go", False))
    top = EntityRef("vc", "")
    assert logins(who(estate, top)) == ["u"]
    assert [h.entities for h in who(estate, top, subtree=True)] == [1]
    assert logins(who(estate, EntityRef("vc", "root"), subtree=True)) == []


def test_a_global_permission_reaches_all_that_is_below() -> None:
    estate = estate_of(("", "u", "go", True))
    (holder,) = who(estate, EntityRef("vc", "root"), subtree=True, privilege="G*")
    assert (holder.entities, holder.privileges) == (4, ("Go",))


def test_more_than_64_principals_are_told_apart() -> None:
    names = [f"u{n:03}" for n in range(200)]
    estate = estate_of(
        *((("a", "vm")[n % 2], name, ("go", "stop")[n % 2], True) for n, name in enumerate(names)),
        accounts=dict.fromkeys(names, ""),
    )
    assert logins(who(estate, EntityRef("vc", "a"), privilege="Go")) == names[::2]
    assert logins(who(estate, EntityRef("vc", "vm"), privilege="Stop")) == names[1::2]
    assert logins(who(estate, EntityRef("vc", "root"), subtree=True)) == names


def test_what_is_not_there_is_named() -> None:
    estate = estate_of(("a", "u", "go", True))
    with pytest.raises(NotFoundError, match="No vCenter nix"):
        who(estate, EntityRef("nix", "a"))
    with pytest.raises(NotFoundError, match="No entity nix was read from vc"):
        who(estate, EntityRef("vc", "nix"))
    with pytest.raises(NotFoundError, match="No role of vc has the id or name “nix”"):
        who(estate, EntityRef("vc", "a"), role="nix")
    with pytest.raises(ValueError, match="not for several"):
        who(estate, EntityRef("vc", "a"), role="go", privilege="Go")


def test_an_identity_that_is_called_like_an_account_is_one_person() -> None:
    estate = estate_of(
        ("a", "u", "go", True),
        ("a", "w", "stop", True),
        ("a", "v", "go", True),
        accounts={"u": "", "v": "dir/um", "w": "dir/u"},
    )
    holders = who(estate, EntityRef("vc", "a"))
    assert [h.identity for h in holders] == ["dir/u", "dir/u", "dir/um"]
    assert holders.identities == 2
    assert logins(who(estate, EntityRef("vc", "a"), duty=BOTH)) == ["u", "w"]
    assert isinstance(holders[0], Holder)
    assert holders[2].account == AccountRef("dir", "v")
