"""Ways to the inventory that the collector does not take, and hosts without a vCenter."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.host_source import HostSource
from accessreview.model.snapshot import Coverage
from accessreview.vsphere.settings import VCenterSettings
from tests.estates import small_snapshot
from tests.integration.lab.conftest import ANN, Client
from tests.servers.lab_company import GROUPS, PEOPLE
from tests.servers.lab_vcenter import Lab

pytestmark = pytest.mark.integration

Collector = vmodl.query.PropertyCollector
PATHS: Mapping[type[vim.ManagedEntity], tuple[str, ...]] = {
    vim.Folder: ("childEntity",),
    vim.Datacenter: ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder"),
    vim.ComputeResource: ("resourcePool", "host"),
    vim.ResourcePool: ("resourcePool", "vm"),
}


def _everything(content: vim.ServiceInstanceContent) -> Collector.FilterSpec:
    """By traversals that name each other, as clients did before there were views."""
    names = [f"{kind.__name__}.{path}" for kind, some in PATHS.items() for path in some]
    again = [Collector.SelectionSpec(name=name) for name in names]
    ways = [
        Collector.TraversalSpec(
            name=f"{kind.__name__}.{path}", type=kind, path=path, skip=False, selectSet=again
        )
        for kind, some in PATHS.items()
        for path in some
    ]
    start = Collector.ObjectSpec(obj=content.rootFolder, skip=False, selectSet=ways)
    names_only = Collector.PropertySpec(type=vim.ManagedEntity, pathSet=["name"])
    return Collector.FilterSpec(objectSet=[start], propSet=[names_only])


def test_traversals_reach_what_a_view_has(client: Client) -> None:
    with client() as content:
        assert content.viewManager is not None
        view = content.viewManager.CreateContainerView(
            content.rootFolder,
            [vim.ManagedEntity],
            True,  # noqa: FBT003
        )
        found = content.propertyCollector.RetrieveProperties([_everything(content)])
        reached = [one.obj for one in found]
        assert len(reached) == len({*reached}) == 29
        assert {*reached} == {content.rootFolder, *view.view}


def test_a_token_serves_once_and_in_its_session_alone(client: Client) -> None:
    options = Collector.RetrieveOptions(maxObjects=10)
    with client() as content, client(ANN) as other:
        spec = _everything(content)
        first = content.propertyCollector.RetrievePropertiesEx([spec], options)
        assert first is not None
        assert first.token
        assert len(first.objects) == 10
        with pytest.raises(vmodl.fault.InvalidArgument):
            other.propertyCollector.ContinueRetrievePropertiesEx(first.token)

        second = content.propertyCollector.ContinueRetrievePropertiesEx(first.token)
        assert second.token
        with pytest.raises(vmodl.fault.InvalidArgument):
            content.propertyCollector.ContinueRetrievePropertiesEx(first.token)
        third = content.propertyCollector.ContinueRetrievePropertiesEx(second.token)

    assert [len(page.objects) for page in (second, third)] == [10, 9]
    assert not third.token


def test_the_directory_is_searched_by_whom_may_give_permissions(client: Client) -> None:
    with client() as content:
        directory = content.userDirectory
        assert directory is not None
        assert [*directory.domainList] == ["CORP"]
        sought = directory.RetrieveUserGroups("CORP", "", None, None, False, True, True)  # noqa: FBT003
        assert {one.principal for one in sought} == {f"CORP\\{one}" for one in (*PEOPLE, *GROUPS)}
        teams = directory.RetrieveUserGroups("corp", "TEAM", None, None, False, False, True)  # noqa: FBT003
        assert {one.principal for one in teams} == {r"CORP\host-team", r"CORP\vm-team"}
    with client(ANN) as content:
        directory = content.userDirectory
        assert directory is not None
        with pytest.raises(vim.fault.NoPermission):
            directory.RetrieveUserGroups("CORP", "", None, None, False, True, True)  # noqa: FBT003


def test_a_host_without_a_vcenter_tells_whom_it_lets_in(
    lab: Lab, settings: Callable[..., VCenterSettings]
) -> None:
    host = small_snapshot(
        [
            ("ha-folder-root", "Folder", "", "", ""),
            ("ha-datacenter", "Datacenter", "ha-folder-root", "", ""),
            ("ha-folder-host", "Folder", "ha-datacenter", "", "ha-datacenter"),
            ("ha-compute-res", "ComputeResource", "ha-folder-host", "", ""),
            ("ha-host", "HostSystem", "ha-compute-res", "", "ha-compute-res"),
            ("ha-root-pool", "ResourcePool", "ha-compute-res", "", "ha-compute-res"),
        ],
        roles={"-1": ("System.View", "System.Read")},
        permissions=[("ha-folder-root", "root", "-1", True)],
        accounts={"root": ""},
    )
    set_so = {"ha-host": {"lockdown": "lockdownNormal", "exceptions": ["backup"]}}
    lab.load(host, options={"api_type": "HostAgent", "hosts": set_so})

    reading = HostSource(settings()).collect(lambda: datetime.now(UTC))

    assert reading.source.coverage is Coverage.FULL
    assert {row[2:5] for row in reading.tables["powers"].rows()} >= {
        ("lockdown-exception", r"vc\backup", "false"),
        ("host-access", r"vc\root", "false"),
    }
    assert ("vc", "ha-host", "lockdown", "lockdownNormal") in reading.tables["facts"].rows()
