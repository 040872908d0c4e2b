"""Ways of membership that a real Active Directory domain has, and what it says of its groups."""

import base64
from collections.abc import Iterator

import pytest

from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.snapshot import Coverage, Reading
from tests.integration.directory.conftest import Collect, Sambas
from tests.integration.directory.readings import memberships, named, states, ways
from tests.servers.samba import AD, ADDRESSES, Samba, group, user

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]

FOREIGN = "S-1-5-21-9-8-7-1101"
EVERYONE = f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{AD.base}"


def by_sid(sid: str) -> str:
    """A line of LDIF by which the server makes an entry for somebody of another domain."""
    return f"member:: {base64.b64encode(f'<SID={sid}>'.encode()).decode()}"


def of_type(name: str, group_type: int, *lines: str) -> str:
    parts = ("objectClass: group", f"sAMAccountName: {name}", f"groupType: {group_type}", *lines)
    return "\n".join((f"dn: CN={name},{AD.groups}", *parts, "", ""))


LDIF = (
    user("audit")
    + user("ann")
    + user("ben")
    + f"dn: CN=Supplier,{AD.people}\nobjectClass: contact\n\n"
    + of_type("domain local", -2147483644, by_sid(FOREIGN), f"member: {EVERYONE}")
    + of_type("mailing", 2, f"member: CN=ann,{AD.people}", f"member: CN=Supplier,{AD.people}")
    + group("admins", "ann", lines=("adminCount: 1", f"managedBy: CN=ben,{AD.people}"))
    + group("nested", "CN=admins,OU=groups")
)


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(LDIF) as running:
        yield running


@pytest.fixture(scope="module")
def collect_ad(samba: Samba, collect: Collect) -> Collect:
    settings = ServerSettings(
        name="Corp",
        host=samba.address,
        bind_dn="audit@ad.test",
        password=lambda: "audit-secret",
        ca_file=samba.ca_file,
        timeout_seconds=20,
        deadline_seconds=60,
    )
    usual: dict[str, object] = {"kind": DirectoryKind.ACTIVE_DIRECTORY, "bases": (AD.base,)}
    return lambda **schema: collect(settings, **(usual | schema))


@pytest.fixture(scope="module")
def reading(collect_ad: Collect) -> Reading:
    return collect_ad()


def outsiders(reading: Reading, name: str) -> set[tuple[str, ...]]:
    names = named(reading)
    rows = reading.tables["outsiders"].rows()
    return {row[2:4] for row in rows if names[row[1]] == name}


def test_members_of_other_domains_are_told_by_their_sid(reading: Reading) -> None:
    assert outsiders(reading, "domain local") == {(FOREIGN, "foreign"), ("S-1-5-11", "everybody")}
    assert reading.source.coverage is Coverage.FULL


def test_a_group_that_grants_nothing_is_told(reading: Reading) -> None:
    assert states(reading, "mailing") == {"distribution": "groupType 2 (without bit 0x80000000)"}
    assert states(reading, "nested") == {}
    assert memberships(reading)["mailing"] == {"ann"}
    assert outsiders(reading, "mailing") == {(f"CN=Supplier,{AD.people}", "other")}


def test_a_protected_group_is_told(reading: Reading) -> None:
    assert states(reading, "admins") == {"protected": "adminCount 1"}
    assert memberships(reading)["nested"] == {"admins"}


def test_groups_of_everybody_are_told(reading: Reading) -> None:
    sid = {name: id_ for id_, name in named(reading).items()}["Domain Users"]
    assert states(reading, "Domain Users") == {"everybody": f"objectSid {sid}"}
    assert states(reading, "domain local") == {"everybody": "member S-1-5-11"}
    assert "everybody" in states(reading, "Domain Computers")
    assert ("ann", "primaryGroupID") in ways(reading, "Domain Users")


def test_a_member_outside_of_the_bases_is_left_to_other_sources(collect_ad: Collect) -> None:
    reading = collect_ad(bases=(AD.groups,))
    assert outsiders(reading, "admins") == {(f"CN=ann,{AD.people}", "elsewhere")}
    assert memberships(reading) == {"nested": {"admins"}}


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


def test_how_much_was_read_is_counted(reading: Reading) -> None:
    counts = {row[1]: int(row[2]) for row in reading.tables["counts"].rows()}
    assert counts["accounts"] == len(reading.tables["accounts"])
    assert counts["memberships"] == len(reading.tables["members"])
    assert counts["foreign"] == 1
    assert counts["referrals"] == 0
    assert counts["pages"] >= 2
