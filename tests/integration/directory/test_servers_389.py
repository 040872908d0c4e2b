"""The 389 directory server of the tests behaves as the tests of the product take for granted."""

import re
from collections.abc import Iterator

import pytest

from tests.directory_seeds.ds389 import DEPTH, ENTRIES, GROUPS, MANY, PEOPLE, dn, group_dn
from tests.integration.directory.conftest import Ds389s
from tests.servers.ds389 import SUFFIX, Ds389

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def ds389(ds389s: Ds389s) -> Iterator[Ds389]:
    with ds389s(ENTRIES) as running:
        yield running


def found(ds389: Ds389, *words: str, account: str = "audit") -> tuple[int, list[str]]:
    """The result code, and the lines of the answer without the empty ones."""
    signed_in = ("-x", "-o", "ldif-wrap=no", "-LLL", "-D", f"cn={account},{SUFFIX}")
    done = ds389.run("ldapsearch", *signed_in, "-w", f"{account}-secret", *words)
    return done.returncode, [line for line in done.stdout.decode().splitlines() if line]


def values(ds389: Ds389, base: str, attribute: str) -> set[str]:
    _, lines = found(ds389, "-b", base, "-s", "base", attribute)
    return {value for name, _, value in (one.partition(": ") for one in lines) if name == attribute}


def test_membership_is_transitive_through_both_kinds_of_groups(ds389: Ds389) -> None:
    assert values(ds389, dn("deep9"), "memberOf") == {
        group_dn(f"level{level}") for level in range(DEPTH)
    }
    assert values(ds389, dn("dan"), "memberOf") == {group_dn(f"pair{n}") for n in (1, 2)}


def test_roles_are_computed_and_their_entries_are_hidden_unless_asked_for(ds389: Ds389) -> None:
    assert values(ds389, dn("ann"), "nsRole") == {
        f"cn={name},{SUFFIX}" for name in ("operators", "everyone-operating")
    }
    assert values(ds389, dn("cat"), "nsRole") == {
        f"cn={name},{SUFFIX}" for name in ("ops", "everyone-operating")
    }
    assert found(ds389, "-b", SUFFIX, "(objectClass=nsRoleDefinition)", "1.1")[1] == []
    asked = "(&(objectClass=ldapSubEntry)(objectClass=nsRoleDefinition))"
    assert len(found(ds389, "-b", SUFFIX, asked, "1.1")[1]) == 4


@pytest.mark.parametrize(
    ("account", "page", "code"), [("audit", 100, 0), ("audit", 1000, 4), ("capped", 100, 4)]
)
def test_the_size_limit_holds_a_page(ds389: Ds389, account: str, page: int, code: int) -> None:
    words = ("-E", f"pr={page}/noprompt", "-b", PEOPLE, "(uid=many*)", "1.1")
    answered, lines = found(ds389, *words, account=account)
    assert answered == code
    assert (len([line for line in lines if line.startswith("dn:")]) == MANY) is (code == 0)


def test_looking_through_too_much_is_an_administrative_limit(ds389: Ds389) -> None:
    assert found(ds389, "-b", PEOPLE, "(uid=many*)", "1.1", account="shallow")[0] == 11


def test_what_is_hidden_leaks_by_memberof_alone(ds389: Ds389) -> None:
    hidden = f"ou=hidden,{SUFFIX}"
    assert found(ds389, "-b", hidden, "1.1") == (0, [])
    assert found(ds389, "-b", hidden, "1.1", account="remedy")[1]
    assert f"cn=secret,{hidden}" in values(ds389, dn("ann"), "memberOf")


def test_a_copy_is_changed_for_itself_and_starts_again(ds389: Ds389, ds389s: Ds389s) -> None:
    with ds389s(ENTRIES) as copy:
        copy.change(
            f"dn: {group_dn('leave')}\nchangetype: modify\ndelete: member\nmember: {dn('ann')}\n"
        )
        copy.kill()
        copy.start()
        assert values(copy, group_dn("leave"), "member") == {dn("ben")}
        assert group_dn("leave") not in values(copy, dn("ann"), "memberOf")
    assert values(ds389, group_dn("leave"), "member") == {dn("ann"), dn("ben")}


def test_the_remedy_account_writes_members_and_nothing_else(ds389s: Ds389s) -> None:
    change = f"dn: {group_dn('last')}\nchangetype: modify\ndelete: member\nmember: {dn('ann')}\n"
    name = f"dn: {dn('ann')}\nchangetype: modify\nreplace: sn\nsn: y\n"
    with ds389s(ENTRIES) as copy:
        for account, ldif, code in (
            ("audit", change, 50),
            ("remedy", change, 0),
            ("remedy", change, 16),
            ("remedy", name, 50),
        ):
            words = ("-x", "-D", f"cn={account},{SUFFIX}", "-w", f"{account}-secret")
            assert copy.run("ldapmodify", *words, ldif=ldif).returncode == code
        assert not values(copy, group_dn("last"), "member")


def test_every_entry_has_an_id_of_its_own(ds389: Ds389) -> None:
    _, lines = found(ds389, "-b", GROUPS, "nsUniqueId")
    ids = [line.split()[1] for line in lines if line.startswith("nsUniqueId")]
    assert len(ids) == len(set(ids)) > DEPTH
    assert all(re.fullmatch(r"(?:[0-9a-f]{8}-){3}[0-9a-f]{8}", one) for one in ids)
