"""What is observed of permissions and directories beside what the rules find."""

from collections.abc import Iterable, Sequence

import pytest

from accessreview.analysis.changed_hands import meanings
from accessreview.analysis.estate import build_estate
from accessreview.analysis.observations import observe
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from accessreview.model.observation import Observation, ObservationKind
from accessreview.model.snapshot import Snapshot
from tests.permitted import BASE, permitted
from tests.snapshots import Rows

K = ObservationKind
OLD, NEW = "S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-2202"


def observed(
    snapshot: Snapshot, *sources: IdentitySource, before: Iterable[Snapshot] = ()
) -> tuple[Observation, ...]:
    earlier = [meanings(each) for each in before]
    return observe(build_estate(snapshot), {"vc": sources}, earlier)


def the_one(kind: ObservationKind, found: Sequence[Observation]) -> Observation:
    (one,) = (each for each in found if each.kind is kind)
    return one


def names(one: Observation) -> list[str]:
    return [each.name for each in one.concerned]


def reasons(one: Observation) -> dict[str, str]:
    return {each.name: each.reason for each in one.concerned}


def test_of_an_estate_where_everything_is_plain_nothing_is_observed() -> None:
    source = IdentitySource("corp", IdentitySourceKind.AD_OVER_LDAP, BASE, BASE)
    snapshot = permitted([("G", "T"), ("T", "ann")])
    assert observed(snapshot, source, before=[snapshot]) == ()


def test_a_group_that_counts_differently_is_told_with_whom_and_how_many() -> None:
    apart = {"T": "ou=apart,dc=corp,dc=example"}
    members = [("G", "T"), ("T", "bob"), ("T", "ann"), ("G", "cat")]
    source = IdentitySource("corp", IdentitySourceKind.AD_OVER_LDAP, "", BASE)
    one = the_one(K.COUNTED_DIFFERENTLY, observed(permitted(members, below=apart), source))
    assert (one.vcenter, one.principal, one.is_group) == ("vc", "CORP\\G", True)
    assert one.detail == (
        "This vCenter counts 1 of 3 enabled accounts that are in the group (corp by Active "
        "Directory over LDAP). Left out are 2 because T lies outside of the group base."
    )
    assert names(one) == ["ann", "bob"]
    assert names(one)[1:] == [each.name for each in one.concerned[1:]]


def test_many_reasons_are_cut_short_and_counted() -> None:
    members = [("G", f"T{n}") for n in range(5)] + [(f"T{n}", f"u{n}") for n in range(5)]
    source = IdentitySource("corp", IdentitySourceKind.AD_OVER_LDAP, direct_groups_only=True)
    one = the_one(K.COUNTED_DIFFERENTLY, observed(permitted(members), source))
    assert one.detail.endswith("; 2 for other reasons.")
    assert len(one.concerned) == 5


def test_whom_a_permission_that_does_not_count_would_have_kept_out_can_do_more() -> None:
    """No access for a group on the root hides the global permission, if the group counts."""
    rows: Rows = {
        "roles": [("vc", "5", "No access", "false")],
        "permissions": [
            ("vc", "", "CORP\\G", "true", "1", "true"),
            ("vc", "root", "CORP\\Barred", "true", "5", "true"),
        ],
    }
    members = [("G", "ann"), ("G", "bob"), ("Barred", "T"), ("T", "ann"), ("Barred", "bob")]
    snapshot = permitted(members, named=[], further=rows)
    source = IdentitySource("corp", IdentitySourceKind.AD_OVER_LDAP, direct_groups_only=True)
    found = observed(snapshot, source)
    assert [each.kind for each in found] == [K.MORE_THAN_SHOWN, K.COUNTED_DIFFERENTLY]
    assert found[0].detail.startswith("1 account can do more in this vCenter than is shown")
    assert reasons(found[0]) == {
        "ann": "such as Host.Config.Network on 1 entity, the first of them root"
    }
    assert found[1].principal == "CORP\\Barred"
    unsure = observed(snapshot, IdentitySource("corp", IdentitySourceKind.FEDERATED))
    assert unsure[0].detail.startswith("1 account may do more")


def test_what_a_provider_of_identities_says_is_not_derived() -> None:
    source = IdentitySource("corp", IdentitySourceKind.FEDERATED)
    found = observed(permitted([("G", "T"), ("T", "ann"), ("G", "bob")]), source)
    one = the_one(K.NOT_DERIVED, found)
    assert "may count no more than 1 of 2 enabled accounts" in one.detail
    assert names(one) == ["ann"]
    assert len(found) == 1


def test_a_bundle_without_its_annex_is_said_to_tell_too_little() -> None:
    source = IdentitySource("corp", IdentitySourceKind.OPENLDAP)
    one = the_one(K.NOT_DERIVED, observed(permitted([("G", "ann")], placed=False), source))
    assert (one.principal, len(one.concerned)) == ("", 0)
    assert "groups of corp is not known" in one.detail


def test_another_vcenter_has_identity_sources_of_its_own() -> None:
    estate = build_estate(permitted([("G", "T"), ("T", "ann")]))
    source = IdentitySource("corp", IdentitySourceKind.FEDERATED)
    assert observe(estate, {"vc-2": (source,)}) == ()


def of_group(id_: str, name: str = "Ops", further: Rows | None = None) -> Snapshot:
    r"""A permission for ``CORP\Ops`` where one group has this id and name."""
    rows: Rows = {
        "groups": [("corp", id_, name)],
        "principal_names": [("corp", id_, f"CORP\\{name}")],
        "permissions": [("vc", "root", "CORP\\Ops", "true", "1", "true")],
    }
    return permitted([("G", "ann")], further={**rows, **(further or {})})


def test_a_group_made_anew_under_the_name_of_another_is_no_match_to_be_trusted() -> None:
    one = the_one(K.ANOTHER_OBJECT, observed(of_group(NEW), before=[of_group(OLD)]))
    assert (one.principal, one.is_group) == ("CORP\\Ops", True)
    assert one.detail.startswith("On 2026-01-31 the name meant another group, which is gone.")
    assert [(each.id, each.reason) for each in one.concerned] == [
        (OLD, "meant before"),
        (NEW, "meant now"),
    ]


def test_a_name_that_was_passed_on_tells_what_the_former_group_is_called_now() -> None:
    renamed: Rows = {"groups": [("corp", NEW, "Ops"), ("corp", OLD, "Operators")]}
    one = the_one(
        K.ANOTHER_OBJECT, observed(of_group(NEW, further=renamed), before=[of_group(OLD)])
    )
    assert "which is called Operators now" in one.detail


def test_a_group_that_carries_the_sid_of_the_former_is_said_to() -> None:
    history: Rows = {"identifiers": [("corp", NEW, "sid-history", OLD)]}
    found = observed(of_group(NEW, further=history), before=[of_group(OLD)])
    assert "the former's SID in its history" in the_one(K.ANOTHER_OBJECT, found).detail


def test_a_group_that_was_renamed_is_told_by_its_name_of_today_and_not_as_an_orphan_as_well() -> (
    None
):
    found = observed(of_group(OLD, "Operators"), before=[of_group(OLD)])
    one = the_one(K.RENAMED, found)
    assert "is called Operators now" in one.detail
    assert [each.kind for each in found] == [K.RENAMED]


def test_a_group_that_was_deleted_leaves_an_orphan() -> None:
    found = observed(of_group(NEW, "Others"), before=[of_group(OLD)])
    assert [each.kind for each in found] == [K.ORPHAN]


@pytest.mark.parametrize("scheme", ["sid", "uuid"])
def test_an_object_is_the_same_by_any_id_that_nobody_else_has(scheme: str) -> None:
    marked: Rows = {"identifiers": [("corp", "by-name", scheme, OLD)]}
    assert observed(of_group("by-name", further=marked), before=[of_group(OLD)]) == ()


def test_of_several_earlier_snapshots_the_nearest_that_differs_is_told() -> None:
    found = observed(of_group(NEW), before=[of_group(NEW), of_group(OLD), of_group("other")])
    one = the_one(K.ANOTHER_OBJECT, found)
    assert one.concerned[0].id == OLD


def test_a_name_that_was_not_known_before_is_nothing_new() -> None:
    assert observed(of_group(NEW), before=[of_group(OLD, "Others")]) == ()


def test_a_group_that_holds_whoever_there_is_is_told_of_through_others_too() -> None:
    rows: Rows = {
        "states": [("corp", "All", "everybody", "", "objectSid S-1-5-21-1-2-3-513")],
        "outsiders": [("corp", "Some", "S-1-5-11", "everybody", "Authenticated Users")],
    }
    members = [("G", "All"), ("G", "Some"), ("H", "ann"), ("All", "bob"), ("Some", "bob")]
    found = observed(permitted(members, named=["G", "H"], further=rows))
    one = the_one(K.EVERYBODY, found)
    assert one.principal == "CORP\\G"
    assert reasons(one) == {"All": "objectSid S-1-5-21-1-2-3-513", "Some": "member S-1-5-11"}


def test_members_of_whom_nobody_knows_who_they_are_are_told_with_their_groups() -> None:
    rows: Rows = {
        "outsiders": [
            ("corp", "T", "S-1-5-21-9-9-9-1", "foreign", "cn=x"),
            ("corp", "G", "uid=gone", "dangling", "no entry was found"),
            ("corp", "G", "cn=contact", "other", "objectClass contact"),
            ("corp", "Unasked", "uid=gone", "dangling", "no entry was found"),
        ]
    }
    members = [("G", "T"), ("T", "ann"), ("Unasked", "ann")]
    one = the_one(K.UNRESOLVED_MEMBERS, observed(permitted(members, further=rows)))
    assert "(1 without an entry, 1 of another domain)" in one.detail
    assert reasons(one) == {
        "uid=gone": "without an entry, in G: no entry was found",
        "S-1-5-21-9-9-9-1": "of another domain, in T: cn=x",
    }


def test_disabled_accounts_with_privileges_are_counted_by_vcenter_with_reasons() -> None:
    rows: Rows = {
        "states": [("corp", "ann", "disabled", "", "userAccountControl 514 (bit 0x2)")],
        "roles": [("vc", "5", "No access", "false")],
        "permissions": [("vc", "root", "CORP\\N", "true", "5", "true")],
    }
    members = [("G", "T"), ("T", "ann"), ("G", "bob"), ("G", "cat"), ("N", "dan")]
    snapshot = permitted(members, disabled=["ann", "bob", "dan"], further=rows)
    one = the_one(K.DORMANT_PRIVILEGE, observed(snapshot))
    assert (one.vcenter, one.principal) == ("vc", "")
    assert one.detail.startswith("2 accounts with privileges")
    assert reasons(one) == {"ann": "disabled: userAccountControl 514 (bit 0x2)", "bob": "disabled"}


def test_accounts_that_could_be_several_persons_count_where_they_have_privileges() -> None:
    rows: Rows = {
        "joins": [
            ("corp", "ann", "corp/ann", "ambiguous", "shares mail x with bob"),
            ("corp", "cat", "corp/cat", "ambiguous", "shares mail y with dan"),
        ]
    }
    members = [("G", "ann"), ("G", "bob"), ("Unasked", "cat")]
    one = the_one(K.AMBIGUOUS_PERSONS, observed(permitted(members, further=rows)))
    assert reasons(one) == {"ann": "ambiguous: shares mail x with bob"}


def test_orphans_and_ambiguous_names_are_told_of_groups_and_accounts() -> None:
    rows: Rows = {
        "permissions": [
            ("vc", "root", "CORP\\Nobody", "true", "1", "true"),
            ("vc", "root", "CORP\\nobody", "false", "1", "true"),
        ],
        "principal_names": [("corp", "T", "CORP\\G"), ("corp", "bob", "CORP\\ann")],
    }
    members = [("G", "ann"), ("T", "bob")]
    found = observed(permitted(members, named=["G", "ann"], further=rows))
    kinds = [(each.kind, each.principal, each.is_group) for each in found]
    assert kinds == [
        (K.ORPHAN, "CORP\\nobody", False),
        (K.ORPHAN, "CORP\\Nobody", True),
        (K.AMBIGUOUS_PRINCIPAL, "CORP\\ann", False),
        (K.AMBIGUOUS_PRINCIPAL, "CORP\\G", True),
    ]
    assert [names(each) for each in found[2:]] == [["ann", "bob"], ["G", "T"]]
