"""Ways of membership that a real OpenLDAP has, and parts of it that lie elsewhere."""

from collections.abc import Iterator

import pytest

from accessreview.collectors.directory.schema import DanglingMembers
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage, Reading
from tests.integration.directory.conftest import Collect, Server, Slapds
from tests.integration.directory.readings import memberships, named, states, ways
from tests.servers.slapd import SUFFIX, Slapd, group, person

pytestmark = pytest.mark.integration

PEOPLE = f"ou=people,{SUFFIX}"


def dynamic(name: str, *urls: str, lines: tuple[str, ...] = ()) -> str:
    return (
        f"dn: cn={name},ou=groups,{SUFFIX}\nobjectClass: groupOfURLs\ncn: {name}\n"
        + "".join(f"memberURL: {url}\n" for url in urls)
        + "".join(f"{line}\n" for line in lines)
        + "\n"
    )


ENTRIES = (
    person("ann", "title: T1")
    + person("ben", "title: T1", f"manager: uid=ann,{PEOPLE}")
    + person("cat", "title: T2")
    + f"dn: ou=far,{PEOPLE}\nobjectClass: organizationalUnit\nou: far\n\n"
    + f"dn: uid=deep,ou=far,{PEOPLE}\nobjectClass: inetOrgPerson\nuid: deep\ncn: d\nsn: d\n"
    "title: T1\n\n"
    + group("team", "ann", "cn=below,ou=groups")
    + dynamic("below", f"ldap:///{PEOPLE}??sub?(title=T1)")
    + dynamic("level", f"ldap:///{PEOPLE}??one?(title=T1)")
    + dynamic("alone", f"ldap:///uid=cat,{PEOPLE}")
    + dynamic("nobody", f"ldap:///{PEOPLE}??sub?(title=T9)")
    + dynamic(
        "several",
        f"ldap:///{PEOPLE}??one?(title=T2)",
        f"ldap:///ou=groups,{SUFFIX}??sub?(cn=team)",
    )
    + f"dn: cn=chair,ou=groups,{SUFFIX}\nobjectClass: organizationalRole\ncn: chair\n"
    f"roleOccupant: uid=cat,{PEOPLE}\n\n"
)
REFERRAL = (
    f"dn: ou=partners,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\n"
    f"ou: partners\nref: ldap://127.0.0.1:1/ou=partners,{SUFFIX}\n\n"
)


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@pytest.fixture(scope="module")
def reading(slapd: Slapd, server: Server, collect: Collect) -> Reading:
    return collect(server(slapd))


def outsiders(reading: Reading) -> set[tuple[str, ...]]:
    names = named(reading)
    return {(names[row[1]], *row[2:4]) for row in reading.tables["outsiders"].rows()}


def test_a_dynamic_group_has_whom_base_scope_and_filter_find(reading: Reading) -> None:
    found = memberships(reading)
    assert found["below"] == {"ann", "ben", "deep"}
    assert found["level"] == {"ann", "ben"}
    assert found["alone"] == {"cat"}
    assert "nobody" not in found
    assert found["several"] == {"cat", "team"}
    assert found["team"] == {"ann", "below"}
    assert ways(reading, "level") == {("ann", "memberURL"), ("ben", "memberURL")}
    assert states(reading, "level") == {"dynamic": "memberURL"}
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())


def test_an_occupied_role_is_a_group(reading: Reading) -> None:
    assert ways(reading, "chair") == {("cat", "roleOccupant")}
    assert "audit" not in named(reading).values()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ldap:///dc=other,dc=example??sub?(title=T1)", "outside of the bases"),
        (f"ldap:///{SUFFIX}??sub?(title=T1)", "outside of the bases"),
        (f"ldap://other.example/{PEOPLE}??sub?(title=T1)", "another server"),
        (f"ldap:///{PEOPLE}??sub?(title=T1", "filter is malformed"),
        (f"ldap:///ou=nowhere,{PEOPLE}??sub?(title=T1)", "no such object"),
    ],
)
def test_a_dynamic_group_whose_search_fails_makes_the_reading_partial(
    slapds: Slapds, server: Server, collect: Collect, url: str, why: str
) -> None:
    with slapds(person("ann", "title: T1") + dynamic("d", url)) as slapd:
        reading = collect(server(slapd), bases=(PEOPLE, f"ou=groups,{SUFFIX}"))
    assert reading.source.coverage is Coverage.PARTIAL
    (gap,) = reading.source.gaps
    assert "dynamic group" in gap
    assert why in gap
    assert len(reading.tables["members"]) == 0


def test_members_that_a_search_alone_finds_are_read(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    """Though the filter for accounts leaves them out."""
    reading = collect(server(slapd), user_filter="(uid=cat)")
    assert memberships(reading)["below"] == {"ann", "ben", "deep"}
    assert reading.source.coverage is Coverage.FULL


def test_a_subtree_on_another_server_makes_the_reading_partial_until_it_is_a_source(
    slapds: Slapds, server: Server, collect: Collect
) -> None:
    entries = person("ann") + group("g", "ann", "uid=ben,ou=partners") + REFERRAL
    with slapds(entries) as slapd:
        alone = collect(server(slapd))
        beside = collect(server(slapd), bases_elsewhere=(f"OU=Partners, {SUFFIX}",))
    assert (alone.source.coverage, beside.source.coverage) == (Coverage.PARTIAL, Coverage.FULL)
    for reading, said in ((alone, "was not asked"), (beside, "a source of its own")):
        (gap,) = reading.source.gaps
        assert said in gap
        assert f"ou=partners,{SUFFIX} on 127.0.0.1:1" in gap
        assert outsiders(reading) == {("g", f"uid=ben,ou=partners,{SUFFIX}", "elsewhere")}
        assert ("corp", "referrals", "1") in set(reading.tables["counts"].rows())


def test_a_member_behind_a_referral_under_another_name_hides_no_other_member(
    slapds: Slapds, server: Server, collect: Collect
) -> None:
    """The server refuses to look there, and the other members are looked up all the same."""
    renamed = REFERRAL.replace(f"127.0.0.1:1/ou=partners,{SUFFIX}", "127.0.0.1:1/o=partners")
    entries = (
        person("ann") + person("zoe") + group("g", "uid=ben,ou=partners", "ann", "zoe") + renamed
    )
    with slapds(entries) as slapd:
        reading = collect(
            server(slapd), user_filter="(uid=ann)", dangling_members=DanglingMembers.DELETED
        )
    assert memberships(reading)["g"] == {"ann", "zoe"}
    assert reading.source.coverage is Coverage.PARTIAL
    assert any("could not be looked up" in gap for gap in reading.source.gaps)


def test_a_server_says_itself_what_it_is_and_what_it_holds(
    slapd: Slapd, server: Server, collect: Collect, reading: Reading
) -> None:
    told = collect(server(slapd), kind=DirectoryKind.LDAP, bases=())
    assert memberships(told) == memberships(reading)
    assert told.source.gaps == ()
