"""What the entries of vCenter's own directory mean."""

import pytest

from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.directory.entries import Values, entry, read, rows

BASE = "dc=vsphere,dc=local"
VMDIR = DirectorySchema(kind=DirectoryKind.VMDIR, bases=(BASE,))
DOMAIN = "S-1-7-21-1-2-3"
SID = "S-1-5-21-9-8-7-1101"
UUID = "00112233-4455-6677-8899-aabbccddeeff"


def one(dn: str, number: int, class_: str, **attributes: Values) -> RawEntry:
    parts: dict[str, Values] = {"objectClass": class_, "objectSid": f"{DOMAIN}-{number}"}
    made = entry("", **(parts | attributes))
    return RawEntry(f"{dn},{BASE}", made.attributes)


ADMINISTRATOR = one(
    "cn=Administrator,cn=Users", 500, "user", sAMAccountName="Administrator", cn="Administrator"
)


def group(*members: str) -> RawEntry:
    return one(
        "cn=Administrators,cn=Builtin",
        544,
        "group",
        sAMAccountName="Administrators",
        member=[f"{member},{BASE}" for member in members],
    )


def test_users_solutions_and_federated_users_are_accounts() -> None:
    reading = read(
        VMDIR,
        ADMINISTRATOR,
        one("cn=vpxd,cn=ServicePrincipals", 1001, "vmwServicePrincipal", cn="vpxd"),
        one(
            "cn=eve,cn=Federated",
            1002,
            "vmwExternalIdpUser",
            cn="eve",
            userPrincipalName="eve@idp.example",
        ),
        group("cn=Administrator,cn=Users", "cn=vpxd,cn=ServicePrincipals"),
    )
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())
    assert rows(reading, "members") == {(f"{DOMAIN}-544", f"{DOMAIN}-{n}") for n in (500, 1001)}
    assert {name for item, name in rows(reading, "principal_names") if item.endswith("-1002")} == {
        r"vsphere.local\eve",
        "eve@vsphere.local",
        "eve@idp.example",
    }
    assert (f"{DOMAIN}-544", r"vsphere.local\Administrators") in rows(reading, "principal_names")


@pytest.mark.parametrize(("id_", "told"), [(SID, SID), (UUID.upper(), UUID)])
def test_members_of_other_directories_are_told_by_sid_or_by_entry_uuid(id_: str, told: str) -> None:
    name = f"externalObjectId={id_},cn=ForeignSecurityPrincipals"
    principal = one(name, 0, "foreignSecurityPrincipal", externalObjectId=id_)
    reading = read(VMDIR, ADMINISTRATOR, principal, group(name))
    assert reading.source.coverage is Coverage.FULL
    assert {row[1:3] for row in rows(reading, "outsiders")} == {(told, "foreign")}


def test_a_member_that_is_not_found_may_be_hidden() -> None:
    reading = read(VMDIR, ADMINISTRATOR, group("cn=gone,cn=Users"))
    assert reading.source.coverage is Coverage.PARTIAL
    assert {row[2] for row in rows(reading, "outsiders")} == {"dangling"}


def test_whose_sid_is_hidden_is_not_known() -> None:
    user = one("cn=a,cn=Users", 1, "user", sAMAccountName="a", objectSid="", objectGUID=UUID)
    reading = read(VMDIR, user, group())
    assert not [*rows(reading, "accounts")]
    assert reading.source.coverage is Coverage.PARTIAL


def test_predefined_groups_give_power_beside_permissions_whatever_their_case() -> None:
    shell = "SystemConfiguration.BashShellAdministrators"
    reading = read(
        VMDIR,
        ADMINISTRATOR,
        group(),
        one(f"cn={shell},cn=Builtin", 900, "group", sAMAccountName=shell.upper(), cn=shell),
        one("cn=Users,cn=Builtin", 545, "group", sAMAccountName="Users"),
    )
    assert rows(reading, "powers") == {
        ("", "sso-administration", r"vsphere.local\Administrators", "true", "Administrators"),
        ("", "appliance-shell", rf"vsphere.local\{shell.upper()}", "true", shell.upper()),
    }


def test_groups_of_other_directories_give_none_by_their_names() -> None:
    schema = DirectorySchema(kind=DirectoryKind.OPENLDAP, bases=(BASE,))
    administrators = entry("cn=CAAdmins", objectClass="groupOfNames", cn="CAAdmins", entryUUID="1")
    assert rows(read(schema, administrators), "powers") == set()
