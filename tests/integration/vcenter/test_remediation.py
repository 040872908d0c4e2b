"""Removing permissions from the simulator.

It removes without complaint what is not there and lets the last administrator go, where a vCenter
refuses; so what is refused here is refused by us.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyVmomi import vim

from accessreview.model.access import AccountRef, EntityRef, GroupRef
from accessreview.model.errors import RemediationError
from accessreview.model.remediation import MembershipRemoval, PermissionRemoval
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue
from tests.servers.relay import Fault, running_relay
from tests.servers.vcsim import Vcsim, allow, find, logged_in

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]

OPERATORS = (r"CORP\vm-operators", True, -2, True)
ADMINS = (r"CORP\vc-admins", True, -1, True)
SOLUTION = r"VSPHERE.LOCAL\vpxd-extension-7c0b4a52-9f5d-4f8e-a1c3-0d7e5b9a2f10"


@pytest.fixture
def machine(vcsim: Vcsim) -> PermissionRemoval:
    """A removal that is as reviewed, on a machine where another permission stays."""
    with logged_in(vcsim) as content:
        entity = find(content, vim.VirtualMachine, "DC0_H0_VM0")
        allow(content, entity, OPERATORS, (r"CORP\Ann", False, -1, False))
        allow(content, content.rootFolder, ADMINS)
    return PermissionRemoval(
        entity=EntityRef("vc1", id_of(entity)),
        entity_type="VirtualMachine",
        place="DC0/DC0_H0_VM0",
        principal=r"CORP\vm-operators",
        is_group=True,
        role="-2",
        role_name="ReadOnly",
        propagate=True,
    )


@pytest.fixture
def root(machine: PermissionRemoval) -> PermissionRemoval:
    return replace(
        machine,
        entity=EntityRef("vc1", "group-d1"),
        entity_type="Folder",
        place="Datacenters",
        principal=r"CORP\vc-admins",
        role="-1",
        role_name="Admin",
    )


def _left(vcsim: Vcsim, change: PermissionRemoval) -> set[str]:
    with logged_in(vcsim) as content:
        assert content.authorizationManager is not None
        return {
            entry.principal
            for entry in content.authorizationManager.RetrieveAllPermissions()
            if entry.entity is not None and id_of(entry.entity) == change.entity.id
        }


def test_a_permission_that_is_as_reviewed_is_removed_and_no_other(
    vcsim: Vcsim, settings: Settings, machine: PermissionRemoval
) -> None:
    applied = VCenterRemediator(settings()).apply(machine)

    where = f"DC0/DC0_H0_VM0 (VirtualMachine {machine.entity.id})"
    assert applied.before == (
        rf"group CORP\vm-operators had role ReadOnly (-2) with its children on {where}."
    )
    assert applied.after == (
        rf"group CORP\vm-operators has no permission on {where}; 1 of others remain there."
    )
    assert _left(vcsim, machine) == {r"CORP\Ann"}


def test_a_permission_that_is_gone_already_is_said_to_be_gone(
    settings: Settings, machine: PermissionRemoval
) -> None:
    VCenterRemediator(settings()).apply(machine)

    again = VCenterRemediator(settings()).apply(machine)

    assert "had no permission any more" in again.before
    assert again.after == "Nothing was removed."


@pytest.mark.parametrize(
    "now",
    [
        (r"CORP\vm-operators", True, -1, True),
        (r"CORP\vm-operators", True, -2, False),
        (r"CORP\VM-Operators", True, -2, True),
    ],
    ids=["another role", "other propagation", "another spelling"],
)
def test_a_permission_that_is_not_as_reviewed_is_left_alone(
    now: tuple[str, bool, int, bool], vcsim: Vcsim, settings: Settings, machine: PermissionRemoval
) -> None:
    with logged_in(vcsim) as content:
        allow(content, find(content, vim.VirtualMachine, "DC0_H0_VM0"), now)

    with pytest.raises(RemediationError, match="no longer as reviewed"):
        VCenterRemediator(settings()).apply(machine)
    assert _left(vcsim, machine) == {now[0]}


def test_a_user_of_the_group_s_name_is_another_principal(
    vcsim: Vcsim, settings: Settings, machine: PermissionRemoval
) -> None:
    with logged_in(vcsim) as content:
        entity = find(content, vim.VirtualMachine, "DC0_H0_VM0")
        allow(content, entity, (machine.principal, False, -2, True))

    applied = VCenterRemediator(settings()).apply(machine)

    assert applied.after == "Nothing was removed."
    assert _left(vcsim, machine) == {machine.principal}


def test_the_last_administrator_of_the_root_stays(
    vcsim: Vcsim, settings: Settings, root: PermissionRemoval
) -> None:
    with pytest.raises(RemediationError, match="last administrator on the root folder of Lab"):
        VCenterRemediator(settings()).apply(root)
    assert _left(vcsim, root) == {r"CORP\vc-admins"}


def test_one_of_two_administrators_of_the_root_can_go(
    vcsim: Vcsim, settings: Settings, root: PermissionRemoval
) -> None:
    with logged_in(vcsim) as content:
        allow(content, content.rootFolder, ADMINS, (r"CORP\Ben", False, -1, True))

    VCenterRemediator(settings()).apply(root)

    assert _left(vcsim, root) == {r"CORP\Ben"}


@pytest.mark.parametrize("own", [r"VSPHERE.LOCAL\Collector", "collector@vsphere.local"])
def test_the_account_that_acts_does_not_remove_itself(
    own: str, vcsim: Vcsim, settings: Settings, machine: PermissionRemoval
) -> None:
    with logged_in(vcsim) as content:
        entity = find(content, vim.VirtualMachine, "DC0_H0_VM0")
        allow(content, entity, (own, False, -2, True))

    with pytest.raises(RemediationError, match="is the account that makes this change"):
        VCenterRemediator(settings()).apply(replace(machine, principal=own, is_group=False))
    assert _left(vcsim, machine) == {own}


def test_vcenter_s_own_services_and_configured_principals_are_not_touched(
    settings: Settings, machine: PermissionRemoval
) -> None:
    remediator = VCenterRemediator(settings(), frozenset({r"corp\VM-operators"}))

    with pytest.raises(RemediationError, match="vCenter's own services"):
        remediator.apply(replace(machine, principal=SOLUTION, is_group=False))
    with pytest.raises(RemediationError, match="configured never to be changed"):
        remediator.apply(machine)


@pytest.mark.parametrize("kind", ["Task", "NoSuchThing", "Folder;x"])
def test_what_is_no_entity_is_refused(
    kind: str, settings: Settings, machine: PermissionRemoval
) -> None:
    with pytest.raises(RemediationError, match="no vCenter entity"):
        VCenterRemediator(settings()).apply(replace(machine, entity_type=kind))


def test_only_permissions_of_its_own_vcenter_are_covered(
    settings: Settings, machine: PermissionRemoval
) -> None:
    remediator = VCenterRemediator(settings())
    elsewhere = replace(machine, entity=EntityRef("vc2", "vm-1"))
    everywhere = replace(machine, entity=EntityRef("vc1", ""))
    membership = MembershipRemoval(
        group=GroupRef("ad", "1"),
        group_name="admins",
        group_locator="",
        member=AccountRef("ad", "2"),
        member_login="ann",
        member_locator="",
    )

    assert remediator.covers(machine)
    for change in (elsewhere, everywhere, membership):
        assert not remediator.covers(change)
        with pytest.raises(RemediationError, match="not where this change is to be made"):
            remediator.apply(change)


@pytest.mark.parametrize("fault", [Fault.NO_PERMISSION, Fault.HANG_UP, Fault.SILENCE])
def test_a_lost_answer_is_no_success_and_nothing_is_tried_again(  # noqa: PLR0913, PLR0917 - fixtures
    fault: Fault,
    authority: Authority,
    vcsim: Vcsim,
    settings: Settings,
    machine: PermissionRemoval,
    tmp_path: Path,
) -> None:
    seen: list[str] = []

    def fault_at(asked: str) -> Fault | None:
        seen.append(asked)
        return fault if asked == "RemoveEntityPermission" else None

    with (
        running_relay(issue(authority, tmp_path), vcsim, fault_at) as port,
        pytest.raises(RemediationError, match=r"failed: .* It is gone all the same\.$"),
    ):
        VCenterRemediator(settings(port=port, timeout_seconds=1)).apply(machine)
    assert seen.count("RemoveEntityPermission") == 1
    assert seen[-1] == "Logout"


def test_a_vcenter_that_is_gone_after_the_removal_leaves_the_outcome_open(
    authority: Authority,
    vcsim: Vcsim,
    settings: Settings,
    machine: PermissionRemoval,
    tmp_path: Path,
) -> None:
    seen: list[str] = []

    def fault_at(asked: str) -> Fault | None:
        seen.append(asked)
        return Fault.HANG_UP if "RemoveEntityPermission" in seen and asked != "Logout" else None

    with (
        running_relay(issue(authority, tmp_path), vcsim, fault_at) as port,
        pytest.raises(RemediationError, match="is not known until the next collection"),
    ):
        VCenterRemediator(settings(port=port)).apply(machine)
    assert seen.count("RemoveEntityPermission") == 1
