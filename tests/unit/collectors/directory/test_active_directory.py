"""What the entries of an Active Directory mean."""

from dataclasses import replace

import pytest

from accessreview.model.snapshot import Coverage, Reading
from tests.unit.collectors.directory.entries import (
    ACTIVE_DIRECTORY,
    BASE,
    account,
    ad_group,
    ad_user,
    entry,
    read,
    rows,
    sid,
)

DOMAIN = "S-1-5-21-1-2-3"
ANN = ad_user(1101, "ann")
FOREIGN = "CN=S-1-5-21-9-9-9-1101,CN=ForeignSecurityPrincipals"
EVERYONE = "CN=S-1-5-11,CN=ForeignSecurityPrincipals"


def test_ids_are_sids_and_names_are_every_spelling_in_use() -> None:
    user = ad_user(1101, "ann", userPrincipalName="ann.lee@corp.test")
    reading = read(ACTIVE_DIRECTORY, user, ad_group(1201, "admins", "CN=ann,OU=people"))
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())
    assert rows(reading, "members") == {(f"{DOMAIN}-1201", f"{DOMAIN}-1101")}
    assert {name for item, name in rows(reading, "principal_names") if item.endswith("1101")} == {
        r"CORP\ann",
        r"corp.example\ann",
        "ann@corp.example",
        "ann.lee@corp.test",
    }


def test_the_primary_group_is_a_group_without_a_member_value() -> None:
    reading = read(
        ACTIVE_DIRECTORY,
        ad_user(1101, "ann", primaryGroupID="513"),
        ad_user(1102, "ben", primaryGroupID="514"),
        ad_group(513, "Domain Users"),
    )
    assert rows(reading, "members") == {(f"{DOMAIN}-513", f"{DOMAIN}-1101")}
    assert rows(reading, "ways") == {(f"{DOMAIN}-513", f"{DOMAIN}-1101", "primaryGroupID")}
    assert reading.source.coverage is Coverage.FULL
    assert "primary group" in reading.source.gaps[0]
    assert f"{DOMAIN}-514" in reading.source.gaps[0]


@pytest.mark.parametrize(
    ("attributes", "enabled"),
    [
        ({"userAccountControl": "512"}, "true"),
        ({"userAccountControl": "514"}, "false"),
        ({"userAccountControl": "66050"}, "false"),
        ({"accountExpires": "0"}, "true"),
        ({"accountExpires": "9223372036854775807"}, "true"),
        ({"accountExpires": "9223372036854775806"}, "true"),
        ({"accountExpires": "134167968000000000"}, "false"),
        ({"accountExpires": "134167968000000010"}, "true"),
        ({"lockoutTime": "134167967000000000"}, "true"),
    ],
)
def test_disabled_and_expired_accounts_are_told(attributes: dict[str, str], enabled: str) -> None:
    reading = read(ACTIVE_DIRECTORY, ad_user(1101, "ann", **attributes), ad_group(1201, "g"))
    assert account(reading, "ann")["enabled"] == enabled


def test_an_account_whose_state_is_hidden_counts_as_enabled_and_is_named() -> None:
    reading = read(ACTIVE_DIRECTORY, ad_user(1101, "ann", userAccountControl=""), ad_group(1, "g"))
    assert account(reading, "ann")["enabled"] == "true"
    assert "CN=ann" in reading.source.gaps[0]


def of_groups(reading: Reading) -> set[tuple[str, ...]]:
    """States of groups, without times."""
    groups = {row[0] for row in rows(reading, "groups")}
    table = reading.tables["states"].rows()
    return {(row[1], row[2], row[4]) for row in table if row[1] in groups}


def gaps(reading: Reading) -> tuple[str, ...]:
    return reading.source.gaps


def test_a_hidden_member_makes_the_reading_partial() -> None:
    """Active Directory keeps no references to what was deleted."""
    reading = read(ACTIVE_DIRECTORY, ANN, ad_group(1201, "g", "CN=hidden,OU=people"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "may not read" in reading.source.gaps[0]
    assert {row[1:3] for row in rows(reading, "outsiders")} == {
        (f"CN=hidden,OU=people,{BASE}", "hidden")
    }


@pytest.mark.parametrize(
    ("name", "outsider"),
    [
        (FOREIGN, ("S-1-5-21-9-9-9-1101", "foreign")),
        (EVERYONE, ("S-1-5-11", "everybody")),
        ("CN=S-1-12-1-7-8-9-10,CN=ForeignSecurityPrincipals", ("S-1-12-1-7-8-9-10", "foreign")),
    ],
)
def test_a_member_of_another_domain_is_told_by_its_sid_for_that_one_to_explain(
    name: str, outsider: tuple[str, str]
) -> None:
    principal = entry(name, objectClass=("top", "foreignSecurityPrincipal"))
    reading = read(ACTIVE_DIRECTORY, ANN, principal, ad_group(1201, "g", name))
    assert reading.source.coverage is Coverage.FULL
    assert {row[1:3] for row in rows(reading, "outsiders")} == {outsider}


def test_a_group_of_everybody_is_told_by_its_number_or_by_whom_it_holds() -> None:
    principal = entry(EVERYONE, objectClass="foreignSecurityPrincipal")
    reading = read(
        ACTIVE_DIRECTORY,
        ANN,
        principal,
        ad_group(513, "Domain Users"),
        ad_group(1201, "open", EVERYONE),
        ad_group(1202, "513"),
    )
    assert of_groups(reading) == {
        (f"{DOMAIN}-513", "everybody", f"objectSid {DOMAIN}-513"),
        (f"{DOMAIN}-1201", "everybody", "member S-1-5-11"),
    }
    assert any("stands for whoever there is: S-1-5-11 in CN=open" in gap for gap in gaps(reading))


def test_groups_that_grant_nothing_and_groups_that_nobody_may_change_are_told() -> None:
    reading = read(
        ACTIVE_DIRECTORY,
        ANN,
        ad_group(1201, "list", groupType="2"),
        ad_group(1202, "team", groupType="-2147483646"),
        ad_group(1203, "admins", groupType="-2147483646", adminCount="1"),
        ad_group(1204, "unlucky", groupType="", adminCount="0"),
    )
    assert {row[:2] for row in of_groups(reading)} == {
        (f"{DOMAIN}-1201", "distribution"),
        (f"{DOMAIN}-1203", "protected"),
    }


def test_former_sids_are_further_ids() -> None:
    old = sid(900).replace(b"\x01\x00\x00\x00", b"\x09\x00\x00\x00")
    reading = read(ACTIVE_DIRECTORY, ad_user(1101, "ann", sIDHistory=old), ad_group(1201, "g"))
    assert rows(reading, "identifiers") == {(f"{DOMAIN}-1101", "sid-history", "S-1-5-21-9-2-3-900")}


def test_a_member_may_be_named_by_its_ids_as_well() -> None:
    """As the control for extended names has it, in text or in hexadecimal digits."""
    members = [
        f"<GUID=00112233-4455-6677-8899-aabbccddeeff>;<SID={DOMAIN}-1101>;CN=Moved,DC=x",
        f"<GUID=33221100554477668899aabbccddeeff>;<SID={sid(1102).hex()}>;CN=ben,OU=people,{BASE}",
        f"<GUID=33221100554477668899aabbccddeeff>;CN=cid,OU=people,{BASE}",
        "<SID=S-1-5-21-9-9-9-7>;CN=Far,DC=other,DC=example",
    ]
    reading = read(
        ACTIVE_DIRECTORY,
        *(ad_user(1100 + number, name) for number, name in enumerate(("ann", "ben", "cid"), 1)),
        ad_group(1201, "g", member=members),
    )
    assert rows(reading, "members") == {
        (f"{DOMAIN}-1201", f"{DOMAIN}-{number}") for number in (1101, 1102, 1103)
    }
    assert {row[1:3] for row in rows(reading, "outsiders")} == {("S-1-5-21-9-9-9-7", "foreign")}


def test_a_deleted_member_is_remarked() -> None:
    name = "CN=old\\0ADEL:00112233-4455-6677-8899-aabbccddeeff,CN=Deleted Objects"
    reading = read(ACTIVE_DIRECTORY, ANN, ad_group(1201, "g", name))
    assert reading.source.coverage is Coverage.FULL
    assert "was deleted" in gaps(reading)[0]
    assert {row[2] for row in rows(reading, "outsiders")} == {"dangling"}


def test_a_contact_cannot_sign_in() -> None:
    contact = entry("CN=Guest,OU=people", objectClass=("top", "person", "contact"))
    reading = read(ACTIVE_DIRECTORY, ANN, contact, ad_group(1201, "g", "CN=Guest,OU=people"))
    assert reading.source.coverage is Coverage.FULL
    assert "neither an account nor a group" in reading.source.gaps[0]
    assert len(rows(reading, "accounts")) == 1


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"givenName": "Ann"}, "human"),
        ({"employeeID": "17"}, "human"),
        ({}, "unknown"),
        ({"givenName": "x", "servicePrincipalName": "http/web"}, "service"),
        ({"objectClass": ("user", "computer")}, "service"),
        ({"objectClass": ("user", "computer", "msDS-GroupManagedServiceAccount")}, "service"),
        ({"sAMAccountName": "SVC-backup", "mail": "x@corp.example"}, "service"),
    ],
)
def test_people_and_services_are_told_apart(attributes: dict[str, str], kind: str) -> None:
    schema = replace(ACTIVE_DIRECTORY, service_pattern="svc-.*")
    reading = read(schema, ad_user(1101, "ann", **attributes), ad_group(1201, "g"))
    assert {row[4] for row in rows(reading, "accounts")} == {kind}


def test_the_owners_of_a_group_are_who_manages_it_and_who_helps() -> None:
    reading = read(
        ACTIVE_DIRECTORY,
        ANN,
        ad_user(1102, "ben"),
        ad_group(
            1201,
            "g",
            managedBy=f"cn=Ann,ou=people,{BASE}",
            msExchCoManagedByLink=[f"CN=ben,OU=people,{BASE}"],
        ),
    )
    assert rows(reading, "responsibles") == {
        (f"{DOMAIN}-1201", "owner", f"{DOMAIN}-1101"),
        (f"{DOMAIN}-1201", "owner", f"{DOMAIN}-1102"),
    }


def test_whoever_manages_a_machine_answers_for_its_account() -> None:
    boss = f"CN=Ann,OU=people,{BASE}"
    machine = ad_user(1102, "pc1$", objectClass=["user", "computer"], managedBy=boss)
    reading = read(ACTIVE_DIRECTORY, ANN, machine)
    assert rows(reading, "responsibles") == {(f"{DOMAIN}-1102", "manager", f"{DOMAIN}-1101")}


def test_nothing_read_is_never_an_empty_directory() -> None:
    reading = read(ACTIVE_DIRECTORY)
    assert reading.source.coverage is Coverage.PARTIAL
    assert "Not one account" in reading.source.gaps[0]
    assert "Not one group" in reading.source.gaps[1]


def test_two_objects_of_one_id_are_doubt() -> None:
    twin = ad_user(1101, "other", objectSid=sid(1101))
    reading = read(ACTIVE_DIRECTORY, ANN, twin, ad_group(1201, "g"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "two names" in reading.source.gaps[0]
