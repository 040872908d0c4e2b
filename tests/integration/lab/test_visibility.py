"""What somebody may not see is nowhere: not in views, lists, permissions, events or answers."""

from collections.abc import Callable

import pytest
from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.retrieve import retrieve
from accessreview.model.errors import CollectionError
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.integration.lab.conftest import ANN, BOB, CARL, PASSWORD, Client
from tests.servers.lab_vcenter import Lab
from tests.servers.vcsim import find

pytestmark = pytest.mark.integration


def _seen(content: vim.ServiceInstanceContent) -> set[str]:
    assert content.viewManager is not None
    view = content.viewManager.CreateContainerView(
        content.rootFolder,
        [vim.ManagedEntity],
        True,  # noqa: FBT003
    )
    return {id_of(one) for one in view.view if isinstance(one, vim.ManagedEntity)}


def test_no_access_hides_an_entity_everywhere(client: Client) -> None:
    """Bob may see all but web01, where the entry of his group takes everything from him."""
    with client() as content:
        everything = _seen(content)
    with client(BOB) as content:
        folder = find(content, vim.Folder, "Servers")
        assert isinstance(folder, vim.Folder)
        assert _seen(content) == everything - {"vm-17"}
        assert "vm-17" not in {id_of(one) for one in folder.childEntity}
        assert content.authorizationManager is not None
        told = content.authorizationManager.RetrieveAllPermissions()
        assert "vm-17" not in {id_of(one.entity) for one in told if one.entity}
        hidden = vim.VirtualMachine("vm-17", folder._stub)  # noqa: SLF001
        with pytest.raises(vmodl.fault.ManagedObjectNotFound):
            _ = hidden.name
        with pytest.raises(vim.fault.NoPermission):
            content.authorizationManager.FetchUserPrivilegeOnEntities([hidden], ANN)


def test_events_of_what_is_hidden_are_hidden(fresh: Lab, client: Client) -> None:
    for entity in ("vm-17", "vm-18"):
        entry = {"entity": entity, "principal": CARL, "role": -2, "propagate": True}
        fresh.control({"do": "permit", "permission": entry})
    spec = vim.event.EventFilterSpec(eventTypeId=["PermissionAddedEvent"])
    with client(BOB) as content:
        assert content.eventManager is not None
        told = [one.entity.name for one in content.eventManager.QueryEvents(spec)]
    assert told == ["db01/main"]


def test_whoever_has_no_permission_cannot_log_in(fresh: Lab, client: Client) -> None:
    fresh.control({"do": "option", "options": {"users": {r"CORP\olga": PASSWORD}}})
    with pytest.raises(vim.fault.NoPermission), client(r"CORP\olga"):
        pass
    with client() as content:
        assert content.eventManager is not None
        told = content.eventManager.QueryEvents(
            vim.event.EventFilterSpec(eventTypeId=["NoAccessUserEvent"])
        )
    assert [one.userName for one in told] == [r"CORP\olga"]


def test_properties_that_are_refused_are_named_and_the_others_come(
    fresh: Lab, settings: Callable[..., VCenterSettings]
) -> None:
    fresh.control({"do": "deny", "refuse": {"entity": "vm-18", "path": "resourcePool"}})
    with open_session(settings(), CollectionError) as session:
        read = retrieve(session, {vim.VirtualMachine: ("name", "resourcePool")})
    (machine,) = (one for one in read if id_of(one.reference) == "vm-18")
    assert (dict(machine.values), dict(machine.refused)) == (
        {"name": "db01%2fmain"},
        {"resourcePool": "NoPermission"},
    )


def test_the_sessions_of_others_are_for_whom_may_end_them(client: Client) -> None:
    with client() as all_seeing, client(ANN) as content:
        assert content.sessionManager is not None
        assert all_seeing.sessionManager is not None
        assert {one.userName for one in content.sessionManager.sessionList} == {ANN}
        everybody = {one.userName for one in all_seeing.sessionManager.sessionList}
        assert everybody == {ANN, r"VSPHERE.LOCAL\collector"}
