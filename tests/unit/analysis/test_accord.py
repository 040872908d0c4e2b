"""Answers of a vCenter against those of the analysis: equal, different, or not to be compared."""

from dataclasses import replace
from functools import cache

import pytest

from accessreview.analysis.accord import changed_since, compare_answers, looked_at
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.sampling import draw_sample
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef
from accessreview.model.agreement import (
    Accord,
    Answer,
    ComparedPair,
    SampledPair,
    Stratum,
    VcenterState,
    seed_of,
)
from tests import misreadings as misread
from tests.estates import VECTORS, small_snapshot
from tests.reference import Reference

CASES = ("random/case-1", "random/case-3", "random/case-5")
ROLES = {"reader": ["System.Anonymous", "System.View", "System.Read"], "power": ["a.b"], "no": []}


def estate() -> Estate:
    snapshot = small_snapshot(
        [
            ("root", "Folder", "", "", ""),
            ("dc", "Datacenter", "root", "", ""),
            ("vms", "Folder", "dc", "", "dc"),
            ("vm", "VirtualMachine", "vms", "", ""),
            ("other", "Folder", "root", "", ""),
        ],
        roles=ROLES,
        permissions=[
            ("", "old", "power", True),
            ("root", "old", "power", True),
            ("root", "ann", "reader", True),
            ("vms", "ann", "power", True),
        ],
        accounts={"ann": "", "old": ""},
        disabled=["old"],
    )
    return build_estate(snapshot)


def asked(account: str, entity: str) -> SampledPair:
    return SampledPair(AccountRef("dir", account), f"D\\{account}", entity, Stratum.ANYTHING)


def judged(account: str, entity: str, *said: str, changed: str = "") -> ComparedPair:
    pair = asked(account, entity)
    answers = [(pair, Answer(tuple(said)))]
    (_, (compared,)) = compare_answers(estate(), "vc", answers, {pair: changed} if changed else {})
    return compared


def state(**changes: object) -> VcenterState:
    """The vCenter as it was read."""
    snapshot = estate().snapshot
    rows = {row[1:] for row in snapshot["permissions"].rows() if row[1]}
    parents = {"root": "", "dc": "root", "vms": "dc", "vm": "vms", "other": "root"}
    unchanged = VcenterState(
        permissions=tuple(sorted(rows)),
        privileges={role: frozenset(held) for role, held in ROLES.items()},
        parents={entity: frozenset({above}) for entity, above in parents.items()},
    )
    return replace(unchanged, **changes)  # type: ignore[arg-type]


def told(now: VcenterState, account: str = "ann", entity: str = "vm") -> str:
    pair = asked(account, entity)
    return changed_since(estate(), "vc", [pair], now).get(pair, "")


def test_equal_answers_agree_in_whatever_order_they_come() -> None:
    assert judged("ann", "vm", "a.b").accord is Accord.EQUAL
    assert judged("ann", "root", "System.View", "System.Read").accord is Accord.EQUAL


def test_what_everybody_signed_in_holds_makes_no_difference() -> None:
    assert judged("ann", "vm", "System.View", "a.b", "System.Anonymous").accord is Accord.EQUAL
    assert judged("ann", "root", "System.Read").accord is Accord.EQUAL
    assert judged("ann", "root", "System.View").accord is Accord.DIFFERENT


def test_a_difference_carries_the_grants_that_the_analysis_goes_by() -> None:
    compared = judged("ann", "vm", "a.b", "c.d")

    assert compared.accord is Accord.DIFFERENT
    assert [grant.permission.role for grant in compared.grants if grant.decides] == ["power"]
    assert all(grant.why for grant in compared.grants)


def test_every_set_of_privileges_is_kept_once() -> None:
    pairs = [asked("ann", "vm"), asked("ann", "vms"), asked("ann", "root")]
    answers = [(pair, Answer(("a.b",))) for pair in pairs]

    sets, compared = compare_answers(estate(), "vc", answers, {})

    assert sets == (("a.b",), ("System.Anonymous", "System.Read", "System.View"))
    assert [(each.ours, each.theirs) for each in compared] == [(0, 0), (0, 0), (1, 0)]


def test_without_an_answer_there_is_nothing_to_compare() -> None:
    pair = asked("ann", "vm")

    _, (compared,) = compare_answers(estate(), "vc", [(pair, Answer(None, "It is gone."))], {})

    assert (compared.accord, compared.theirs) == (Accord.NOT_COMPARABLE, None)
    assert compared.why == "It is gone."


def test_of_a_disabled_account_vcenter_may_say_what_it_has_or_nothing() -> None:
    assert judged("old", "other", "a.b").accord is Accord.EQUAL
    nothing = judged("old", "other", "System.Anonymous")
    assert (nothing.accord, "disabled" in nothing.why) == (Accord.NOT_COMPARABLE, True)
    assert judged("old", "other", "c.d").accord is Accord.DIFFERENT
    assert judged("ann", "vm").accord is Accord.DIFFERENT


def test_what_changed_meanwhile_is_no_difference() -> None:
    compared = judged("ann", "vm", "c.d", changed="It was moved.")

    assert (compared.accord, compared.why) == (Accord.NOT_COMPARABLE, "It was moved.")
    assert compared.theirs is not None


def test_a_vcenter_that_is_as_it_was_read_changed_nothing() -> None:
    assert told(state()) == ""


def test_a_permission_set_or_taken_away_above_an_entity_is_a_change_of_it() -> None:
    before = set(state().permissions)
    on_dc = ("dc", "D\\ann", "false", "power", "true")  # where the folder's permissions belong
    on_other = ("other", "D\\new", "true", "power", "true")

    def now(*rows: tuple[str, ...]) -> VcenterState:
        return state(permissions=tuple(sorted(rows)))

    assert told(now(*before, ("dc", "D\\new", "true", "power", "true")))
    assert told(now(*(before - {("vms", *on_dc[1:])})))
    assert told(now(*(before - {("vms", *on_dc[1:])}), on_dc)) == ""
    assert told(now(*before, on_other)) == ""
    assert "other" in told(now(*before, on_other), entity="other")


def test_what_is_left_out_of_a_reading_is_no_change_when_it_comes_again() -> None:
    twice = ("vms", "d\\ANN", "false", "reader", "true")
    unknown_role = ("vm", "D\\new", "true", "never-read", "true")
    nobody = ("vm", "", "true", "power", "true")

    assert told(state(permissions=(*state().permissions, twice, unknown_role, nobody))) == ""
    assert told(state(permissions=(twice, *state().permissions)))


def test_a_role_changed_is_a_change_where_it_was_given() -> None:
    more = state().privileges

    assert "roles" in told(state(privileges={**more, "power": frozenset({"a.b", "c.d"})}))
    assert told(state(privileges={**more, "new": frozenset({"c.d"})})) == ""


def test_a_global_permission_that_the_root_shows_as_its_own_is_no_change() -> None:
    mirrored = ("root", "d\\OLD", "false", "power", "true")
    before = {row for row in state().permissions if row[1] != "D\\old"}

    assert told(state(permissions=tuple(before))) == ""
    assert told(state(permissions=(*before, mirrored))) == ""


def test_what_was_moved_or_went_away_is_told() -> None:
    parents = state().parents

    assert told(state(parents={**parents, "dc": frozenset({"other"})})) == (
        "Since the vCenter was read, dc was moved."
    )
    gone = {entity: above for entity, above in parents.items() if entity != "vm"}
    assert told(state(parents=gone)) == "Since the vCenter was read, vm went away."
    assert told(state(parents=gone), entity="dc") == ""


def test_all_that_an_entity_inherits_from_is_looked_at() -> None:
    assert looked_at(estate(), "vc", [asked("ann", "vm")]) == ("dc", "root", "vm", "vms")


@pytest.mark.parametrize("case", CASES)
def test_an_independent_reference_agrees_on_the_whole_sample(case: str) -> None:
    assert set(accords(case, Reference)) == {Accord.EQUAL}


@pytest.mark.parametrize(
    "misreading",
    [
        misread.AccountAndGroupsAddUp,
        misread.GroupsDoNotNest,
        misread.LevelsAddUp,
        misread.ListsAreNotShared,
        misread.NearestOfBothLines,
        misread.NoAccessIsNoEntry,
        misread.OneParent,
        misread.OwnEntryHidesBelow,
        misread.WhatStaysAboveBlocks,
    ],
)
def test_whoever_misreads_one_rule_is_caught_by_the_sample(misreading: type[Reference]) -> None:
    assert any(Accord.DIFFERENT in accords(case, misreading) for case in CASES)


def test_whoever_adds_global_permissions_to_nearer_ones_is_caught() -> None:
    estate = estate_of("documented")  # V10

    assert Accord.DIFFERENT in accords_in(estate, "V10", misread.GlobalAddsUp(estate.snapshot))


def accords(case: str, answering: type[Reference]) -> list[Accord]:
    """How the usual samples compare, of every vCenter of one estate."""
    estate = estate_of(case)
    reference = answering(estate.snapshot)
    return [
        accord for source in estate.vcenters for accord in accords_in(estate, source, reference)
    ]


def accords_in(estate: Estate, source: str, reference: Reference) -> list[Accord]:
    answers = []
    for pair in usual_sample(estate, source):
        key = (pair.account.source, pair.account.id), (source, pair.entity)
        answers.append((pair, Answer(tuple(sorted(reference.effective(*key))))))
    return [each.accord for each in compare_answers(estate, source, answers, {})[1]]


@cache
def estate_of(case: str) -> Estate:
    return build_estate(read_bundle(VECTORS / case))


@cache
def usual_sample(estate: Estate, source: str) -> tuple[SampledPair, ...]:
    return draw_sample(estate, source, 200, seed_of(estate.snapshot.digest, source))
