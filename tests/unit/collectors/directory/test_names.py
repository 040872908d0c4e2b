"""Under which names a vCenter may know somebody."""

from dataclasses import replace

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.ldap.root import Domain
from tests.unit.collectors.directory.entries import (
    ACTIVE_DIRECTORY,
    NOW,
    SOURCE,
    ad_group,
    ad_user,
    rows,
)

PLAIN = replace(ACTIVE_DIRECTORY, netbios_names=())
CORP = Domain("DC=corp,DC=example", "CORPNT", "corp.example")
CHILD = Domain("dc=lab, DC=corp,DC=example", "LAB", "lab.corp.example")
OTHER = Domain("DC=other,DC=example", "OTHER", "other.example")
ANN = ad_user(1101, "ann")
BEN = RawEntry("CN=ben,DC=lab,DC=corp,DC=example", ad_user(1102, "ben").attributes)
TEAM = ad_group(1201, "team")


def names(schema: DirectorySchema, *domains: Domain) -> dict[str, set[str]]:
    reading = translate(SOURCE, RawDirectory((ANN, BEN, TEAM), domains=domains), schema, NOW)
    found: dict[str, set[str]] = {}
    for item, name in rows(reading, "principal_names"):
        found.setdefault(item.rpartition("-")[2], set()).add(name)
    return found


def test_a_directory_names_its_domains_itself() -> None:
    assert names(PLAIN, CORP, CHILD, OTHER) == {
        "1101": {r"CORPNT\ann", r"corp.example\ann", "ann@corp.example"},
        "1102": {r"LAB\ben", r"lab.corp.example\ben", "ben@lab.corp.example"},
        "1201": {r"CORPNT\team", r"corp.example\team", "team@corp.example"},
    }


def test_names_that_are_set_stand_in_place_of_its_own() -> None:
    schema = replace(PLAIN, netbios_names=("OLD", "NEW"))
    assert names(schema, CORP)["1101"] == {
        *(r"OLD\ann", r"NEW\ann", r"corp.example\ann", "ann@corp.example"),
    }
    assert names(replace(schema, dns_names=("sso.example",)), CORP)["1101"] == {
        *(r"OLD\ann", r"NEW\ann", r"sso.example\ann", "ann@sso.example"),
    }


def test_without_either_the_base_spells_the_name() -> None:
    assert names(PLAIN)["1101"] == names(PLAIN, OTHER)["1101"]
    assert names(PLAIN)["1101"] == {r"corp.example\ann", "ann@corp.example"}
