"""A host without a vCenter, simulated, from the wire to a composed snapshot."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import Estate, build_estate
from accessreview.collectors.vcenter.host_source import HostSource, examine_host
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.access import AccountRef
from accessreview.model.diagnosis import Verdict
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.required import require
from tests.servers.vcsim import (
    Vcsim,
    add_role,
    allow,
    logged_in,
    missing,
    reached,
    running_vcsim,
)

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vcsim]:
    require(missing())
    folder: Path = tmp_path_factory.mktemp("esx")
    with running_vcsim(folder, sizes={"esx": 1}) as running:
        with logged_in(running) as content:
            role = add_role(content, "operators", ["VirtualMachine.Interact.PowerOn"])
            allow(
                content,
                content.rootFolder,
                ("root", False, -1, True),
                ("guest", False, role, False),
                (r"CORP\esx-admins", True, -1, True),
            )
        yield running


@pytest.fixture
def settings(host: Vcsim) -> Settings:
    return partial(reached, host, id="esx-lab", name="Lab host")


def test_a_host_becomes_a_snapshot_with_accounts_of_its_own(settings: Settings) -> None:
    reading = HostSource(settings()).collect(_now)
    snapshot = compose(_now(), [reading])

    assert (reading.source.kind, reading.source.coverage) == (SourceKind.ESXI, Coverage.FULL)
    assert {row[2] for row in snapshot["entities"].rows()} >= {"HostSystem", "ComputeResource"}
    assert {row[2:] for row in snapshot["permissions"].rows()} >= {
        (r"esx-lab\root", "false", "-1", "true"),
        (r"CORP\esx-admins", "true", "-1", "true"),
    }
    names = {row[1:] for row in snapshot["principal_names"].rows()}
    assert {("root", r"esx-lab\root"), ("guest", r"esx-lab\guest")} <= names


def _held(estate: Estate, source: str, login: str, on: str) -> set[str]:
    """The privileges of a host's account on the host of a source."""
    entities = estate.snapshot["entities"].rows()
    (machine,) = (row[1] for row in entities if (row[0], row[2]) == (on, "HostSystem"))
    found = effective_access(
        estate, accounts=[AccountRef(source, login)], vcenter=on, entity=machine
    )
    return {privilege for one in found for privilege in one.privileges}


def test_its_own_accounts_hold_what_its_permissions_give(settings: Settings) -> None:
    estate = build_estate(compose(_now(), [HostSource(settings()).collect(_now)]))

    assert "Host.Config.Network" in _held(estate, "esx-lab", "root", "esx-lab")
    assert _held(estate, "esx-lab", "guest", "esx-lab") == set()


def test_two_hosts_do_not_share_their_accounts(settings: Settings) -> None:
    first, second = (HostSource(settings(id=name)).collect(_now) for name in ("esx-1", "esx-2"))
    estate = build_estate(compose(_now(), [first, second]))

    assert _held(estate, "esx-1", "root", "esx-1")
    assert _held(estate, "esx-1", "root", "esx-2") == set()


def test_the_doctor_goes_the_way_to_a_host_and_reads_it(settings: Settings) -> None:
    checks = [*examine_host(HostSource(settings()), _now)]

    assert [check.step for check in checks if check.verdict is Verdict.OK] == [
        *("name", "port", "certificate", "trust", "reading")
    ]
    assert {check.step for check in checks if check.verdict is Verdict.WARNING} == {"reading"}
    assert " permissions and " in next(one.sentence for one in checks if one.step == "reading")


def test_the_doctor_says_why_a_host_cannot_be_read(settings: Settings) -> None:
    *_, last = examine_host(HostSource(settings(password=lambda: "canary-7d2e")), _now)

    assert (last.step, last.verdict) == ("reading", Verdict.FAILED)
    assert last.sentence.startswith("Logging in as ")
    assert "canary" not in last.sentence


def test_a_host_is_no_vcenter(settings: Settings) -> None:
    with pytest.raises(CollectionError, match="the server is not a vCenter but an ESXi host"):
        VCenterSource(settings()).collect(_now)
