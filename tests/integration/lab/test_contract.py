"""What every vCenter does: held by the lab, and by govmomi's simulator where that behaves."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyVmomi import vim, vmodl

from tests.servers.certificates import Authority
from tests.servers.lab_company import company
from tests.servers.lab_vcenter import missing, running_lab
from tests.servers.required import require
from tests.servers.vcsim import Vcsim, add_role, allow, find, logged_in, running_vcsim

pytestmark = pytest.mark.integration

Permission = vim.AuthorizationManager.Permission
FilterSpec = vim.event.EventFilterSpec
ENTRY = (r"CORP\viewers", True, -2, True)


@pytest.fixture(scope="module", params=["lab", "simulator"])
def server(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vcsim]:
    require(missing())
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "lab":
        with running_lab(folder, company(), ca=authority) as lab:
            yield lab
    else:
        with running_vcsim(folder, ca=authority, sizes={"pools": 1}) as vcsim:
            yield vcsim


@pytest.fixture
def content(server: Vcsim) -> Iterator[vim.ServiceInstanceContent]:
    with logged_in(server) as content:
        yield content


def _permissions(content: vim.ServiceInstanceContent) -> set[tuple[str, str, bool, int, bool]]:
    assert content.authorizationManager is not None
    return {
        (one.entity._moId, one.principal, one.group, one.roleId, one.propagate)  # noqa: SLF001
        for one in content.authorizationManager.RetrieveAllPermissions()
        if one.entity is not None
    }


def test_a_permission_is_told_until_it_is_removed(content: vim.ServiceInstanceContent) -> None:
    assert content.authorizationManager is not None
    entity = find(content, vim.VirtualMachine)
    told = (entity._moId, *ENTRY)  # noqa: SLF001

    allow(content, entity, ENTRY)
    assert told in _permissions(content)

    content.authorizationManager.RemoveEntityPermission(entity, ENTRY[0], True)  # noqa: FBT003
    assert told not in _permissions(content)


def test_a_role_is_told_with_the_privileges_that_all_have(
    content: vim.ServiceInstanceContent,
) -> None:
    assert content.authorizationManager is not None
    role = add_role(content, "Power on", ["VirtualMachine.Interact.PowerOn"])

    (made,) = (one for one in content.authorizationManager.roleList if one.roleId == role)
    assert {"System.Read", "System.View", "VirtualMachine.Interact.PowerOn"} <= {*made.privilege}
    assert not made.system
    with pytest.raises(vim.fault.AlreadyExists):
        content.authorizationManager.AddRole("Power on", [])
    with pytest.raises(vmodl.fault.InvalidArgument):
        content.authorizationManager.AddRole("Nonsense", ["No.Such.Privilege"])
    content.authorizationManager.RemoveRole(role, True)  # noqa: FBT003
    assert role not in {one.roleId for one in content.authorizationManager.roleList}


def test_permissions_of_a_role_are_told_by_role(content: vim.ServiceInstanceContent) -> None:
    assert content.authorizationManager is not None
    entity = find(content, vim.HostSystem)
    allow(content, entity, ENTRY)

    found = content.authorizationManager.RetrieveRolePermissions(-2)

    assert ENTRY[0] in {one.principal for one in found}
    assert {one.roleId for one in found} == {-2}
    content.authorizationManager.RemoveEntityPermission(entity, ENTRY[0], True)  # noqa: FBT003


def test_whoever_may_do_everything_is_told_so(content: vim.ServiceInstanceContent) -> None:
    assert content.authorizationManager is not None
    assert content.sessionManager is not None
    session = content.sessionManager.currentSession
    assert session is not None
    asked = ["System.Read", "Authorization.ModifyPermissions"]

    told = content.authorizationManager.HasPrivilegeOnEntity(content.rootFolder, session.key, asked)

    assert list(told) == [True, True]


def test_a_view_has_everything_but_its_container(content: vim.ServiceInstanceContent) -> None:
    assert content.viewManager is not None
    view = content.viewManager.CreateContainerView(
        content.rootFolder,
        [vim.ManagedEntity],
        True,  # noqa: FBT003
    )

    kinds = {type(one) for one in view.view}
    assert {vim.Datacenter, vim.Folder, vim.HostSystem, vim.VirtualMachine} <= kinds
    assert content.rootFolder not in view.view
    view.DestroyView()
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        _ = view.view


def test_a_wrong_password_is_refused(server: Vcsim) -> None:
    with (
        pytest.raises(vim.fault.InvalidLogin),
        logged_in(replace(server, password="wrong")),
    ):
        pass


def test_logins_are_events(content: vim.ServiceInstanceContent) -> None:
    assert content.eventManager is not None
    spec = FilterSpec(eventTypeId=["UserLoginSessionEvent"])
    collector = content.eventManager.CreateCollectorForEvents(spec)

    events = collector.ReadNextEvents(100)

    assert {type(one) for one in events} == {vim.event.UserLoginSessionEvent}
    assert not collector.ReadNextEvents(100)
    collector.DestroyCollector()
