"""What the entries of an OpenLDAP mean."""

from dataclasses import replace

import pytest

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DanglingMembers
from accessreview.collectors.directory.translate import translate
from accessreview.model.snapshot import Coverage
from accessreview.snapshot.check import check
from tests.unit.collectors.directory.entries import (
    BASE,
    NOW,
    OPENLDAP,
    SOURCE,
    account,
    entry,
    group,
    person,
    read,
    rows,
)

URL = "ldap:///ou=people,dc=corp,dc=example??sub?(title=T1)"
ANN, BEN = person("ann"), person("ben")
IN_FULL = (Coverage.FULL, ())
DECLARED = replace(OPENLDAP, dangling_members=DanglingMembers.DELETED)


def test_accounts_groups_members_and_names_are_told() -> None:
    reading = read(
        replace(OPENLDAP, netbios_names=("CORP",)),
        person("ann", mail="ann@corp.example", displayName="Ann Lee", employeeNumber="17"),
        group("admins", "uid=ann,ou=people"),
    )
    assert (reading.source.coverage, reading.source.gaps) == IN_FULL
    assert rows(reading, "accounts") == {
        ("ann", "ann", "Ann Lee", "ann@corp.example", "human", "true", "17")
    }
    assert rows(reading, "groups") == {("admins", "admins")}
    assert rows(reading, "members") == {("admins", "ann")}
    assert rows(reading, "principal_names") == {
        (which, name)
        for which in ("ann", "admins")
        for name in (rf"CORP\{which}", rf"corp.example\{which}", f"{which}@corp.example")
    }
    assert rows(reading, "locators") == {
        ("ann", "uid=ann,ou=people,dc=corp,dc=example"),
        ("admins", "cn=admins,ou=groups,dc=corp,dc=example"),
    }


def test_groups_nest_and_may_go_in_circles() -> None:
    reading = read(
        OPENLDAP,
        ANN,
        group("a", "cn=b,ou=groups"),
        group("b", "cn=c,ou=groups", "uid=ann,ou=people"),
        group("c", "cn=a,ou=groups"),
    )
    assert reading.source.coverage is Coverage.FULL
    assert rows(reading, "members") == {("a", "b"), ("b", "c"), ("b", "ann"), ("c", "a")}


@pytest.mark.parametrize(
    ("dn", "spelled"),
    [
        (r"cn=Doe\2C John,ou=people", r"CN=Doe\, John, OU=People"),
        (r"cn=A\2BB,ou=people", r"cn=a\+b,ou=people"),
        ("cn=paren (x) *,ou=people", "cn=paren  (X) *,ou=people"),
        (r"cn=\23hash,ou=people", r"cn=\#hash,ou=people"),
        ("cn=Lučić,ou=people", r"cn=Lu\C4\8Di\C4\87,ou=people"),
    ],
)
def test_a_member_spelled_otherwise_is_found(dn: str, spelled: str) -> None:
    someone = entry(dn, objectClass="inetOrgPerson", entryUUID="x", uid="x")
    reading = read(OPENLDAP, someone, group("g", spelled))
    assert rows(reading, "members") == {("g", "x")}
    assert reading.source.coverage is Coverage.FULL


def test_unique_members_may_carry_a_bit_string() -> None:
    names = ["uid=ann,ou=people,dc=corp,dc=example", "uid=ben,ou=people,dc=corp,dc=example#'01'B"]
    reading = read(
        OPENLDAP, ANN, BEN, group("u", objectClass="groupOfUniqueNames", uniqueMember=names)
    )
    assert rows(reading, "members") == {("u", "ann"), ("u", "ben")}
    assert rows(reading, "ways") == {("u", "ann", "uniqueMember"), ("u", "ben", "uniqueMember")}


def test_unix_groups_name_logins_and_numbers() -> None:
    reading = read(
        OPENLDAP,
        person("ann", gidNumber="200"),
        person("Ben", gidNumber="100"),
        group("p", objectClass="posixGroup", gidNumber="200", memberUid="ben"),
    )
    assert rows(reading, "members") == {("p", "ann"), ("p", "ben")}
    assert rows(reading, "ways") == {("p", "ann", "gidNumber"), ("p", "ben", "memberUid")}
    assert reading.source.coverage is Coverage.FULL
    assert any("without regard to case: ben" in gap for gap in reading.source.gaps)


def test_a_login_of_two_accounts_means_both() -> None:
    twin = replace(person("ann", entryUUID="ann2"), dn="uid=ann,ou=others,dc=corp,dc=example")
    reading = read(OPENLDAP, ANN, twin, group("p", objectClass="posixGroup", memberUid="ann"))
    assert rows(reading, "members") == {("p", "ann"), ("p", "ann2")}
    assert any("that of several accounts" in gap for gap in reading.source.gaps)


BY_NAME = group("g", "uid=gone,ou=people")
BY_LOGIN = group("g", objectClass="posixGroup", memberUid="gone")


@pytest.mark.parametrize("group_", [BY_NAME, BY_LOGIN], ids=["by name", "by login"])
def test_a_member_that_is_not_found_may_be_hidden_so_the_reading_is_partial(
    group_: RawEntry,
) -> None:
    reading = read(OPENLDAP, ANN, group_)
    assert reading.source.coverage is Coverage.PARTIAL
    (gap,) = reading.source.gaps
    assert "gone" in gap
    assert "in cn=g,ou=groups,dc=corp,dc=example" in gap
    assert 'set dangling_members to "deleted"' in gap
    assert rows(reading, "members") == set()


@pytest.mark.parametrize("group_", [BY_NAME, BY_LOGIN], ids=["by name", "by login"])
def test_a_member_that_is_not_found_is_only_remarked_where_such_are_declared_deleted(
    group_: RawEntry,
) -> None:
    reading = read(DECLARED, ANN, group_)
    assert reading.source.coverage is Coverage.FULL
    (gap,) = reading.source.gaps
    assert "counts as deleted, as dangling_members says" in gap
    assert "in cn=g,ou=groups,dc=corp,dc=example" in gap
    assert rows(reading, "members") == set()
    assert {row[2] for row in rows(reading, "outsiders")} == {"dangling"}


def test_a_member_without_classes_may_be_anybody() -> None:
    veiled = entry("uid=ben,ou=people", uid="ben", entryUUID="ben")
    reading = read(DECLARED, ANN, veiled, group("g", "uid=ben,ou=people"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "object classes are not shown" in reading.source.gaps[0]


def test_a_member_outside_what_is_read_is_left_to_other_directories() -> None:
    narrow = replace(
        OPENLDAP, bases=("ou=groups,dc=corp,dc=example", "ou=staff,dc=corp,dc=example")
    )
    for schema in (narrow, replace(narrow, dangling_members=DanglingMembers.DELETED)):
        reading = read(schema, ANN, group("g", "uid=ben,ou=people"))
        assert (reading.source.coverage, reading.source.gaps) == IN_FULL
        assert {row[:3] for row in rows(reading, "outsiders")} == {
            ("g", "uid=ben,ou=people,dc=corp,dc=example", "elsewhere")
        }


def test_what_lies_on_another_server_is_outside_of_what_is_read() -> None:
    raw = RawDirectory(
        (ANN, group("g", "uid=ben,ou=partners", "uid=gone,ou=people")),
        referred=("OU=Partners,dc=corp,dc=example",),
    )
    reading = translate(SOURCE, raw, OPENLDAP, NOW)
    assert {(row[1].partition(",")[0], row[2]) for row in rows(reading, "outsiders")} == {
        ("uid=ben", "elsewhere"),
        ("uid=gone", "dangling"),
    }


def test_a_file_covers_what_lies_below_its_entries() -> None:
    anywhere = replace(OPENLDAP, bases=())
    alone = read(anywhere, ANN, group("g", "uid=gone,ou=people"))
    below = read(anywhere, entry("", objectClass="domain"), ANN, group("g", "uid=gone,ou=people"))
    standings = [{row[2] for row in rows(reading, "outsiders")} for reading in (alone, below)]
    assert standings == [{"elsewhere"}, {"dangling"}]


def test_a_dynamic_group_is_not_known_where_nothing_searched_for_its_members() -> None:
    reading = read(OPENLDAP, ANN, group("d", objectClass="groupOfURLs", memberURL=URL))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "dynamic group" in reading.source.gaps[0]
    assert rows(reading, "states") == {("d", "dynamic", "", "memberURL")}


def test_a_dynamic_group_has_whom_its_search_found() -> None:
    raw = RawDirectory(
        (ANN, group("d", objectClass="groupOfURLs", memberURL=URL)), found={URL: (ANN.dn,)}
    )
    reading = translate(SOURCE, raw, OPENLDAP, NOW)
    assert (reading.source.coverage, reading.source.gaps) == IN_FULL
    assert rows(reading, "members") == {("d", "ann")}
    assert rows(reading, "ways") == {("d", "ann", "memberURL")}


def test_an_organizational_role_is_a_group_if_somebody_fills_it() -> None:
    role = {"objectClass": "organizationalRole", "member": ""}
    reading = read(
        OPENLDAP,
        ANN,
        group("chair", roleOccupant=ANN.dn, **role),
        group("empty", **role),
    )
    assert rows(reading, "groups") == {("chair", "chair")}
    assert rows(reading, "ways") == {("chair", "ann", "roleOccupant")}


def test_how_much_there_was_is_counted() -> None:
    raw = RawDirectory(
        (
            ANN,
            BEN,
            group("g", "uid=ann,ou=people", "uid=gone,ou=people", "uid=ben,ou=people"),
            group("h", "uid=gone,ou=people", "cn=x,dc=elsewhere"),
        ),
        figures={"pages": 3},
    )
    reading = translate(SOURCE, raw, replace(OPENLDAP, bases=(f"ou=people,{BASE}",)), NOW)
    assert {what: number for what, number in rows(reading, "counts")} == {  # noqa: C416 - typed so
        "accounts": "2",
        "groups": "2",
        "memberships": "2",
        "named-members": "5",
        "dangling": "2",
        "elsewhere": "1",
        "pages": "3",
    }


@pytest.mark.parametrize("member", ["alice", "cn=x+", "<GUID=00>"])
def test_a_member_that_is_no_name_makes_the_reading_partial(member: str) -> None:
    reading = read(OPENLDAP, ANN, group("g", member=member))
    assert reading.source.coverage is Coverage.PARTIAL


def test_an_empty_name_stands_for_nobody() -> None:
    """As put into groups that may not be empty."""
    reading = read(DECLARED, ANN, group("g", member=["", ANN.dn]), group("h", memberUid=""))
    assert rows(reading, "members") == {("g", "ann")}
    assert rows(reading, "outsiders") == set()
    assert reading.source.coverage is Coverage.FULL
    assert "empty name" in reading.source.gaps[0]


def test_an_entry_without_its_id_is_left_out_and_said() -> None:
    reading = read(OPENLDAP, ANN, person("ben", entryUUID=""), group("g", "uid=ben,ou=people"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "without its immutable id" in reading.source.gaps[0]
    assert rows(reading, "accounts") == rows(read(OPENLDAP, ANN, group("g")), "accounts")


def test_an_entry_found_twice_is_one_but_a_renamed_one_is_doubt() -> None:
    moved = person("ann", cn="Ann")
    twice = read(OPENLDAP, ANN, ANN, group("g", "uid=ann,ou=people"))
    renamed = read(
        OPENLDAP,
        moved,
        replace(moved, dn="uid=ann,ou=others,dc=corp,dc=example"),
        group("g", "uid=ann,ou=others"),
    )
    assert twice.source.coverage is Coverage.FULL
    assert renamed.source.coverage is Coverage.PARTIAL
    assert rows(twice, "members") == rows(renamed, "members") == {("g", "ann")}


def test_gaps_of_the_reading_make_it_partial_and_stand_first() -> None:
    reading = read(OPENLDAP, ANN, group("g", "uid=gone,ou=people"), gaps=("It broke off.",))
    assert reading.source.coverage is Coverage.PARTIAL
    assert reading.source.gaps[0] == "It broke off."


@pytest.mark.parametrize(
    ("attributes", "enabled"),
    [
        ({}, "true"),
        ({"pwdAccountLockedTime": "000001010000Z"}, "false"),
        ({"pwdAccountLockedTime": "20260228120000Z"}, "true"),
        ({"pwdEndTime": "20260228235959Z"}, "false"),
        ({"pwdEndTime": "20260301000001Z"}, "true"),
        ({"pwdEndTime": "soon"}, "true"),
        ({"shadowExpire": "1"}, "true"),
    ],
)
def test_only_what_the_directory_enforces_disables(
    attributes: dict[str, str], enabled: str
) -> None:
    reading = read(OPENLDAP, person("ann", **attributes), group("g"))
    assert account(reading, "ann")["enabled"] == enabled


def test_managers_and_owners_are_told_as_far_as_they_exist() -> None:
    boss, gone = "UID=Ben, ou=people,dc=corp,dc=example", "uid=gone,ou=people,dc=corp,dc=example"
    reading = read(OPENLDAP, person("ann", manager=boss), BEN, group("g", owner=[boss, gone]))
    assert rows(reading, "responsibles") == {("ann", "manager", "ben"), ("g", "owner", "ben")}
    assert reading.source.coverage is Coverage.FULL
    assert any("uid=gone" in gap for gap in reading.source.gaps)


def test_a_manager_who_lies_elsewhere_is_kept_by_name_until_directories_are_joined() -> None:
    boss = "uid=boss,dc=other,dc=example"
    reading = read(OPENLDAP, person("ann", manager=[boss, "no name"]), group("g", owner=boss))
    assert set(reading.tables["responsibles"].rows()) == {
        ("corp", "ann", "manager", "", boss),
        ("corp", "g", "owner", "", boss),
    }
    told = "The manager is no account of this directory: no name of uid=ann,"
    assert [gap.startswith(told) for gap in reading.source.gaps] == [True]


def test_what_is_told_satisfies_every_rule_of_a_snapshot() -> None:
    reading = read(
        OPENLDAP,
        ANN,
        ANN,
        person("ben", manager="uid=ann,ou=people,dc=corp,dc=example"),
        group("g", "uid=ann,ou=people", "UID=ANN,ou=people", "uid=gone,ou=people", "nonsense"),
    )
    assert not check([reading.source], reading.tables).total
