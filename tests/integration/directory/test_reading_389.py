"""What a real 389 Directory Server answers is understood: direct members, computed roles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.offline.ldif_directory import LdifSettings, LdifSource
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.snapshot import Coverage, Reading
from tests.directory_seeds.ds389 import DEPTH, ENTRIES, MANY, dn
from tests.integration.directory.conftest import NOW, Collect, Ds389s, Server
from tests.integration.directory.readings import memberships, named, states, ways
from tests.servers.ds389 import SUFFIX, Ds389

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def ds389(ds389s: Ds389s) -> Iterator[Ds389]:
    with ds389s(ENTRIES) as running:
        yield running


@pytest.fixture(scope="module")
def collect_389(ds389: Ds389, server: Server, collect: Collect) -> Collect:
    def collected(account: str = "audit", **schema: object) -> Reading:
        settings = server(ds389, account, bind_dn=f"cn={account},{SUFFIX}")
        usual: dict[str, object] = {"kind": DirectoryKind.DS389, "bases": (SUFFIX,)}
        return collect(settings, **(usual | schema))

    return collected


@pytest.fixture(scope="module")
def reading(collect_389: Collect) -> Reading:
    return collect_389()


def test_only_what_groups_say_themselves_is_membership(reading: Reading) -> None:
    """Not the transitive ``memberOf`` of the server, nor what it leaks of hidden groups."""
    found = memberships(reading)
    for level in range(DEPTH - 1):
        assert found[f"level{level}"] == {f"deep{level}", f"level{level + 1}"}
    assert found[f"level{DEPTH - 1}"] == {f"deep{DEPTH - 1}"}
    assert found["circle1"] == {"ann", "circle2"}
    assert len(found["many"]) == MANY
    assert "secret" not in found


def test_unique_members_are_told_from_members(reading: Reading) -> None:
    assert ways(reading, "unique") == {("ann", "uniqueMember"), ("off", "uniqueMember")}
    assert ways(reading, "circle1") == set()


def test_roles_have_whom_the_server_computes(reading: Reading) -> None:
    found = memberships(reading)
    assert found["operators"] == {"ann"}
    assert found["ops"] == {"ben", "cat"}
    assert found["everyone-operating"] == {"ann", "ben", "cat"}
    assert ways(reading, "ops") == {("ben", "nsRole"), ("cat", "nsRole")}
    assert "dynamic" in states(reading, "ops")


def test_a_dynamic_group_has_whom_its_search_finds(reading: Reading) -> None:
    assert ways(reading, "dynamic") == {("ben", "memberURL"), ("cat", "memberURL")}
    assert memberships(reading)["dynamic"] == memberships(reading)["ops"]


def test_unix_groups_have_logins_and_numbers(reading: Reading) -> None:
    assert ways(reading, "unix") == {("ben", "memberUid"), ("dan", "gidNumber")}


def test_who_is_not_found_is_kept_and_makes_the_reading_partial(reading: Reading) -> None:
    names = named(reading)
    outsiders = {(names[row[1]], *row[2:4]) for row in reading.tables["outsiders"].rows()}
    assert outsiders == {("stale", dn("gone"), "dangling"), ("unix", "nosuch", "dangling")}
    assert reading.source.coverage is Coverage.PARTIAL
    counts = {row[1]: int(row[2]) for row in reading.tables["counts"].rows()}
    assert counts["dangling"] == 2
    assert counts["accounts"] == len(reading.tables["accounts"])
    assert counts["pages"] > 3


def test_without_such_members_the_reading_is_complete(collect_389: Collect) -> None:
    assert collect_389(dangling_members=DanglingMembers.DELETED).source.coverage is Coverage.FULL


def test_a_server_says_itself_what_it_is_and_what_it_holds(
    collect_389: Collect, reading: Reading
) -> None:
    told = collect_389(kind=DirectoryKind.LDAP, bases=())
    assert memberships(told) == memberships(reading)


def test_a_file_says_the_same_but_for_dynamic_groups(
    ds389: Ds389, reading: Reading, tmp_path: Path
) -> None:
    """As ``docs/how-to/export-ldif.md`` has it, and roles included."""
    schema = DirectorySchema(
        kind=DirectoryKind.DS389, bases=(SUFFIX,), dangling_members=DanglingMembers.DELETED
    )
    account = ("-x", "-D", f"cn=audit,{SUFFIX}", "-w", "audit-secret", "-E", "pr=400/noprompt")
    searched = "(|(objectClass=*)(objectClass=ldapSubEntry))"
    done = ds389.run("ldapsearch", *account, "-b", SUFFIX, searched, *schema.attributes)
    path = tmp_path / "ds.ldif"
    path.write_bytes(done.stdout)
    file = LdifSource(LdifSettings(id="corp", name="Corp", path=path, schema=schema))
    told = file.collect(lambda: NOW)
    expected = memberships(reading)
    assert expected.pop("dynamic")
    assert memberships(told) == expected
    assert [gap for gap in told.source.gaps if "dynamic group" in gap]
