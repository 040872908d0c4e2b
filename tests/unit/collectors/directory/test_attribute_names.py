"""Attributes other than those usual for the kind."""

from dataclasses import replace

from accessreview.model.attribute_names import AttributeNames
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.directory.entries import (
    ACTIVE_DIRECTORY,
    BASE,
    OPENLDAP,
    ad_group,
    ad_user,
    entry,
    read,
    rows,
)

NAMES = AttributeNames(
    unique_id="staffNumber",
    login="mailNickname",
    group_name="teamName",
    display_name="fullName",
    mail="post",
    manager="boss",
    owner="keeper",
    members=("crew", "memberUid"),
)
ANN = entry(
    "cn=ann",
    objectClass="person",
    staffNumber="A-1",
    mailNickname="ann.lee",
    fullName="Ann Lee",
    post="ann@corp.example",
    boss=f"CN=Ben,{BASE}",
)
BEN = entry("cn=ben", objectClass="person", staffNumber="A-2", mailNickname="ben")
TEAM = entry(
    "cn=x",
    objectClass="groupOfNames",
    staffNumber="T-1",
    teamName="The Team",
    keeper=ANN.dn,
    crew=ANN.dn,
    member="cn=unheard,dc=of",
    memberUid="ben",
)


def test_each_of_them_counts_in_place_of_the_usual_one() -> None:
    reading = read(replace(OPENLDAP, names=NAMES), ANN, BEN, TEAM)
    assert reading.source.coverage is Coverage.FULL
    assert {row[:4] for row in rows(reading, "accounts")} == {
        ("A-1", "ann.lee", "Ann Lee", "ann@corp.example"),
        ("A-2", "ben", "ben", ""),
    }
    assert rows(reading, "groups") == {("T-1", "The Team")}
    assert rows(reading, "members") == {("T-1", "A-1"), ("T-1", "A-2")}
    assert rows(reading, "ways") == {("T-1", "A-1", "crew"), ("T-1", "A-2", "memberUid")}
    assert rows(reading, "responsibles") == {("A-1", "manager", "A-2"), ("T-1", "owner", "A-1")}
    assert ("T-1", r"corp.example\The Team") in rows(reading, "principal_names")


def test_they_are_asked_for_in_place_of_the_usual_ones() -> None:
    asked = set(replace(OPENLDAP, names=NAMES, person_attributes=("badge",)).attributes)
    assert {"staffNumber", "mailNickname", "crew", "memberUid", "badge"} <= asked
    assert asked.isdisjoint({"member", "uniqueMember", "owner", "manager", "mail", "uid"})


def test_primary_groups_are_found_by_sid_whatever_the_id_is() -> None:
    schema = replace(ACTIVE_DIRECTORY, names=AttributeNames(unique_id="objectGUID"))
    guids = [bytes([number]) * 16 for number in (1, 2)]
    reading = read(
        schema,
        ad_user(1101, "ann", objectGUID=guids[0], primaryGroupID="513"),
        ad_group(513, "Domain Users", objectGUID=guids[1]),
    )
    group, account = "02020202-0202-0202-0202-020202020202", "01010101-0101-0101-0101-010101010101"
    assert rows(reading, "members") == {(group, account)}
    assert (account, "sid", "S-1-5-21-1-2-3-1101") in rows(reading, "identifiers")
