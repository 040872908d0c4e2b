"""Ways of membership that a real Active Directory domain has, and what it says of its groups."""

from collections.abc import Iterator

import pytest

from accessreview.ldap.settings import DirectoryKind, Security
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.snapshot import Coverage, Reading
from tests.directory_seeds.active_directory import (
    BEA_SID,
    DEPTH,
    ENTRIES,
    NOBODYS_SID,
    OPS_SID,
    SIZES,
    STAFF_SID,
    crowd,
)
from tests.integration.directory.conftest import Collect, Sambas
from tests.integration.directory.readings import as_account, memberships, named, states, ways
from tests.servers.adproxy import running_adproxy
from tests.servers.samba import AD, ADDRESSES, OTHER, Samba

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(ENTRIES) as running:
        yield running


@pytest.fixture(scope="module")
def collect_ad(samba: Samba, collect: Collect) -> Collect:
    usual: dict[str, object] = {"kind": DirectoryKind.ACTIVE_DIRECTORY, "bases": (AD.base,)}
    return lambda **schema: collect(as_account(samba), **(usual | schema))


@pytest.fixture(scope="module")
def reading(collect_ad: Collect) -> Reading:
    return collect_ad()


def outsiders(reading: Reading, name: str) -> set[tuple[str, ...]]:
    names = named(reading)
    rows = reading.tables["outsiders"].rows()
    return {row[2:4] for row in rows if names[row[1]] == name}


def identifiers(reading: Reading, name: str) -> set[tuple[str, ...]]:
    names = named(reading)
    rows = reading.tables["identifiers"].rows()
    return {row[2:4] for row in rows if names[row[1]] == name}


def test_nested_groups_and_circles_are_read_as_they_are(reading: Reading) -> None:
    found = memberships(reading)
    for level in range(DEPTH - 1):
        assert found[f"level{level}"] == {f"deep{level}", f"level{level + 1}"}
    assert found["circle1"] == {"ann", "circle3"}
    assert found["local"] == {"outer", "circle3"}
    assert found["was-there"] == {"ann"}
    assert found["machines"] == {"PC1$", "gmsa$"}


def test_the_primary_group_is_a_way_of_its_own(reading: Reading) -> None:
    assert ways(reading, "staff") == {("primary", "primaryGroupID")}
    assert ("ann", "primaryGroupID") in ways(reading, "Domain Users")
    assert ("primary", "primaryGroupID") not in ways(reading, "Domain Users")
    assert ways(reading, "Domain Computers") == {
        ("PC1$", "primaryGroupID"),
        ("gmsa$", "primaryGroupID"),
    }


def test_members_of_other_domains_are_told_by_their_sid(reading: Reading) -> None:
    assert outsiders(reading, "partners") == {(BEA_SID, "foreign"), (OPS_SID, "foreign")}
    assert outsiders(reading, "lost-partners") == {(NOBODYS_SID, "foreign")}
    assert outsiders(reading, "anybody") == {("S-1-5-11", "everybody")}
    assert memberships(reading)["partners"] == {"ben"}
    assert reading.source.coverage is Coverage.FULL


def test_former_sids_are_further_ids(reading: Reading) -> None:
    ((scheme, former),) = identifiers(reading, "moved")
    assert scheme == "sid-history"
    assert former.startswith(OTHER.sid)
    assert identifiers(reading, "ann") == set()


def test_a_group_that_grants_nothing_is_told(reading: Reading) -> None:
    assert states(reading, "mail-list") == {"distribution": "groupType 2 (without bit 0x80000000)"}
    assert states(reading, "staff") == {}
    assert memberships(reading)["mail-list"] == {"ann"}
    assert outsiders(reading, "mail-list") == {(f"CN=Doe\\, John,{AD.people}", "other")}


def test_groups_of_everybody_and_protected_ones_are_told(reading: Reading) -> None:
    assert states(reading, "Domain Users") == {"everybody": f"objectSid {AD.sid}-513"}
    assert states(reading, "Domain Computers") == {"everybody": f"objectSid {AD.sid}-515"}
    assert states(reading, "anybody") == {"everybody": "member S-1-5-11"}
    assert states(reading, "protected") == {"protected": "adminCount 1"}


def test_a_member_outside_of_the_bases_is_left_to_other_sources(collect_ad: Collect) -> None:
    reading = collect_ad(bases=(AD.groups,))
    assert outsiders(reading, "leave") == {
        (f"CN={login},{AD.people}", "elsewhere") for login in ("ann", "ben")
    }
    assert memberships(reading)["outer"] == {"admins"}


def test_a_domain_says_itself_what_it_is_called_and_what_it_holds(
    collect_ad: Collect, reading: Reading
) -> None:
    told = collect_ad(kind=DirectoryKind.LDAP, bases=())
    assert memberships(told) == memberships(reading)
    spelled = {rf"{AD.netbios_name}\ann", r"ad.test\ann", "ann@ad.test"}
    for one in (reading, told):
        names = named(one)
        rows = one.tables["principal_names"].rows()
        assert {row[2] for row in rows if names[row[1]] == "ann"} == spelled


def test_another_attribute_may_be_the_id(collect_ad: Collect, reading: Reading) -> None:
    by_guid = collect_ad(names=AttributeNames(unique_id="objectGUID"))
    assert memberships(by_guid) == memberships(reading)
    assert ("sid", STAFF_SID) in identifiers(by_guid, "staff")


def test_how_much_was_read_is_counted(reading: Reading) -> None:
    counts = {row[1]: int(row[2]) for row in reading.tables["counts"].rows()}
    assert counts["accounts"] == len(reading.tables["accounts"])
    assert counts["memberships"] == len(reading.tables["members"])
    assert counts["foreign"] == 3
    assert counts["referrals"] == 0
    assert counts["pages"] >= 2


def test_groups_of_any_size_come_out_whole(sambas: Sambas, collect: Collect) -> None:
    """Windows hands out 1,500 members at once, and pages of 1,000."""
    with sambas(crowd()) as samba, running_adproxy(samba.address, values=1500, page=1000) as port:
        server = as_account(samba, host="127.0.0.1", port=port, security=Security.PLAIN)
        reading = collect(server, kind=DirectoryKind.ACTIVE_DIRECTORY, bases=(AD.base,))
    found = memberships(reading)
    assert {size: len(found[f"n{size}"]) for size in SIZES} == {size: size for size in SIZES}
    assert reading.source.coverage is Coverage.FULL
