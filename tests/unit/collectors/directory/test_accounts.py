"""What becomes of accounts: whether they are enabled, whose they are and what tells persons."""

from dataclasses import replace

import pytest

from accessreview.collectors.directory.accounts import account_rows
from accessreview.collectors.directory.objects import DirectoryObject, key_of
from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import text
from accessreview.ldap.settings import DirectoryKind
from accessreview.snapshot.gaps import Gaps
from tests.unit.collectors.directory.entries import (
    ACTIVE_DIRECTORY,
    NOW,
    OPENLDAP,
    ad_user,
    person,
)

PATTERN = replace(OPENLDAP, admin_pattern="adm-(.+)")
VMDIR = DirectorySchema(kind=DirectoryKind.VMDIR)


def directory_object(id_: str, entry: RawEntry) -> DirectoryObject:
    return DirectoryObject(id_, entry, key_of(entry.dn))


def rows(
    schema: DirectorySchema, *entries: RawEntry, notes: Gaps | None = None
) -> dict[str, set[tuple[str, ...]]]:
    """By table the rows without the source; an account's id is its login."""
    logins = ("samaccountname", "uid", "cn")
    accounts = {
        one: directory_object(one, entry)
        for entry in entries
        for one in [next(filter(None, (text(entry.attributes, name) for name in logins)))]
    }
    found = account_rows("corp", accounts, schema, NOW, notes or Gaps())
    return {name: {row[1:] for row in these} for name, these in found.items()}


def enabled(schema: DirectorySchema, entry: RawEntry) -> str:
    ((_, _, _, _, _, is_enabled, _),) = rows(schema, entry)["accounts"]
    return is_enabled


@pytest.mark.parametrize(
    ("control", "is_enabled"), [("512", "true"), ("514", "false"), ("", "true"), ("x", "true")]
)
def test_in_doubt_an_account_is_enabled(control: str, is_enabled: str) -> None:
    assert enabled(ACTIVE_DIRECTORY, ad_user(1, "ann", userAccountControl=control)) == is_enabled


@pytest.mark.parametrize(
    "passing",
    [
        {"pwdAccountLockedTime": "20260201000000Z"},
        {"pwdReset": "TRUE"},
        {"pwdGraceUseTime": "20260201000000Z"},
        {"shadowExpire": "1"},
    ],
)
def test_what_passes_or_binds_nobody_disables_nobody(passing: dict[str, str]) -> None:
    found = rows(OPENLDAP, person("ann", **passing))
    assert len(found["states"]) == 1
    assert enabled(OPENLDAP, person("ann", **passing)) == "true"


def test_an_account_of_active_directory_without_a_shown_state_is_remarked() -> None:
    notes = Gaps()
    rows(ACTIVE_DIRECTORY, ad_user(1, "ann", userAccountControl=""), notes=notes)
    (sentence,) = notes.sentences()
    assert "counts as enabled" in sentence
    assert "CN=ann" in sentence


def test_solution_users_are_services() -> None:
    solution = RawEntry(
        "cn=vpxd,dc=vsphere,dc=local",
        {"objectclass": (b"vmwServicePrincipal",), "cn": (b"vpxd",)},
    )
    found = rows(VMDIR, solution)
    assert {row[4] for row in found["accounts"]} == {"service"}
    assert found["states"] == {("vpxd", "service-principal", "", "objectClass vmwServicePrincipal")}


@pytest.mark.parametrize(
    ("attributes", "state", "kind"),
    [
        ({"objectClass": ("user", "computer")}, "computer", "service"),
        (
            {"objectClass": ("user", "computer", "msDS-ManagedServiceAccount")},
            "managed-service",
            "service",
        ),
        (
            {"objectClass": ("user", "computer", "msDS-GroupManagedServiceAccount")},
            "managed-service",
            "service",
        ),
        (
            {"objectClass": ("user", "computer", "msDS-DelegatedManagedServiceAccount")},
            "managed-service",
            "service",
        ),
        ({"servicePrincipalName": "http/web"}, "service-principal", "service"),
        ({"userAccountControl": "66048"}, "password-never-expires", "unknown"),
    ],
)
def test_services_are_told_by_their_class_or_principal(
    attributes: dict[str, str], state: str, kind: str
) -> None:
    found = rows(ACTIVE_DIRECTORY, ad_user(1, "one", **attributes))
    assert {row[1] for row in found["states"]} == {state}
    assert {row[4] for row in found["accounts"]} == {kind}


def test_how_each_account_came_to_its_identity_is_told() -> None:
    found = rows(
        PATTERN,
        person("ann", employeeID="7"),
        person("adm-ann"),
        person("ben"),
        person("ADM-ben"),
        person("cid"),
    )
    assert found["joins"] == {
        ("ann", "7", "attribute", "employeeID"),
        ("adm-ann", "7", "pattern", "admin_pattern: belongs to ann"),
        ("ADM-ben", "corp/ben", "pattern", "admin_pattern: belongs to ben"),
    }
    assert {(row[0], row[-1]) for row in found["accounts"]} == {
        ("ann", "7"),
        ("adm-ann", "7"),
        ("ben", ""),
        ("ADM-ben", "corp/ben"),
        ("cid", ""),
    }


def test_an_administrators_account_of_nobody_is_listed_as_ambiguous() -> None:
    notes = Gaps()
    found = rows(PATTERN, person("adm-gone"), notes=notes)
    assert found["joins"] == {
        (
            "adm-gone",
            "corp/adm-gone",
            "ambiguous",
            "admin_pattern: nobody else has the login gone",
        )
    }
    assert "adm-gone" in notes.sentences()[0]


def test_an_administrators_account_of_several_is_joined_to_none() -> None:
    admin = directory_object("admin", person("adm-ann"))
    accounts = {
        "admin": admin,
        "one": directory_object("one", person("ann", employeeID="7")),
        "two": directory_object("two", person("Ann", employeeID="8")),
    }
    found = account_rows("corp", accounts, PATTERN, NOW, Gaps())
    joins = {row[1]: row[2:] for row in found["joins"]}
    assert joins["admin"] == (
        "corp/admin",
        "ambiguous",
        "admin_pattern: several accounts have the login ann: one, two",
    )
    assert {row[1]: row[-1] for row in found["accounts"]} == {"admin": "", "one": "7", "two": "8"}


def test_what_may_tell_persons_is_kept_as_it_is() -> None:
    schema = replace(PATTERN, person_attributes=("mail", "employeeID", "krbPrincipalName"))
    found = rows(
        schema,
        person("adm-ann", mail=("Ann@corp.example", " ann@old.example "), employeeNumber="17"),
        person("ben", mail=""),
    )
    assert found["person_keys"] == {
        ("adm-ann", "mail", "Ann@corp.example"),
        ("adm-ann", "mail", "ann@old.example"),
        ("adm-ann", "employeenumber", "17"),
        ("adm-ann", "admin_pattern", "ann"),
    }


def test_no_row_comes_twice() -> None:
    twice = person("ann", employeeID=("7", "7 ", "7"))
    accounts = {"ann": directory_object("ann", twice)}
    found = account_rows("corp", accounts, OPENLDAP, NOW, Gaps())
    assert list(found["person_keys"]) == [("corp", "ann", "employeeid", "7")]
