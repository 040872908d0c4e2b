"""People whom an access rule comes to hide are neither taken for removed nor for harmless."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.assessment import ViolationState
from accessreview.model.review import SettlementVerdict
from tests.fakes import fresh_database
from tests.integration.directory.conftest import Server, Slapds
from tests.servers.slapd import SUFFIX, Slapd, group, person
from tests.unit.services.conftest import ADMINISTRATOR, House, furnished, populated

pytestmark = pytest.mark.integration

PEOPLE = ("amy", "amy-adm", "ben", "dan")
ENTRIES = "".join(person(who, f"employeeNumber: {who.removesuffix('-adm')}") for who in PEOPLE) + (
    group("VM Admins", "cn=Team,ou=groups")
    + group("Team", "dan", "ben")
    + group("Host Admins", "dan")
    + group("Readers", "ben")
)
DANS = ("dan", r"CORP\VM Admins")


@pytest.fixture
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


def house(folder: Path, slapd: Slapd, server: Server, dangling: DanglingMembers) -> House:
    """The company's vCenter, with the directory that the server has in place of its own."""
    furnishings = furnished(fresh_database(folder))
    schema = DirectorySchema(
        kind=DirectoryKind.OPENLDAP,
        bases=(SUFFIX,),
        netbios_names=("CORP",),
        dangling_members=dangling,
    )
    directory = DirectorySource(DirectorySettings(id="dir", server=server(slapd), schema=schema))
    collection = replace(furnishings.collection, sources=(furnishings.vcenter, directory))
    return populated(
        replace(
            furnishings,
            collection=collection,
            refresh=replace(furnishings.refresh, collection=collection),
        )
    )


def hide(slapd: Slapd, who: str) -> None:
    slapd.restrict(f'access to dn.exact="uid={who},ou=people,{SUFFIX}" by * none\n')


@pytest.mark.parametrize(
    ("dangling", "verdict", "state"),
    [
        (DanglingMembers.UNKNOWN, SettlementVerdict.NOT_KNOWN, ViolationState.NOT_KNOWN),
        (DanglingMembers.DELETED, SettlementVerdict.GONE, ViolationState.CLOSED),
    ],
)
def test_hidden_access_is_gone_only_where_such_members_are_declared_deleted(  # noqa: PLR0913, PLR0917 - fixtures
    tmp_path: Path,
    slapd: Slapd,
    server: Server,
    dangling: DanglingMembers,
    verdict: SettlementVerdict,
    state: ViolationState,
) -> None:
    company = house(tmp_path, slapd, server, dangling)
    campaign = company.open()
    company.answer(campaign, DANS)

    hide(slapd, "dan")
    company.clock.move(hours=1)
    company.refresh.run(ADMINISTRATOR)

    settlement = company.settlement(campaign, DANS)
    assert settlement.verdict is verdict
    with company.database.reading() as work:
        states = {each.key.text(): each.state for each in work.violations.all()}
    company.database.close()
    assert states["SOD-1/identity/dan"] is state
