"""Removing permissions where a vCenter refuses, which the simulator never does."""

from collections.abc import Callable

import pytest

from accessreview.model.access import EntityRef
from accessreview.model.errors import RemediationError
from accessreview.model.remediation import PermissionRemoval
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.settings import VCenterSettings
from tests.integration.lab.conftest import ADMINISTRATOR, ANN, PASSWORD, Client
from tests.servers.lab_company import HOST_OPERATOR, NO_ACCESS, READ_ONLY
from tests.servers.lab_vcenter import Lab

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("fresh")]

Remediator = Callable[[str], VCenterRemediator]


@pytest.fixture
def remediator(settings: Callable[..., VCenterSettings]) -> Remediator:
    return lambda user: VCenterRemediator(settings(username=user, password=lambda: PASSWORD))


def _removal(
    kind: str, entity: str, principal: str, role: int, *, propagate: bool
) -> PermissionRemoval:
    return PermissionRemoval(
        entity=EntityRef("vc", entity),
        entity_type=kind,
        place=entity,
        principal=principal,
        is_group=True,
        role=str(role),
        role_name="",
        propagate=propagate,
    )


OF_WEB01 = _removal("VirtualMachine", "vm-17", r"CORP\host-admins", NO_ACCESS, propagate=False)


def _told(client: Client) -> set[tuple[str, str]]:
    with client() as content:
        assert content.authorizationManager is not None
        return {
            (id_of(one.entity), one.principal)
            for one in content.authorizationManager.RetrieveAllPermissions()
            if one.entity is not None
        }


def test_whoever_holds_the_role_himself_removes_it(remediator: Remediator, client: Client) -> None:
    before = _told(client)

    applied = remediator(ADMINISTRATOR).apply(OF_WEB01)

    assert applied.after.endswith("0 of others remain there.")
    assert before - _told(client) == {("vm-17", r"CORP\host-admins")}


@pytest.mark.parametrize(
    ("user", "change", "words"),
    [
        (
            ANN,
            _removal(
                "Datacenter", "datacenter-2", r"CORP\host-admins", HOST_OPERATOR, propagate=True
            ),
            "lacks the privilege Authorization.ModifyPermissions. It is still there",
        ),
        (
            ADMINISTRATOR,
            _removal("Folder", "group-d1", r"CORP\viewers", READ_ONLY, propagate=True),
            "answered NotFound. It is still there. .* may mirror a global permission",
        ),
        (
            ADMINISTRATOR,
            _removal("Folder", "group-v3", r"CORP\host-admins", HOST_OPERATOR, propagate=True),
            "answered InvalidArgument. It is still there",
        ),
    ],
    ids=["without the privilege", "a mirrored global permission", "a folder of a datacenter"],
)
def test_what_a_vcenter_refuses_stays_and_is_said(
    user: str, change: PermissionRemoval, words: str, remediator: Remediator, client: Client
) -> None:
    before = _told(client)

    with pytest.raises(RemediationError, match=words):
        remediator(user).apply(change)

    assert _told(client) == before


def test_the_answer_to_a_removal_that_is_lost_is_no_failure_of_it(
    lab: Lab, remediator: Remediator, client: Client
) -> None:
    lab.control(
        {"do": "damage", "damage": {"kind": "drop"}, "at": {"method": "RemoveEntityPermission"}}
    )

    with pytest.raises(RemediationError, match="It is gone all the same"):
        remediator(ADMINISTRATOR).apply(OF_WEB01)

    assert ("vm-17", r"CORP\host-admins") not in _told(client)
