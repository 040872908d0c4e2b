"""What the entries of a 389 Directory Server and of FreeIPA mean."""

from dataclasses import replace

import pytest

from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.directory.entries import BASE, Values, entry, read, rows

DS389 = DirectorySchema(kind=DirectoryKind.DS389, bases=(BASE,))
FREEIPA = DirectorySchema(kind=DirectoryKind.FREEIPA, bases=(f"cn=accounts,{BASE}",))
ROLE = f"cn=Night Shift,{BASE}"
UUID = "00112233-4455-6677-8899-aabbccddeeff"
SID = "S-1-5-21-9-8-7-1101"


def person(login: str, **attributes: Values) -> RawEntry:
    parts: dict[str, Values] = {"objectClass": "inetOrgPerson", "nsUniqueId": login, "uid": login}
    return entry(f"uid={login},ou=people", **(parts | attributes))


def role(kind: str) -> RawEntry:
    classes = ("top", "ldapSubEntry", "nsRoleDefinition", kind)
    return entry("cn=night shift", objectClass=classes, nsUniqueId="night", cn="night shift")


def ipa(dn: str, id_: str, **attributes: Values) -> RawEntry:
    return entry(f"{dn},cn=accounts", nsUniqueId=id_, **attributes)


ANN = ipa("uid=ann,cn=users", "ann", objectClass=("posixAccount", "person"), uid="ann")


@pytest.mark.parametrize("attribute", ["nsRole", "nsRoleDN"])
def test_roles_are_groups_of_whom_says_to_have_them(attribute: str) -> None:
    ann = person("ann", **{attribute: ROLE})
    reading = read(DS389, ann, person("ben"), role("nsManagedRoleDefinition"))
    assert reading.source.coverage is Coverage.FULL
    assert rows(reading, "members") == {("night", "ann")}
    assert rows(reading, "ways") == {("night", "ann", "nsRole")}
    assert rows(reading, "states") == {("night", "dynamic", "", "objectClass nsRoleDefinition")}


@pytest.mark.parametrize("kind", ["nsFilteredRoleDefinition", "nsNestedRoleDefinition"])
def test_computed_roles_are_not_known_where_nobody_shows_them(kind: str) -> None:
    hidden = read(DS389, person("ann", nsRoleDN=""), role(kind))
    shown = read(DS389, person("ann", nsRole=ROLE), role(kind))
    assert (hidden.source.coverage, shown.source.coverage) == (Coverage.PARTIAL, Coverage.FULL)
    assert "Not one account shows nsRole" in hidden.source.gaps[0]
    assert ROLE.lower() in hidden.source.gaps[0]


def test_a_role_that_was_not_read_is_remarked() -> None:
    reading = read(DS389, person("ann", nsRole=ROLE), entry("cn=g", objectClass="groupOfNames"))
    assert any("A role of accounts was not read" in gap for gap in reading.source.gaps)


def test_roles_are_searched_for_as_the_hidden_entries_that_they_are() -> None:
    assert "(&(objectClass=ldapSubEntry)(objectClass=nsRoleDefinition))" in DS389.filters
    assert replace(DS389, group_filter="(cn=a*)").filters[1:] == ("(cn=a*)",)
    assert {"nsUniqueId", "nsRole", "nsRoleDN", "entryUUID"} <= set(DS389.attributes)


def test_freeipa_knows_its_own_by_more_than_the_id() -> None:
    reading = read(
        FREEIPA,
        ipa(
            "uid=ann,cn=users",
            "ann",
            objectClass="posixAccount",
            uid="ann",
            entryUUID=UUID.upper(),
            ipaNTSecurityIdentifier=SID,
        ),
        ipa("cn=admins,cn=groups", "admins", objectClass="ipaUserGroup", cn="admins"),
        ipa("cn=old,cn=groups", "old", objectClass="groupOfNames", cn="old"),
    )
    assert rows(reading, "groups") == {("admins", "admins"), ("old", "old")}
    assert rows(reading, "identifiers") == {("ann", "uuid", UUID), ("ann", "sid", SID)}
    assert reading.source.coverage is Coverage.FULL


def test_the_copies_that_freeipa_keeps_for_old_clients_count_once() -> None:
    copy = entry(
        "uid=ann,cn=users,cn=compat", objectClass="posixAccount", uid="ann", entryUUID="other"
    )
    everything = replace(FREEIPA, bases=(BASE,))
    group = ipa("cn=g,cn=groups", "g", objectClass="posixGroup", cn="g", memberUid="ann")
    reading = read(everything, ANN, copy, group)
    assert rows(reading, "members") == {("g", "ann")}
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())


def test_external_members_are_foreigners_by_their_sid() -> None:
    reading = read(
        FREEIPA,
        ANN,
        ipa(
            "cn=ad,cn=groups",
            "ad",
            objectClass="ipaExternalGroup",
            cn="ad",
            ipaExternalMember=[SID.lower(), "S-1-5-11", "CORP\\who"],
        ),
    )
    assert rows(reading, "outsiders") == {
        ("ad", SID, "foreign", "ipaExternalMember"),
        ("ad", "S-1-5-11", "everybody", "ipaExternalMember"),
        ("ad", "CORP\\who", "hidden", "it is no SID"),
    }
    assert reading.source.coverage is Coverage.PARTIAL


def test_owners_and_member_managers_answer_for_a_group() -> None:
    reading = read(
        FREEIPA,
        ANN,
        ipa("cn=g,cn=groups", "g", objectClass="ipaUserGroup", cn="g", memberManager=ANN.dn),
    )
    assert rows(reading, "responsibles") == {("g", "owner", "ann")}


def test_the_group_of_all_users_is_everybody() -> None:
    reading = read(FREEIPA, ANN, ipa("cn=g", "all", objectClass="ipaUserGroup", cn="ipausers"))
    assert ("all", "everybody", "", "the name ipausers") in rows(reading, "states")


def test_what_is_transitive_is_never_asked() -> None:
    for kind in DirectoryKind:
        names = {name.lower() for name in DirectorySchema(kind=kind).attributes}
        assert "memberof" not in names
