"""Somebody else changes a vCenter between two collections: found early, with who it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.analysis.access_seen import TABLES_SEEN, access_seen
from accessreview.analysis.differences import differences
from accessreview.collectors.vcenter.hosts import HOSTS
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.collectors.vcenter.usage import VCenterWatch
from accessreview.model.columns import Table
from accessreview.model.observation import Observation, ObservationKind
from accessreview.model.remediation import TaskState
from accessreview.model.snapshot import ANNEX, TABLES, Reading
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.services.early import EarlyCollection
from accessreview.services.queries.observations import ObservationQueries
from accessreview.services.queries.views import SnapshotViews
from accessreview.services.refresh import Refresh
from accessreview.services.watching import Watching
from accessreview.storage.database import SqlDatabase
from accessreview.vsphere.settings import VCenterSettings
from tests.company import Company
from tests.servers.lab_company import HOSTS as LAB_HOSTS
from tests.servers.lab_company import company
from tests.servers.lab_vcenter import Lab
from tests.servers.vcsim import logged_in
from tests.unit.services.conftest import ADMINISTRATOR, House, furnished, populated

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]
MALLORY, SECRET = "CORP\\mallory", "not-secret-either"


@pytest.fixture
def house(lab: Lab, settings: Settings, database: SqlDatabase) -> House:
    """The services over the lab in place of the company's vCenter, at the present time."""
    lab.load(Company().snapshot(), source="vc", users={MALLORY: SECRET, "CORP\\amy-adm": SECRET})
    plain = furnished(database)
    tick(plain)
    collection = replace(
        plain.collection,
        sources=(VCenterSource(settings()), plain.directory),
        watching=Watching(
            database=database, clock=plain.clock, sources=(VCenterWatch(settings()),)
        ),
    )
    remediation = replace(plain.remediation, remediators=(VCenterRemediator(settings()),))
    return replace(
        plain,
        collection=collection,
        remediation=remediation,
        refresh=Refresh(collection=collection, assessing=plain.assessing, remediation=remediation),
    )


def tick(house: House) -> None:
    house.clock.at = datetime.now(UTC)


def early(house: House) -> str:
    tick(house)
    watching = house.collection.watching
    assert watching
    return EarlyCollection(
        database=house.database,
        clock=house.clock,
        watching=watching,
        refresh=house.refresh,
        at_least=timedelta(microseconds=1),
    ).run(ADMINISTRATOR)


def told(house: House) -> dict[str, Observation]:
    every = ObservationQueries(house.database, SnapshotViews()).all(ADMINISTRATOR)
    return {one.principal: one for one in every if one.kind is ObservationKind.OUT_OF_BAND_CHANGE}


def test_what_another_client_changed_is_collected_early_and_told_with_its_name(
    house: House, lab: Lab
) -> None:
    house.refresh.run(ADMINISTRATOR)
    assert early(house) == "0 new events."
    given = {"entity": "clu", "principal": "CORP\\eve", "group": False, "role": -1}
    lab.control({"do": "permit", "permission": given, "user": MALLORY})
    with logged_in(replace(lab, user="CORP\\amy-adm", password=SECRET)) as content:
        manager, place = content.authorizationManager, content.rootFolder.childEntity[0]
        assert manager
        manager.RemoveEntityPermission(place, "CORP\\VM Admins", True)  # noqa: FBT003

    reason = early(house)

    assert "stored early: PermissionRemovedEvent in vc by CORP\\amy-adm" in reason
    assert house.details("snapshot:early_collection:start")["events"] == "2"
    assert house.details("vcenter:events:store")["by"] == "CORP\\amy-adm; CORP\\mallory"
    found = told(house)
    assert set(found) == {"CORP\\eve", "CORP\\VM Admins"}
    assert "CORP\\mallory made it on " in found["CORP\\eve"].detail
    assert "on Cluster: was given the role Admin, without what is below" in (
        found["CORP\\eve"].detail
    )
    assert "CORP\\amy-adm made it on " in found["CORP\\VM Admins"].detail
    assert early(house) == "0 new events."


def test_what_the_review_itself_removes_is_proven_early_and_not_told(
    house: House, lab: Lab
) -> None:
    populated(house)  # which moves the clock on
    tick(house)
    campaign = house.open()
    house.answer(campaign, ("amy", "CORP\\amy"))
    (task,) = house.remediation.plan(ADMINISTRATOR, campaign.id)
    tick(house)
    assert house.remediation.execute(ADMINISTRATOR, task.id).state is TaskState.EXECUTED
    other = {"entity": "root", "principal": "CORP\\amy-adm", "group": False, "role": -2}
    lab.control({"do": "permit", "permission": other, "user": MALLORY})

    assert "stored early" in early(house)

    with house.database.reading() as work:
        assert work.tasks.get(task.id).state is TaskState.VERIFIED
    assert set(told(house)) == {"CORP\\amy-adm"}


def test_whom_a_host_excepts_from_lockdown_is_told_unless_the_account_may_not_see_it(
    lab: Lab, settings: Settings
) -> None:
    lab.load(company(), options={"hosts": LAB_HOSTS})

    def read() -> Reading:
        return VCenterSource(settings(id="vc1"), parts=(HOSTS,)).collect(lambda: datetime.now(UTC))

    def let_in(*readings: Reading) -> set[tuple[str, str]]:
        schemas = {**TABLES, **ANNEX}
        seen = access_seen(
            (
                (one.source,),
                {name: one.tables.get(name, Table.of(schemas[name], ())) for name in TABLES_SEEN},
            )
            for one in readings
        )
        return {(one.entity, one.principal) for one in differences(seen["vc1"])}

    first = read()
    readers = ["System.Anonymous", "System.Read", "System.View"]
    lab.control({"do": "option", "options": {"default_privileges": readers}})
    blind = read()
    lab.control({"do": "option", "options": {"default_privileges": None}})
    lab.control({"do": "host", "entity": "host-11", "with": {"exceptions": ["mallory"]}})
    second = read()

    assert let_in(first, second) == {("host-11", "mallory")}
    assert let_in(first, blind, second) == {("host-11", "mallory")}
    assert let_in(first, blind) == let_in(blind, second) == set()
