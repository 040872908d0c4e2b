"""A subtree that the account that reads comes not to see takes nobody's access away.

The server answers with success and fewer entries, and members that it does not find are declared
deleted ones: nothing but the numbers says that anything is wrong.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.assessment import ViolationState
from accessreview.model.snapshot import Coverage, Snapshot, Source
from accessreview.services.acceptance import Acceptances
from tests.directory_seeds.ldif import entry
from tests.fakes import fresh_database
from tests.integration.directory.conftest import Server, Slapds
from tests.servers.slapd import SUFFIX, Slapd, group, person
from tests.unit.services.conftest import ADMINISTRATOR, House, furnished, populated

pytestmark = pytest.mark.integration


def unit(name: str, *logins: str) -> str:
    """A subtree with these people."""
    under = f"ou={name},ou=people,{SUFFIX}"
    return entry(under, "objectClass: organizationalUnit", f"ou: {name}") + "".join(
        entry(
            f"uid={login},{under}",
            *("objectClass: inetOrgPerson", f"uid: {login}", f"cn: {login}", "sn: x"),
            f"employeeNumber: {login}",
        )
        for login in logins
    )


DAN = "uid=dan,ou=plant,ou=people"
ENTRIES = (
    "".join(person(who, f"employeeNumber: {who}") for who in ("amy", "ben", "cat", "eve"))
    + unit("plant", "dan", *(f"p{number}" for number in range(59)))
    + unit("office", *(f"o{number}" for number in range(36)))
    + group("VM Admins", "cn=Team,ou=groups")
    + group("Team", DAN, "ben")
    + group("Host Admins", DAN, "cat")
    + group("Readers", "eve")
)


@pytest.fixture
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, slapd: Slapd, server: Server) -> Iterator[House]:
    """The company's vCenter, with the directory that the server has in place of its own."""
    furnishings = furnished(fresh_database(tmp_path))
    schema = DirectorySchema(
        kind=DirectoryKind.OPENLDAP,
        bases=(SUFFIX,),
        netbios_names=("CORP",),
        dangling_members=DanglingMembers.DELETED,
    )
    directory = DirectorySource(DirectorySettings(id="dir", server=server(slapd), schema=schema))
    collection = replace(furnishings.collection, sources=(furnishings.vcenter, directory))
    yield populated(
        replace(
            furnishings,
            collection=collection,
            refresh=replace(furnishings.refresh, collection=collection),
        )
    )
    furnishings.database.close()


def hide(slapd: Slapd, name: str) -> None:
    slapd.restrict(f'access to dn.subtree="ou={name},ou=people,{SUFFIX}" by * none\n')


def collect(house: House) -> tuple[Snapshot, Source]:
    """The new snapshot, and the directory in it."""
    house.clock.move(hours=1)
    digest = house.refresh.run(ADMINISTRATOR).digest
    with house.database.reading() as work:
        snapshot = work.snapshots.get(digest)
    return snapshot, next(one for one in snapshot.sources if one.id == "dir")


def state_of_dan(house: House) -> ViolationState:
    with house.database.reading() as work:
        (state,) = (one.state for one in work.violations.all() if one.key.subject == "dan")
    return state


def test_a_hidden_subtree_is_kept_out_until_it_is_accepted_once(slapd: Slapd, house: House) -> None:
    first, directory = collect(house)
    assert (len(first["accounts"]), directory.coverage) == (100, Coverage.FULL)
    assert state_of_dan(house) is ViolationState.OPEN

    hide(slapd, "plant")
    second, directory = collect(house)
    assert directory.coverage is Coverage.PARTIAL
    assert "Accounts fell from 100 to 40, by more than 10." in directory.gaps[0]
    for table in ("accounts", "groups", "members"):
        assert list(second[table].rows()) == list(first[table].rows())
    assert state_of_dan(house) is not ViolationState.CLOSED

    acceptances = Acceptances(house.database, house.clock)
    acceptances.accept(ADMINISTRATOR, "dir", by="Ben Boss", reason="The plant was sold.")
    third, directory = collect(house)
    assert (len(third["accounts"]), directory.coverage) == (40, Coverage.FULL)
    assert state_of_dan(house) is ViolationState.CLOSED

    hide(slapd, "office")
    fourth, directory = collect(house)
    assert len(fourth["accounts"]) == 40
    assert "Accounts fell from 40 to 4, by more than 10." in directory.gaps[0]
