"""What a real OpenLDAP answers is understood as it is meant."""

from collections.abc import Iterator

import pytest

from accessreview.collectors.directory.schema import DanglingMembers
from accessreview.model.snapshot import Coverage, Reading
from tests.integration.directory.conftest import Collect, Server, Slapds
from tests.servers.slapd import SUFFIX, Slapd, group, person

pytestmark = pytest.mark.integration

ODD = {
    r"cn=Doe\2C John": r"CN=Doe\, John, OU=People,DC=Corp,dc=example",
    r"cn=A\2BB": rf"cn=a\+b,ou=people,{SUFFIX}",
    "cn=paren (x) *": f"cn=paren (x) *,ou=people,{SUFFIX}",
    r"cn=\23hash": rf"cn=\#hash,ou=people,{SUFFIX}",
}
ENTRIES = (
    person("ann", f"manager: uid=ben,ou=people,{SUFFIX}", "employeeNumber: 17")
    + person("ben", "pwdAccountLockedTime: 000001010000Z")
    + "".join(
        f"dn: {rdn},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nsn: x\nuid: odd{number}\n\n"
        for number, rdn in enumerate(ODD)
    )
    + f"dn: cn=odd,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: odd\n"
    + "".join(f"member: {name}\n" for name in ODD.values())
    + "\n"
    + group("inner", "ann", "cn=outer,ou=groups", lines=(f"owner: uid=ann,ou=people,{SUFFIX}",))
    + group("outer", "cn=inner,ou=groups")
    + group("stale", "gone", "cn=audit")
    + group("secret", "ann", under="ou=hidden")
    + f"dn: cn=unique,ou=groups,{SUFFIX}\nobjectClass: groupOfUniqueNames\ncn: unique\n"
    f"uniqueMember: uid=ann,ou=people,{SUFFIX}#'0101'B\n\n"
    f"dn: cn=unix,ou=groups,{SUFFIX}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 300\n"
    "memberUid: ben\n\n"
)


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@pytest.fixture(scope="module")
def reading(slapd: Slapd, server: Server, collect: Collect) -> Reading:
    return collect(server(slapd))


def members(reading: Reading) -> set[tuple[str, str]]:
    """Memberships by the names of both ends."""
    names = {
        row[1]: row[2] for table in ("accounts", "groups") for row in reading.tables[table].rows()
    }
    return {(names[row[1]], names[row[3]]) for row in reading.tables["members"].rows()}


def test_members_are_found_however_they_are_written(reading: Reading) -> None:
    assert members(reading) == {
        *(("odd", f"odd{number}") for number in range(len(ODD))),
        ("inner", "ann"),
        ("inner", "outer"),
        ("outer", "inner"),
        ("unique", "ann"),
        ("unix", "ben"),
    }


def test_a_member_that_is_nobody_is_told_from_one_that_is_not_found(
    slapd: Slapd, server: Server, collect: Collect, reading: Reading
) -> None:
    declared = collect(server(slapd), dangling_members=DanglingMembers.DELETED)
    for source, coverage, said in (
        (reading.source, Coverage.PARTIAL, "was deleted or is hidden"),
        (declared.source, Coverage.FULL, "counts as deleted"),
    ):
        assert source.coverage is coverage
        gone, no_account = source.gaps
        assert said in gone
        assert f"uid=gone,ou=people,{SUFFIX} in cn=stale,ou=groups,{SUFFIX}" in gone
        assert "neither an account nor a group" in no_account
        assert f"cn=audit,{SUFFIX}" in no_account


def test_ids_are_the_servers_own_and_names_are_kept_verbatim(reading: Reading) -> None:
    ids = {row[1] for table in ("accounts", "groups") for row in reading.tables[table].rows()}
    assert all(len(one) == 36 for one in ids)
    locators = {row[2] for row in reading.tables["locators"].rows()}
    assert rf"cn=Doe\2C John,ou=people,{SUFFIX}" in locators


def test_a_locked_account_is_disabled(reading: Reading) -> None:
    enabled = {row[2]: row[6] for row in reading.tables["accounts"].rows()}
    assert (enabled["ann"], enabled["ben"]) == ("true", "false")


def test_a_hidden_subtree_is_seen_by_whom_it_is_shown_to(
    slapd: Slapd, server: Server, collect: Collect, reading: Reading
) -> None:
    assert ("secret", "ann") not in members(reading)
    assert ("secret", "ann") in members(collect(server(slapd, "remedy")))


def test_two_readings_of_the_same_say_the_same(
    slapd: Slapd, server: Server, collect: Collect, reading: Reading
) -> None:
    again = collect(server(slapd, page_size=2))
    for name, table in reading.tables.items():
        if name != "counts":  # has its pages
            assert sorted(again.tables[name].rows()) == sorted(table.rows())
