"""The OpenLDAP of the tests behaves as the tests of the product take for granted."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.directory_seeds.openldap import DEPTH, ENTRIES, GROUPS, LONG, ODD, PEOPLE, REFERRAL
from tests.integration.directory.conftest import Crowded, Slapds
from tests.servers.slapd import NESTED_MEMBER_OF, SUFFIX, Slapd

pytestmark = pytest.mark.integration

CROWD = 10_000


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES + REFERRAL + LONG, overlays=NESTED_MEMBER_OF) as running:
        yield running


def found(slapd: Slapd, *words: str, account: str = "audit") -> tuple[int, list[str]]:
    """The result code, and the lines of the answer."""
    done = subprocess.run(
        [
            *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no"),
            *("-H", f"ldap://127.0.0.1:{slapd.port}"),
            *("-D", f"cn={account},{SUFFIX}", "-w", f"{account}-secret", *words),
        ],
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode().splitlines()


def values(slapd: Slapd, base: str, attribute: str, **changes: str) -> set[str]:
    _, lines = found(slapd, "-b", base, "-s", "base", attribute, **changes)
    parts = (line.partition(": ") for line in lines)
    return {value for name, _, value in parts if name == attribute}


def test_members_are_kept_as_they_were_written(slapd: Slapd) -> None:
    odd = rf"cn=odd (names)\2C x,{GROUPS}"
    assert values(slapd, odd, "member") == set(ODD.values())
    for number, name in enumerate(ODD.values()):
        assert values(slapd, name, "uid") >= {f"odd{number}"}


def test_membership_may_be_computed_through_all_groups(slapd: Slapd) -> None:
    deepest = values(slapd, f"uid=deep9,{PEOPLE}", "memberOf")
    assert deepest >= {f"cn=level{level},{GROUPS}" for level in range(DEPTH)}
    circle = {f"cn=circle{one},{GROUPS}" for one in (1, 2, 3)}
    assert values(slapd, f"uid=cat,{PEOPLE}", "memberOf") >= circle


def test_a_hidden_group_is_hidden_from_all_but_one(slapd: Slapd) -> None:
    secret = f"cn=secret,ou=hidden,{SUFFIX}"
    assert not values(slapd, secret, "member")
    assert values(slapd, secret, "member", account="remedy") == {f"uid=ann,{PEOPLE}"}


def test_part_of_the_tree_is_said_to_be_elsewhere(slapd: Slapd) -> None:
    code, lines = found(slapd, "-b", SUFFIX, "(ou=*)", "1.1")
    assert code == 0
    assert "# refldap://127.0.0.1:1/ou=elsewhere,dc=other??sub" in lines
    assert found(slapd, "-b", f"ou=elsewhere,{SUFFIX}", "-s", "base")[0] == 10


def test_a_megabyte_is_one_attribute(slapd: Slapd) -> None:
    (value,) = values(slapd, f"uid=long,{PEOPLE}", "displayName")
    assert len(value) == 1 << 20


@pytest.mark.parametrize(("account", "code"), [("audit", 0), ("capped", 4)])
def test_a_crowd_is_copied_and_limited_in_pages_or_in_total(
    crowded: Crowded, account: str, code: int
) -> None:
    with crowded(CROWD) as slapd:
        words = ("-b", PEOPLE, "-E", "pr=500/noprompt", "(objectClass=person)", "1.1")
        answered, lines = found(slapd, *words, account=account)
        entries = sum(line.startswith("dn: ") for line in lines)
        assert (answered, entries) == (code, 500 if code else CROWD)
        assert len(values(slapd, f"cn=half,{GROUPS}", "member")) == CROWD // 2
