"""Whom each kind of identity source leaves out of a group, and by which group's fault."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.analysis.counting import Counting, Lost, count_as
from accessreview.analysis.estate import Estate, build_estate
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from tests.permitted import BASE, Pair, estate_of, number, permitted

AD = IdentitySourceKind.AD_OVER_LDAP
INTEGRATED = IdentitySourceKind.INTEGRATED
OPENLDAP = IdentitySourceKind.OPENLDAP
FEDERATED = IdentitySourceKind.FEDERATED
OUTSIDE = "ou=apart,dc=corp,dc=example"
CHILD = "ou=all,dc=sub,dc=corp,dc=example"
DISTRIBUTION = {"states": [("corp", "T", "distribution", "", "groupType 2")]}
CHAIN = (("G", "T"), ("T", "ann"), ("G", "bob"))


def source(kind: IdentitySourceKind, **parts: object) -> IdentitySource:
    return IdentitySource("corp", kind, **parts)  # type: ignore[arg-type] # checked by use


def told(estate: Estate, lost: Lost) -> dict[str, str]:
    accounts = estate.snapshot["accounts"]
    return {
        accounts["id"][row]: lost.reason(position)
        for position, row in enumerate(lost.accounts.tolist())
    }


CUT_AT_T = {"ann": "T lies outside of the group base"}
FOR_MAIL = {"ann": "T is a distribution group, which is in nobody's token"}
NESTED = {"ann": "T is nested in G, and only direct groups count"}
APART = {"T": OUTSIDE}


@pytest.mark.parametrize(
    ("members", "parts", "identity_source", "expected"),
    [
        (CHAIN, {}, source(AD), {}),
        (CHAIN, {"below": APART}, source(AD, group_base=BASE), CUT_AT_T),
        (CHAIN, {"below": APART}, source(AD, group_base="dc=corp,dc=example"), {}),
        (CHAIN, {"below": APART}, source(AD, group_base=BASE, whole_domain=True), {}),
        (
            CHAIN,
            {"below": {"G": OUTSIDE}},
            source(AD, group_base=BASE),
            dict.fromkeys(("ann", "bob"), "G lies outside of the group base"),
        ),
        (
            CHAIN,
            {"below": {"bob": OUTSIDE}},
            source(AD, user_base=BASE),
            {"bob": "the account lies outside of the user base"},
        ),
        (CHAIN, {}, source(AD, direct_groups_only=True), NESTED),
        (CHAIN, {"further": DISTRIBUTION}, source(AD), {}),
        (CHAIN, {"ways": {("T", "ann"): "primaryGroupID"}}, source(AD), {}),
        (
            CHAIN,
            {"ways": {("T", "ann"): "primaryGroupID"}, "below": APART},
            source(AD, group_base=BASE),
            CUT_AT_T,
        ),
        (
            (*CHAIN, ("G", "partner/eve"), ("T", "partner/Far"), ("partner/Far", "partner/fay")),
            {"ways": {("G", "partner/eve"): "foreign", ("T", "partner/Far"): "other-source"}},
            source(AD),
            {
                "eve": "G has members of another domain, which are not looked for",
                "fay": "T has members of another domain, which are not looked for",
            },
        ),
        (
            CHAIN,
            {"below": {"bob": CHILD}},
            source(AD),
            {"bob": "G has members of another domain, which are not looked for"},
        ),
        (
            CHAIN,
            {"below": {"T": CHILD}},
            source(AD, group_base="dc=corp,dc=example"),
            {"ann": "G has members of another domain, which are not looked for"},
        ),
        (CHAIN, {"further": DISTRIBUTION}, source(INTEGRATED), FOR_MAIL),
        (CHAIN, {"below": {"bob": CHILD}}, source(INTEGRATED), {}),
        (
            (*CHAIN, ("G", "partner/eve"), ("G", "partner/joe")),
            {"ways": {("G", "partner/eve"): "foreign", ("G", "partner/joe"): "other-source"}},
            source(INTEGRATED),
            {"eve": "G has members of another forest, which are not looked for"},
        ),
        (
            (*CHAIN, ("G", "partner/eve")),
            {"ways": {("G", "partner/eve"): "foreign"}},
            source(INTEGRATED, foreign_groups=True),
            {},
        ),
        (
            (*CHAIN, ("G", "joe"), ("T", "eve")),
            {
                "ways": {
                    **dict.fromkeys((("G", "T"), ("G", "bob"), ("T", "eve")), "uniqueMember"),
                    ("G", "joe"): "memberUid",
                }
            },
            source(OPENLDAP),
            {
                "ann": "T names members by another attribute than uniqueMember",
                "joe": "G names members by another attribute than uniqueMember",
            },
        ),
        (
            CHAIN,
            {"ways": dict.fromkeys(CHAIN, "uniqueMember"), "below": {**APART, "bob": OUTSIDE}},
            source(OPENLDAP, group_base=BASE, user_base=BASE),
            CUT_AT_T | {"bob": "the account lies outside of the user base"},
        ),
        (
            CHAIN,
            {},
            source(FEDERATED),
            {"ann": "T is nested in G, which the identity provider may not say"},
        ),
    ],
)
def test_who_is_left_out_and_why(
    members: tuple[Pair, ...],
    parts: Mapping[str, object],
    identity_source: IdentitySource,
    expected: dict[str, str],
) -> None:
    estate = estate_of(*members, **parts)
    lost = count_as(estate, identity_source, number(estate))
    assert told(estate, lost) == expected
    assert lost.perhaps.tolist() == [identity_source.kind is FEDERATED] * len(expected)


def test_one_chain_that_counts_is_enough() -> None:
    estate = estate_of(*CHAIN, ("G", "Other"), ("Other", "ann"), below={"T": OUTSIDE})
    assert not len(count_as(estate, source(AD, group_base=BASE), number(estate)))


def test_whoever_is_disabled_is_not_told_of() -> None:
    estate = estate_of(*CHAIN, below={"T": OUTSIDE}, disabled=["ann"])
    assert not len(count_as(estate, source(AD, group_base=BASE), number(estate)))


def test_groups_that_hold_each_other_are_walked_once() -> None:
    circle = (("G", "T"), ("T", "U"), ("U", "T"), ("U", "G"), ("U", "ann"))
    estate = estate_of(*circle, below={"U": OUTSIDE})
    lost = count_as(estate, source(AD, group_base=BASE), number(estate))
    assert told(estate, lost) == {"ann": "U lies outside of the group base"}


def test_a_chain_that_is_cut_twice_names_the_cut_nearest_to_the_permission() -> None:
    estate = estate_of(("G", "T"), ("T", "U"), ("U", "ann"), below={"T": OUTSIDE, "U": OUTSIDE})
    lost = count_as(estate, source(AD, group_base=BASE), number(estate))
    assert told(estate, lost) == {"ann": "T lies outside of the group base"}


def test_whoever_is_further_down_is_cut_where_the_chain_is() -> None:
    members = (("G", "T"), ("T", "U"), ("U", "V"), ("V", "ann"), ("G", "Z"), ("Z", "bob"))
    estate = estate_of(*members)
    lost = count_as(estate, source(AD, direct_groups_only=True), number(estate))
    assert told(estate, lost) == NESTED | {"bob": "Z is nested in G, and only direct groups count"}


def test_a_chain_from_vcenters_own_group_is_cut_in_the_directory() -> None:
    members = (("sso/Admins", "T"), ("T", "U"), ("U", "ann"), ("T", "bob"))
    estate = estate_of(*members, named=["sso/Admins"], below={"U": OUTSIDE})
    lost = count_as(estate, source(AD, group_base=BASE), number(estate, "sso/Admins"))
    assert told(estate, lost) == {"ann": "U lies outside of the group base"}


def test_whoever_is_not_found_is_in_no_group_of_vcenters_own_either() -> None:
    estate = estate_of(("sso/Admins", "ann"), named=["sso/Admins"], below={"ann": OUTSIDE})
    lost = count_as(estate, source(AD, user_base=BASE), number(estate, "sso/Admins"))
    assert told(estate, lost) == {"ann": "the account lies outside of the user base"}


def test_names_are_compared_as_names_and_whatever_has_none_counts() -> None:
    apart = "OU = Apart , DC=corp, DC=example"
    estate = estate_of(*CHAIN, below={"T": apart, "bob": "no name"})
    rules = source(AD, group_base="dc=corp,dc=example", user_base="dc=corp,dc=example")
    assert not len(count_as(estate, rules, number(estate)))


def test_without_names_of_entries_nothing_is_derived_and_the_directory_is_named() -> None:
    estate = build_estate(permitted(CHAIN, placed=False))
    for kind in (AD, INTEGRATED, OPENLDAP):
        counting = Counting(estate, [source(kind, group_base=BASE)])
        assert counting.underived == ("corp",)
        assert not len(counting.lost(number(estate)))
    assert Counting(estate, [source(FEDERATED)]).underived == ()


NAMES = ("G", "T", "U", "V", "ann", "bob", "partner/eve", "partner/Far")
PAIRS = st.tuples(
    st.sampled_from([name for name in NAMES if name[0].isupper()]), st.sampled_from(NAMES)
)


@settings(deadline=None)
@given(
    members=st.sets(PAIRS.filter(lambda pair: pair[0] != pair[1]), max_size=12),
    apart=st.sets(st.sampled_from(NAMES)),
    rules=st.builds(
        IdentitySource,
        st.just("corp"),
        st.sampled_from(IdentitySourceKind),
        st.sampled_from(["", BASE]),
        st.sampled_from(["", BASE]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
)
def test_what_is_left_is_what_walking_up_from_each_account_finds(
    members: set[Pair], apart: set[str], rules: IdentitySource
) -> None:
    """Against a plain walk, one account at a time, as vCenter does it."""
    ways = {pair: "uniqueMember" for pair in members if len(pair[1]) % 2}
    estate = estate_of(*members, below=dict.fromkeys(apart, OUTSIDE), ways=ways)
    lost = set(told(estate, count_as(estate, rules, number(estate))))
    people = {name for pair in members for name in pair if name in {"ann", "bob", "partner/eve"}}
    in_truth = {one for one in people if _reaches(one, members)}
    counted = {one for one in people if _walks(one, members, apart, rules)}
    assert counted <= in_truth
    assert lost == {one.rpartition("/")[2] for one in in_truth - counted}


def _reaches(account: str, members: set[Pair]) -> bool:
    seen, queue = set[str](), [account]
    while queue:
        one = queue.pop()
        for group, member in members:
            if member == one and group not in seen:
                seen.add(group)
                queue.append(group)
    return "G" in seen


def _walks(account: str, members: set[Pair], apart: set[str], rules: IdentitySource) -> bool:
    own = "/" not in account
    bases = rules.kind in {AD, OPENLDAP}
    if bases and own and rules.user_base and account in apart:
        return False
    seen, queue = set[str](), [account]
    while queue:
        one = queue.pop()
        for group, member in members:
            if member == one and group not in seen and _finds(rules, group, member, apart):
                seen.add(group)
                queue.append(group)
    return "G" in seen


def _finds(rules: IdentitySource, group: str, member: str, apart: set[str]) -> bool:
    if "/" in group:
        return True
    match rules.kind:
        case IdentitySourceKind.FEDERATED:
            return not member.rpartition("/")[2][0].isupper()
        case IdentitySourceKind.OPENLDAP:
            return len(member) % 2 == 1 and not (rules.group_base and group in apart)
        case IdentitySourceKind.INTEGRATED:
            return "/" not in member or rules.foreign_groups
        case IdentitySourceKind.AD_OVER_LDAP:
            whole = rules.whole_domain or not rules.group_base
            nested = member.rpartition("/")[2][0].isupper()
            within = whole or group not in apart
            return within and "/" not in member and not (nested and rules.direct_groups_only)
