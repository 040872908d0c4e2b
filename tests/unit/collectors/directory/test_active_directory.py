"""What the entries of an Active Directory mean."""

from dataclasses import replace

import pytest

from accessreview.model.snapshot import Coverage
from tests.unit.collectors.directory.entries import (
    ACTIVE_DIRECTORY,
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


def test_a_hidden_member_makes_the_reading_partial() -> None:
    """Active Directory keeps no references to what was deleted."""
    reading = read(ACTIVE_DIRECTORY, ANN, ad_group(1201, "g", "CN=hidden,OU=people"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert "may not read" in reading.source.gaps[0]


@pytest.mark.parametrize(
    ("name", "coverage"), [(FOREIGN, Coverage.PARTIAL), (EVERYONE, Coverage.FULL)]
)
def test_only_members_of_another_domain_are_unknown_people(name: str, coverage: Coverage) -> None:
    principal = entry(name, objectClass=("top", "foreignSecurityPrincipal"))
    reading = read(ACTIVE_DIRECTORY, ANN, principal, ad_group(1201, "g", name))
    assert reading.source.coverage is coverage
    assert name in reading.source.gaps[0]


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


def test_the_owner_of_a_group_is_who_manages_it() -> None:
    reading = read(
        ACTIVE_DIRECTORY,
        ANN,
        ad_group(1201, "g", managedBy="cn=Ann,ou=people,dc=corp,dc=example"),
    )
    assert rows(reading, "responsibles") == {(f"{DOMAIN}-1201", "owner", f"{DOMAIN}-1101")}


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
