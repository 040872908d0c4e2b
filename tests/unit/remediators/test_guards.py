"""What is left to a person, where no real server can be had: FreeIPA and vCenter's own."""

from dataclasses import replace

import pytest

from accessreview.ldap.port import Entry
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.remediation import MembershipRemoval
from accessreview.remediators.guards import Case, Self, crossing
from accessreview.remediators.members import Membership
from accessreview.remediators.results import RESULTS, Result, said

ANN, BEN = "cn=Ann,cn=users,dc=vsphere,dc=local", "cn=Ben,cn=users,dc=vsphere,dc=local"
CHANGE = MembershipRemoval(
    group=GroupRef("sso", "S-1-5-21-1-2-3-544"),
    group_name="Administrators",
    group_locator="cn=Administrators,cn=Builtin,dc=vsphere,dc=local",
    member=AccountRef("sso", "S-1-5-21-1-2-3-1101"),
    member_login="Ann",
    member_locator=ANN,
)


def case(
    *members: str,
    kind: DirectoryKind = DirectoryKind.VMDIR,
    name: str = "Administrators",
    own: str = "",
) -> Case:
    principal = {"userprincipalname": (b"ann@vsphere.local",)}
    return Case(
        change=replace(CHANGE, group_name=name),
        group=Entry(
            CHANGE.group_locator,
            {"cn": (name.encode(),), "member": tuple(one.encode() for one in members)},
        ),
        member=Entry(ANN, principal),
        membership=Membership(kind, AttributeNames()),
        own=Self(frozenset(), own),
        directory="Corp",
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [(DirectoryKind.VMDIR, "Administrators"), (DirectoryKind.FREEIPA, "admins")],
)
def test_the_last_administrator_of_a_directory_stays(kind: DirectoryKind, name: str) -> None:
    assert "nobody could administer Corp" in case(ANN, kind=kind, name=name).refusal()
    assert case(ANN, BEN, kind=kind, name=name).refusal() == ""
    assert case(BEN, kind=kind, name=name).refusal() == "", "she is not even in it"
    assert case(ANN, kind=kind, name="others").refusal() == ""
    assert case(ANN, kind=DirectoryKind.OPENLDAP, name=name).refusal() == ""


@pytest.mark.parametrize("own", ["ANN@vsphere.local", ANN.upper()])
def test_the_account_that_writes_is_known_by_either_name(own: str) -> None:
    assert "is the account that makes this change" in case(ANN, BEN, own=own).refusal()


def test_without_a_name_of_its_own_nobody_is_taken_for_it() -> None:
    assert replace(case(ANN, BEN), member=Entry(ANN, {})).refusal() == ""
    assert replace(case("", BEN), member=Entry("", {})).refusal() == ""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DirectoryKind.FREEIPA, "ipa group-remove-member Administrators --external S-1-5-21-9-7"),
        (DirectoryKind.ACTIVE_DIRECTORY, "begins with CN=S-1-5-21-9-7"),
        (DirectoryKind.OPENLDAP, "the value that names uid=ann,dc=x"),
    ],
)
def test_a_person_is_told_how_a_member_of_another_directory_goes(
    kind: DirectoryKind, words: str
) -> None:
    foreign = replace(
        CHANGE, member=AccountRef("other", "S-1-5-21-9-7"), member_locator="uid=ann,dc=x"
    )
    assert words in crossing(foreign, kind)


def test_no_member_any_more_is_believed_only_where_that_is_so() -> None:
    for kind, code in ((DirectoryKind.ACTIVE_DIRECTORY, 53), (DirectoryKind.OPENLDAP, 16)):
        assert said(kind, code, is_there=False) == f"{Result.NO_MEMBER.value} (code {code})"
        assert said(kind, code, is_there=True) == f"{Result.UNWILLING.value} (code {code})"
    assert "busy" in said(DirectoryKind.OPENLDAP, 51, is_there=True)


def test_every_kind_of_directory_has_its_answers() -> None:
    assert set(RESULTS) == set(DirectoryKind)
