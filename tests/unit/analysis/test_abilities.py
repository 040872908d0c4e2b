"""What somebody can do, gathered by privileges, against the naive reference."""

import pytest

from accessreview.analysis.abilities import Ability, access_of, access_of_identity
from accessreview.analysis.estate import build_estate
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.errors import NotFoundError
from tests.estates import small_snapshot
from tests.random_estates import random_case
from tests.reference import Key, Reference

Expanded = dict[Key, tuple[str, ...]]


def expanded(abilities: tuple[Ability, ...]) -> Expanded:
    found: Expanded = {}
    for ability in abilities:
        for entity in ability.entities:
            assert (entity.vcenter, entity.id) not in found
            found[entity.vcenter, entity.id] = ability.privileges
    return found


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_abilities_equal_asking_about_every_entity(first: int) -> None:
    for seed in range(first, first + 50):
        snapshot = random_case(seed).snapshot
        estate, reference = build_estate(snapshot), Reference(snapshot)
        for account in reference.accounts:
            expected = {
                entity: tuple(sorted(held))
                for entity in reference.entities
                if (held := reference.effective(account, entity))
            }
            assert expanded(access_of(estate, AccountRef(*account))) == expected, seed
        for identity, accounts in reference.identities().items():
            expected = {
                entity: tuple(sorted(held))
                for entity in reference.entities
                if (held := reference.together(accounts, entity))
            }
            assert expanded(access_of_identity(estate, identity)) == expected, (seed, identity)


@pytest.mark.parametrize("seed", range(30))
def test_abilities_and_their_entities_are_in_order_and_told_by_the_page(seed: int) -> None:
    snapshot = random_case(seed).snapshot
    estate = build_estate(snapshot)
    types = {row[:2]: row[2] for row in snapshot["entities"].rows()}
    for account in list(snapshot["accounts"].rows())[:3]:
        abilities = access_of(estate, AccountRef(*account[:2]))
        assert list(abilities) == sorted(abilities, key=lambda ability: ability.first)
        for ability in abilities:
            whole = list(ability.entities)
            assert whole == sorted(whole)
            assert list(ability.entities[1:3]) == whole[1:3]
            assert sum(ability.entities.types().values()) == len(whole)
            assert set(ability.entities.types()) == {types[e.vcenter, e.id] for e in whole}


def test_only_enabled_accounts_of_a_person_add_up() -> None:
    estate = build_estate(
        small_snapshot(
            [("root", "Folder", "", "", ""), ("vm", "VirtualMachine", "root", "", "")],
            roles={"a": ["A"], "b": ["B"], "c": ["C"]},
            permissions=[("root", "u", "a", True), ("vm", "w", "b", True), ("vm", "x", "c", True)],
            accounts={"u": "p", "w": "p", "x": "p", "y": "q"},
            disabled=["x", "y"],
        )
    )
    first, second = access_of_identity(estate, "p")
    assert (first.privileges, first.first) == (("A",), EntityRef("vc", "root"))
    assert (second.privileges, second.entities.types()) == (("A", "B"), {"VirtualMachine": 1})
    assert access_of_identity(estate, "q") == ()
    assert [a.privileges for a in access_of(estate, AccountRef("dir", "x"))] == [("C",)]


def test_nobody_is_named() -> None:
    estate = build_estate(
        small_snapshot([("root", "Folder", "", "", "")], roles={}, permissions=[])
    )
    assert access_of_identity(estate, "dir/u") == ()
    with pytest.raises(NotFoundError, match="No account of this snapshot belongs to nix/u"):
        access_of_identity(estate, "nix/u")
    with pytest.raises(NotFoundError, match="No account x was read from dir"):
        access_of(estate, AccountRef("dir", "x"))
