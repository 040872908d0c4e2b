"""The script handed to a person for a directory."""

import base64
from dataclasses import replace

import pytest

from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.remediation import MembershipRemoval
from accessreview.remediators.ldif import script

AD = MembershipRemoval(
    group=GroupRef("corp", "S-1-5-21-1-2-3-1201"),
    group_name="vc-admins",
    group_locator="CN=vc-admins,OU=groups,DC=corp,DC=example",
    member=AccountRef("corp", "S-1-5-21-1-2-3-1101"),
    member_login="ann",
    member_locator="CN=Ann,OU=people,DC=corp,DC=example",
)
UNIX = replace(
    AD,
    group=GroupRef("unix", "b7e0"),
    member=AccountRef("unix", "b7e1"),
    group_locator="cn=vc-admins,dc=x",
    member_locator="uid=ann,dc=x",
)


def test_active_directory_gets_one_record_that_deletes_one_value() -> None:
    assert script([AD]).endswith(
        "# Take ann out of vc-admins.\n\n"
        "dn: CN=vc-admins,OU=groups,DC=corp,DC=example\n"
        "changetype: modify\n"
        "delete: member\n"
        "member: CN=Ann,OU=people,DC=corp,DC=example\n"
        "-\n"
    )


def test_others_get_a_record_for_each_way_of_keeping_members() -> None:
    text = script([UNIX])
    assert text.count("changetype: modify") == 3
    for line in ("member: uid=ann,dc=x", "uniqueMember: uid=ann,dc=x", "memberUid: ann"):
        assert f"\n{line}\n-\n" in text


def test_where_it_is_recorded_by_what_somebody_is_a_member_no_other_way_is_tried() -> None:
    assert script([replace(UNIX, ways=("memberUid",))]).count("changetype: modify") == 2
    assert "uniqueMember" not in script([replace(UNIX, ways=("memberUid",))])
    assert "\nroleOccupant: uid=ann,dc=x\n-\n" in script([replace(UNIX, ways=("roleOccupant",))])


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("primaryGroupID", "give the account another one"),
        ("gidNumber", "both have the same gidNumber"),
        ("memberURL", "change the search in memberURL"),
        ("nsRole", "out of nsRoleDN of ann"),
        ("foreign", "take out the value that names this id"),
        ("other-source", "names uid=ann,dc=x"),
    ],
)
def test_what_no_record_can_end_is_a_comment_that_says_what_to_do(way: str, words: str) -> None:
    text = script([replace(UNIX, ways=("memberUid", way))])
    assert "changetype" not in text
    assert words in text


def test_a_change_without_a_name_to_use_is_a_comment() -> None:
    text = script([replace(AD, group_locator=""), replace(UNIX, member=AD.member)])
    assert "changetype" not in text
    assert text.count("# By hand: take ann out of vc-admins") == 2


def test_names_that_ldif_cannot_hold_are_in_base64() -> None:
    odd = "CN=Łukasz\nchangetype: delete,DC=x"
    text = script([replace(AD, member_locator=odd, group_locator=" CN=a,DC=x ")])
    assert f"member:: {base64.b64encode(odd.encode()).decode()}\n" in text
    assert f"dn:: {base64.b64encode(b' CN=a,DC=x ').decode()}\n" in text
    assert "\nchangetype: delete" not in text


def test_a_name_cannot_leave_its_comment() -> None:
    text = script([replace(AD, member_login="ann\ndn: dc=x\nchangetype: delete", group_name="é")])
    assert "\ndn: dc=x" not in text
    assert "ann\\ndn: dc=x" in text
    assert text.isascii()
