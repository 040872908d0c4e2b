"""The domain controllers of the tests behave as the tests of the product take for granted."""

import base64
from collections.abc import Iterator

import pytest

from tests.directory_seeds.active_directory import (
    DEPTH,
    ENTRIES,
    OTHER_ENTRIES,
    SIZES,
    crowd,
)
from tests.integration.directory.conftest import Sambas
from tests.servers.adproxy import query_policy
from tests.servers.ldap_relay import running_ldap_relay
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
def other(sambas: Sambas) -> Iterator[Samba]:
    with sambas(OTHER_ENTRIES, OTHER) as running:
        yield running


def values(samba: Samba, name: str, attribute: str, url: str = "") -> set[str]:
    """Those of the object with this account name, text or in base64; ranges are no difference."""
    done = samba.run(
        *("ldapsearch", "-x", "-o", "ldif-wrap=no", "-LLL"),
        *("-D", f"audit@{samba.forest.domain}", "-w", "audit-secret", "-b", samba.forest.base),
        *(f"(sAMAccountName={name})", attribute),
        url=url,
    )
    parts = (line.partition(": ") for line in done.stdout.decode().splitlines())
    return {value for found, _, value in parts if found.rstrip(":").split(";")[0] == attribute}


def number_of(samba: Samba, name: str, attribute: str) -> int:
    (value,) = values(samba, name, attribute)
    return int(value)


def test_each_forest_knows_principals_of_the_other(samba: Samba, other: Samba) -> None:
    for here, group, there, member in (
        (samba, "partners", other, "bea"),
        (samba, "partners", other, "ops"),
        (other, "visitors", samba, "ann"),
        (other, "visitors", samba, "staff"),
    ):
        (sid,) = values(there, member, "objectSid")
        text = _text_of(base64.b64decode(sid))
        foreign = f"CN={text},CN=ForeignSecurityPrincipals,{here.forest.base}"
        assert foreign in values(here, group, "member")


def _text_of(sid: bytes) -> str:
    parts = (int.from_bytes(sid[at : at + 4], "little") for at in range(8, len(sid), 4))
    return "-".join(map(str, ("S-1-5", *parts)))


def test_a_primary_group_stands_in_neither_member_nor_memberof(samba: Samba) -> None:
    assert not values(samba, "staff", "member")
    # whose one it was before is a member of that one from then on
    assert values(samba, "primary", "memberOf") == {f"CN=Domain Users,CN=Users,{AD.base}"}
    assert number_of(samba, "primary", "primaryGroupID") == 100001


def test_states_of_accounts_are_as_the_server_computes_them(samba: Samba) -> None:
    computed = "msDS-User-Account-Control-Computed"
    assert number_of(samba, "locked", computed) & 0x10
    assert number_of(samba, "must-change", computed) & 0x800000
    assert not number_of(samba, "ann", computed)
    assert number_of(samba, "off", "userAccountControl") & 0x2
    assert number_of(samba, "gmsa$", "primaryGroupID") == 515
    assert values(samba, "moved", "sIDHistory")


def test_deleted_members_are_gone_from_their_groups(samba: Samba) -> None:
    assert values(samba, "was-there", "member") == {f"CN=ann,{AD.people}"}


@pytest.mark.parametrize(
    ("login", "code"), [("ann", 0), ("past", 49), ("off", 49), ("locked", 49), ("must-change", 49)]
)
def test_who_may_not_sign_in_is_refused(samba: Samba, login: str, code: int) -> None:
    words = ("-x", "-D", f"{login}@ad.test", "-w", f"{login}-secret", "-s", "base", "-b", "")
    assert samba.run("ldapsearch", *words).returncode == code


def test_chains_are_deep_and_circles_closed(samba: Samba) -> None:
    chain = {f"CN=level{level},{AD.groups}" for level in range(DEPTH)}
    in_chain = "1.2.840.113556.1.4.1941"
    done = samba.run(
        *("ldapsearch", "-x", "-LLL", "-D", "audit@ad.test", "-w", "audit-secret"),
        *("-b", AD.groups, f"(member:{in_chain}:=CN=deep9,{AD.people})", "1.1"),
    )
    assert {line[4:] for line in done.stdout.decode().splitlines() if line[:4] == "dn: "} == chain
    for one, inside in ((1, 3), (2, 1), (3, 2)):
        assert f"CN=circle{inside},{AD.groups}" in values(samba, f"circle{one}", "member")


def test_a_copy_is_changed_for_itself_and_starts_again(samba: Samba, sambas: Sambas) -> None:
    with sambas(ENTRIES) as copy:
        copy.change(
            f"dn: CN=leave,{AD.groups}\nchangetype: modify\ndelete: member\n"
            f"member: CN=ann,{AD.people}\n"
        )
        copy.kill()
        copy.start()
        assert values(copy, "leave", "member") == {f"CN=ben,{AD.people}"}
    assert len(values(samba, "leave", "member")) == 2


def test_big_groups_come_in_parts_as_from_windows(sambas: Sambas) -> None:
    with (
        sambas(crowd()) as big,
        running_ldap_relay(big.address, 389, policy=query_policy()) as relay,
    ):
        url = f"ldap://127.0.0.1:{relay.port}"
        for size in SIZES:
            assert len(values(big, f"n{size}", "member")) == size
            found = values(big, f"n{size}", "member", url)
            assert len(found) == min(size, 1500)
