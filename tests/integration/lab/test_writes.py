"""Changing permissions and roles as documented, where the simulator does as it likes."""

import pytest
from pyVmomi import vim, vmodl

from accessreview.vsphere.reference import id_of
from tests.integration.lab.conftest import ADMINISTRATOR, ANN, BOB, Client
from tests.servers.lab_company import ADMIN, HOST_OPERATOR, READ_ONLY, VIEW, VM_OPERATOR
from tests.servers.lab_vcenter import Lab
from tests.servers.vcsim import find

pytestmark = pytest.mark.integration

VIEWERS = r"CORP\viewers"
Entry = tuple[str, bool, int, bool]


def _set(content: vim.ServiceInstanceContent, entity: vim.ManagedEntity, *entries: Entry) -> None:
    assert content.authorizationManager is not None
    content.authorizationManager.SetEntityPermissions(
        entity, [_permission(*one) for one in entries]
    )


def _permission(
    principal: str,
    is_group: bool,  # noqa: FBT001
    role: int,
    propagate: bool,  # noqa: FBT001
) -> vim.AuthorizationManager.Permission:
    return vim.AuthorizationManager.Permission(
        principal=principal, group=is_group, roleId=role, propagate=propagate
    )


def _on(content: vim.ServiceInstanceContent, entity: vim.ManagedEntity) -> set[Entry]:
    assert content.authorizationManager is not None
    return {
        (one.principal, one.group, one.roleId, one.propagate)
        for one in content.authorizationManager.RetrieveAllPermissions()
        if one.entity is not None and id_of(one.entity) == id_of(entity)
    }


def _remove(
    content: vim.ServiceInstanceContent, entity: vim.ManagedEntity, principal: str, *, group: bool
) -> None:
    assert content.authorizationManager is not None
    content.authorizationManager.RemoveEntityPermission(entity, principal, group)


def test_setting_adds_to_what_is_there_and_replaces_by_principal_and_kind(client: Client) -> None:
    with client() as content:
        machine = find(content, vim.VirtualMachine, "web01")
        before = _on(content, machine)

        _set(content, machine, (VIEWERS, True, READ_ONLY, True), (ANN, False, READ_ONLY, False))
        _set(content, machine, (r"corp\ANN", False, VM_OPERATOR, True))

        assert before
        assert _on(content, machine) == before | {
            (VIEWERS, True, READ_ONLY, True),
            (ANN, False, VM_OPERATOR, True),
        }


def test_setting_stops_at_the_first_entry_that_is_refused(client: Client) -> None:
    with client() as content:
        machine = find(content, vim.VirtualMachine, "web01")
        before = _on(content, machine)
        good, bad = (ANN, False, READ_ONLY, False), (BOB, False, 4711, False)

        with pytest.raises(vim.fault.NotFound):
            _set(content, machine, good, bad, (VIEWERS, True, READ_ONLY, True))

        assert _on(content, machine) == before | {good}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ((r"CORP\nobody", False, READ_ONLY, True), vim.fault.UserNotFound),
        ((ANN, True, READ_ONLY, True), vim.fault.UserNotFound),
        ((ANN, False, 4711, True), vim.fault.NotFound),
        ((ANN, False, VIEW, True), vmodl.fault.InvalidArgument),
        ((ADMINISTRATOR, False, READ_ONLY, True), vim.fault.AuthMinimumAdminPermission),
    ],
    ids=["unknown", "of the other kind", "no role", "role View", "administrator of the root"],
)
def test_what_vcenter_refuses_to_set_is_refused(
    entry: Entry, fault: type[Exception], client: Client
) -> None:
    with client() as content, pytest.raises(fault):
        _set(content, find(content, vim.VirtualMachine, "web01"), entry)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (vim.Folder, "vm"),
        (vim.Folder, "network"),
        (vim.ResourcePool, "Resources"),
        (vim.HostSystem, "esx03"),
        (vim.VirtualMachine, "ft01-2nd"),
    ],
)
def test_what_shares_its_permissions_can_have_none_of_its_own(
    kind: type[vim.ManagedEntity], name: str, client: Client
) -> None:
    with client() as content:
        entity = find(content, kind, name)
        with pytest.raises(vmodl.fault.InvalidArgument):
            _set(content, entity, (ANN, False, READ_ONLY, True))
        with pytest.raises(vmodl.fault.InvalidArgument):
            _remove(content, entity, ANN, group=False)


def test_only_what_is_there_can_be_removed(client: Client) -> None:
    with client() as content:
        datacenter = find(content, vim.Datacenter)
        with pytest.raises(vim.fault.NotFound):
            _remove(content, datacenter, r"CORP\host-admins", group=False)

        _remove(content, datacenter, r"CORP\HOST-admins", group=True)

        assert r"CORP\host-admins" not in {one[0] for one in _on(content, datacenter)}


def test_the_last_administrator_of_the_root_stays(client: Client) -> None:
    with client() as content:
        root = content.rootFolder
        with pytest.raises(vim.fault.AuthMinimumAdminPermission):
            _remove(content, root, ADMINISTRATOR, group=False)
        with pytest.raises(vim.fault.AuthMinimumAdminPermission):
            _set(content, root, (ADMINISTRATOR, False, READ_ONLY, True))
        _set(content, root, (BOB, False, ADMIN, True))
        _remove(content, root, ADMINISTRATOR, group=False)


def test_a_mirrored_global_permission_is_told_on_the_root_and_cannot_be_removed_there(
    client: Client,
) -> None:
    with client() as content:
        mirrored = (VIEWERS, True, READ_ONLY, True)
        assert mirrored in _on(content, content.rootFolder)
        assert r"CORP\svc-backup" not in {one[0] for one in _on(content, content.rootFolder)}

        with pytest.raises(vim.fault.NotFound):
            _remove(content, content.rootFolder, VIEWERS, group=True)
        assert mirrored in _on(content, content.rootFolder)


def test_nobody_gives_or_takes_what_he_has_not(fresh: Lab, client: Client) -> None:
    fresh.control(
        {
            "do": "permit",
            "permission": {
                "entity": "vm-18",
                "principal": ANN,
                "role": HOST_OPERATOR,
                "propagate": True,
            },
        }
    )
    with client(ANN) as content, pytest.raises(vim.fault.NoPermission) as refused:
        _set(
            content, find(content, vim.VirtualMachine, "db01%2fmain"), (BOB, False, READ_ONLY, True)
        )
    assert refused.value.privilegeId == "Authorization.ModifyPermissions"
    with client(ADMINISTRATOR) as content:
        _set(content, find(content, vim.VirtualMachine, "db01%2fmain"), (ANN, False, ADMIN, True))


def test_resetting_leaves_only_what_is_given(client: Client) -> None:
    with client() as content:
        assert content.authorizationManager is not None
        datacenter = find(content, vim.Datacenter)
        only = (VIEWERS, True, READ_ONLY, True)

        content.authorizationManager.ResetEntityPermissions(datacenter, [_permission(*only)])

        assert _on(content, datacenter) == {only}


def test_roles_have_random_ids_of_either_sign_and_system_roles_stay(client: Client) -> None:
    with client() as content:
        manager = content.authorizationManager
        assert manager is not None
        made = {manager.AddRole(f"role {number}", []) for number in range(20)}

        assert len(made) == 20
        assert {number < 0 for number in made} == {True, False}
        with pytest.raises(vmodl.fault.InvalidArgument):
            manager.RemoveRole(ADMIN, False)  # noqa: FBT003
        with pytest.raises(vmodl.fault.InvalidArgument):
            manager.UpdateRole(READ_ONLY, "Mine", [])
        with pytest.raises(vim.fault.NotFound):
            manager.UpdateRole(4711, "Nothing", [])


def test_a_role_in_use_goes_only_with_its_permissions(client: Client) -> None:
    with client() as content:
        manager = content.authorizationManager
        assert manager is not None
        with pytest.raises(vim.fault.RemoveFailed):
            manager.RemoveRole(VM_OPERATOR, True)  # noqa: FBT003

        manager.MergePermissions(HOST_OPERATOR, READ_ONLY)
        manager.RemoveRole(HOST_OPERATOR, True)  # noqa: FBT003
        manager.RemoveRole(VM_OPERATOR, False)  # noqa: FBT003

        roles = {one.roleId for one in manager.RetrieveAllPermissions()}
        assert roles == {ADMIN, READ_ONLY, -5}


def test_all_privileges_are_told(client: Client) -> None:
    with client() as content:
        assert content.authorizationManager is not None
        told = {one.privId for one in content.authorizationManager.privilegeList}

        (admin,) = (one for one in content.authorizationManager.roleList if one.roleId == ADMIN)
        assert len(told) > 400
        assert {*admin.privilege} == told


def test_each_change_is_an_event_that_names_who_made_it(client: Client) -> None:
    with client(ADMINISTRATOR) as content:
        manager = content.authorizationManager
        assert manager is not None
        assert content.eventManager is not None
        machine = find(content, vim.VirtualMachine, "web01")
        role = manager.AddRole("New", ["Task.Create"])
        manager.UpdateRole(role, "Newer", ["Task.Update"])
        _set(content, machine, (ANN, False, role, False))
        _set(content, machine, (ANN, False, READ_ONLY, True))
        _remove(content, machine, ANN, group=False)
        manager.RemoveRole(role, True)  # noqa: FBT003

        events = content.eventManager.QueryEvents(vim.event.EventFilterSpec())

        own = [one for one in events if one.userName == ADMINISTRATOR][1:]
        assert [type(one).__name__.rpartition(".")[2] for one in own] == [
            "RoleAddedEvent",
            "RoleUpdatedEvent",
            "PermissionAddedEvent",
            "PermissionUpdatedEvent",
            "PermissionRemovedEvent",
            "RoleRemovedEvent",
        ]
        _, changed, added, updated, _, _ = own
        assert (list(changed.privilegesAdded), list(changed.privilegesRemoved)) == (
            ["Task.Update"],
            ["Task.Create"],
        )
        assert (added.entity.entity, added.principal, added.role.name) == (machine, ANN, "Newer")
        assert (updated.prevRole.roleId, updated.prevPropagate) == (role, False)
