"""A whole simulated vCenter, from the wire to a composed snapshot."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accessreview.collectors.vcenter.global_permissions import NOT_ASKED_FOR
from accessreview.collectors.vcenter.read import read_vcenter
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading
from accessreview.snapshot.compose import compose
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.vcsim import Vcsim
from tests.unit.collectors.vcenter.recording import dump, load

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]

AT = datetime(2026, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 0, 5, tzinfo=UTC)


def _collected(settings: VCenterSettings) -> Reading:
    times = iter((AT, LATER))
    return VCenterSource(settings).collect(lambda: next(times))


def _types(reading: Reading) -> dict[str, str]:
    return {row[1]: row[2] for row in reading.tables["entities"].rows()}


def test_a_whole_vcenter_becomes_a_complete_snapshot(settings: Settings) -> None:
    reading = _collected(settings())
    snapshot = compose(LATER, [reading])

    assert snapshot.is_complete
    assert reading.source.gaps == (NOT_ASKED_FOR,)
    assert (reading.source.started_at, reading.source.finished_at) == (AT, LATER)
    assert {row[2] for row in snapshot["entities"].rows()} == {
        "ClusterComputeResource",
        "ComputeResource",
        "Datacenter",
        "Datastore",
        "DistributedVirtualPortgroup",
        "DistributedVirtualSwitch",
        "Folder",
        "HostSystem",
        "Network",
        "ResourcePool",
        "VirtualApp",
        "VirtualMachine",
    }


def test_permissions_come_with_the_roles_they_give(settings: Settings) -> None:
    reading = _collected(settings())

    names = {row[1]: row[2] for row in reading.tables["roles"].rows()}
    (machine,) = (row[1] for row in reading.tables["entities"].rows() if row[3] == "DC0_H0_VM0")
    assert {(*row[1:4], names[row[4]], row[5]) for row in reading.tables["permissions"].rows()} == {
        ("group-d1", r"CORP\vc-admins", "true", "Admin", "true"),
        (machine, r"CORP\vm-operators", "true", "operators", "false"),
        (machine, r"CORP\Ann", "false", "ReadOnly", "false"),
    }
    given = {
        row[2] for row in reading.tables["role_privileges"].rows() if names[row[1]] == "operators"
    }
    assert "VirtualMachine.Interact.PowerOn" in given


def test_machines_have_both_lines_of_ancestors_and_their_places(settings: Settings) -> None:
    reading = _collected(settings())

    types = _types(reading)
    machines = [row for row in reading.tables["entities"].rows() if row[2] == "VirtualMachine"]
    assert {(types[row[4]], types[row[5]]) for row in machines} == {
        ("Folder", "ResourcePool"),
        ("Folder", "VirtualApp"),
    }
    placed: dict[str, set[str]] = {}
    for _, machine, on in reading.tables["placements"].rows():
        placed.setdefault(machine, set()).add(types[on])
    assert len(placed) == len(machines)
    assert set(map(frozenset, placed.values())) == {
        frozenset({"HostSystem", "Datastore", "DistributedVirtualPortgroup"})
    }


def test_a_live_reading_survives_being_recorded(settings: Settings) -> None:
    with open_session(settings(), CollectionError) as session:
        raw = read_vcenter(session)

    assert load(dump(raw)) == raw


def test_a_pinned_certificate_serves_as_well(vcsim: Vcsim, settings: Settings) -> None:
    reading = _collected(settings(ca_file=None, pin_sha256=vcsim.sha256))

    assert reading.source.coverage is Coverage.FULL


def test_a_certificate_of_an_authority_that_nobody_trusts_reads_nothing(
    settings: Settings,
) -> None:
    with pytest.raises(CollectionError, match="does not verify"):
        _collected(settings(ca_file=None))
