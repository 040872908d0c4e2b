"""Chains of groups from an account to a principal, against trying every walk."""

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest

from accessreview.analysis.chains import Chains
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.keys import bits
from accessreview.model.errors import NotFoundError
from tests.estates import small_snapshot, snapshot_of
from tests.random_estates import random_snapshot

Way = tuple[int, ...]


def every_walk(estate: Estate, account: int, principal: int) -> list[Way]:
    """All walks without a repetition that end at the first group the principal names, in order."""
    groups, memberships = estate.snapshot["groups"], estate.memberships
    ends = estate.principals.matches[principal]

    def walk(way: Way, steps: list[int]) -> Iterator[Way]:
        for group in steps:
            if group in ends and group not in way:
                yield (*way, group)
            elif group not in way:
                yield from walk((*way, group), memberships.groups_of_group[group])

    def place(way: Way) -> tuple[object, ...]:
        names = [(groups["name"][g], groups["source"][g], groups["id"][g]) for g in way]
        return len(way), names

    return sorted(walk((), memberships.groups_of_account[account]), key=place)


def test_chains_are_those_of_every_walk_in_their_order() -> None:
    compared = sum(map(_compared, range(80)))
    assert compared > 500


def _compared(seed: int) -> int:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    estate = build_estate(random_snapshot(rng, accounts=5, groups=rng.randint(3, 9)))
    chains = Chains(estate)
    compared = 0
    for account in range(len(estate.snapshot["accounts"])):
        for principal in bits(estate.memberships.principals_of(account)):
            if not estate.principals.is_group[principal]:
                continue
            walks = every_walk(estate, account, principal)
            refs = [tuple(estate.group_ref(group) for group in way) for way in walks]
            compared += len(refs)
            everything = chains.alternatives(account, principal, "P", len(refs) + 1)
            assert [chain.groups for chain in everything.chains] == refs
            assert everything.total == len(refs)
            assert everything.complete
            assert chains.best(account, principal, "P") == everything.chains[0]
            first = chains.alternatives(account, principal, "P", 1)
            assert first.chains == everything.chains[:1]
            assert first.total in (len(refs), None)
    return compared


@pytest.mark.parametrize("kept", [0, 4_000_000])
def test_first_groups_of_many_accounts_are_those_of_each(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accessreview.analysis.chains._KEPT", kept)
    monkeypatch.setattr("accessreview.analysis.chains._TOGETHER", 7)
    deepest = 0
    for seed in range(80):
        rng = Random(seed)  # noqa: S311 - reproducible, not secret
        estate = build_estate(random_snapshot(rng, accounts=9, groups=rng.randint(3, 30)))
        pairs = [
            (account, principal)
            for account in range(len(estate.snapshot["accounts"]))
            for principal in bits(estate.memberships.principals_of(account))
        ]
        rng.shuffle(pairs)
        accounts, principals = np.array(pairs, dtype=np.int64).reshape(-1, 2).T

        chains, one_by_one = Chains(estate), Chains(estate)
        firsts = chains.firsts(accounts, principals).tolist()

        assert firsts == [one_by_one.first(*pair) for pair in pairs]
        for first, (_, principal) in zip(firsts, pairs, strict=True):
            way = chains.onwards(first, principal)
            assert way == one_by_one.onwards(first, principal)
            deepest = max(deepest, len(way))
    assert deepest > 3


def test_equally_short_chains_are_told_apart_by_the_group_nearest_to_the_account() -> None:
    members = [("a-near", "u"), ("b-near", "u"), ("z-mid", "a-near"), ("a-mid", "b-near")]
    estate = _nested([*members, ("top", "z-mid"), ("top", "a-mid")])

    chain = Chains(estate).best(0, 0, r"D\top")

    assert chain.via == ("u", "a-near", "z-mid", r"D\top")


def test_groups_of_one_name_are_told_apart_by_source_and_id() -> None:
    tables: dict[str, list[tuple[str, ...]]] = {
        "accounts": [("dir", "u", "u", "u", "", "human", "true", "")],
        "groups": [("a", "9", "same"), ("b", "1", "same"), ("b", "2", "top")],
        "principal_names": [("b", "2", r"D\top")],
        "members": [
            ("a", "9", "dir", "u"),
            ("b", "1", "dir", "u"),
            ("b", "2", "a", "9"),
            ("b", "2", "b", "1"),
        ],
        "entities": [("vc", "root", "Folder", "root", "", "", "")],
        "roles": [("vc", "r", "r", "false")],
        "permissions": [("vc", "root", r"D\top", "true", "r", "true")],
    }
    estate = build_estate(snapshot_of(tables))

    chain = Chains(estate).best(0, 0, r"D\top")

    assert [(group.source, group.id) for group in chain.groups] == [("a", "9"), ("b", "2")]


def test_chains_beyond_counting_one_by_one_are_counted_and_shown_from_the_first() -> None:
    layers = [("l0-0", "u"), ("l0-1", "u")]
    for depth in range(1, 60):
        layers += [(f"l{depth}-{a}", f"l{depth - 1}-{b}") for a in (0, 1) for b in (0, 1)]
    estate = _nested([*layers, ("top", "l59-0"), ("top", "l59-1")])

    found = Chains(estate).alternatives(0, 0, r"D\top", 3)

    assert found.total == 2**60
    assert not found.complete
    ends = [chain.via[-3:-1] for chain in found.chains]
    assert ends == [("l58-0", "l59-0"), ("l58-0", "l59-1"), ("l58-1", "l59-0")]


def test_groups_in_a_circle_are_not_counted_but_the_first_chains_are_shown() -> None:
    names = [f"g{number:02}" for number in range(14)]
    everybody = [(outer, inner) for outer in names for inner in names if outer != inner]
    estate = _nested([(name, "u") for name in names] + everybody + [("top", n) for n in names])

    found = Chains(estate).alternatives(0, 0, r"D\top", 16)

    assert found.total is None
    assert not found.complete
    assert [chain.via[1:-1] for chain in found.chains] == [
        *((name,) for name in names),
        ("g00", "g01"),
        ("g00", "g02"),
    ]


def test_a_permission_that_names_the_account_has_one_chain() -> None:
    snapshot = small_snapshot(
        [("root", "Folder", "", "", "")], roles={"r": ["P"]}, permissions=[("root", "u", "r", True)]
    )
    found = Chains(build_estate(snapshot)).alternatives(0, 0, r"D\u", 5)

    assert [chain.via for chain in found.chains] == [("u", r"D\u")]
    assert found.complete


def test_a_principal_that_is_none_of_the_accounts_is_refused() -> None:
    estate = _nested([("other", "u"), ("top", "deep")])
    with pytest.raises(NotFoundError, match=r"The account u is in no group that d\\top names\."):
        Chains(estate).best(0, 0, r"D\top")

    elsewhere = _nested([("other", "u"), ("top", "deep")], named=("top", "other"))
    for each in (estate, elsewhere):  # u is in a group that leads nowhere, or not to the principal
        top = each.principals.names.index("d\\top")
        with pytest.raises(NotFoundError, match=r"The account u is in no group that d.top names"):
            Chains(each).firsts(np.array([0]), np.array([top]))


def _nested(members: list[tuple[str, str]], named: tuple[str, ...] = ("top",)) -> Estate:
    return build_estate(
        small_snapshot(
            [("root", "Folder", "", "", "")],
            roles={"r": ["P"]},
            permissions=[("root", name, "r", True) for name in named],
            members=members,
        )
    )
