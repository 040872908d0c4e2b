"""What hosts tell of themselves over the wire, and what an account may not be told."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.observations import observe
from accessreview.collectors.vcenter.global_permissions import (
    NOT_ASKED_FOR,
    examine_global_permissions,
)
from accessreview.collectors.vcenter.hosts import HOSTS, examine_hosts
from accessreview.collectors.vcenter.probe import Look, examine_vcenter
from accessreview.collectors.vcenter.source import PARTS, VCenterSource
from accessreview.model.diagnosis import Verdict
from accessreview.model.snapshot import Coverage, Reading, Snapshot, SourceKind
from accessreview.snapshot.compose import compose
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.lab_vcenter import Lab
from tests.snapshots import INVENTORY, NOON, PEOPLE, a_reading, a_source

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]
HOST_IDS = ("host-0", "host-1", "host-2")
HOST_SETS: Mapping[str, Mapping[str, object]] = {
    "host-0": {
        "lockdown": "lockdownNormal",
        "exceptions": ["svc-backup"],
        "access": [
            {"principal": "root", "mode": "accessAdmin"},
            {"principal": r"CORP\ops", "group": True, "mode": "accessReadOnly"},
            {"principal": "guest", "mode": "accessNone"},
        ],
        "options": {"DCUI.Access": "root,ann"},
    },
    "host-1": {
        "version": "7.0.3",
        "domain": "CORP.EXAMPLE",
        "options": {
            "Config.HostAgent.plugins.hostsvc.esxAdminsGroupAutoAdd": True,
            "Config.HostAgent.plugins.vimsvc.authValidateInterval": 1440,
        },
    },
    "host-2": {"state": "notResponding"},
}
GAP = "could not be read of 1 of 3 hosts, because"


def estate() -> Snapshot:
    hosts = [("vc", one, "HostSystem", one.upper(), "dc", "", "") for one in HOST_IDS]
    rows = {**INVENTORY, "entities": [*INVENTORY["entities"], *hosts]}
    rows["entities"] = [row for row in rows["entities"] if row[1] != "host"]
    people = a_reading(a_source("corp", SourceKind.DIRECTORY), PEOPLE)
    return compose(NOON, [a_reading(a_source("vc"), {**rows, "placements": []}), people])


def collected(settings: VCenterSettings) -> Reading:
    return VCenterSource(settings, None, (*PARTS, HOSTS)).collect(lambda: datetime.now(UTC))


def rows(reading: Reading, table: str, host: str) -> set[tuple[str, ...]]:
    return {row[2:] for row in reading.tables[table].rows() if row[1] == host}


def gaps(reading: Reading) -> tuple[str, ...]:
    return tuple(one for one in reading.source.gaps if one.startswith("Hosts: "))


def test_a_host_tells_whom_it_lets_in(lab: Lab, settings: Settings) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})

    reading = collected(settings())

    assert rows(reading, "powers", "host-0") == {
        ("host-access", "root", "false", "accessAdmin"),
        ("host-access", r"CORP\ops", "true", "accessReadOnly"),
        ("lockdown-exception", "svc-backup", "false", ""),
        ("console-in-lockdown", "root", "false", "DCUI.Access"),
        ("console-in-lockdown", "ann", "false", "DCUI.Access"),
    }
    assert rows(reading, "facts", "host-0") == {
        ("version", "8.0.2"),
        ("lockdown", "lockdownNormal"),
        ("domain", ""),
    }
    assert reading.source.coverage is Coverage.FULL


def test_a_host_in_a_domain_tells_which_group_of_it_administers_it(
    lab: Lab, settings: Settings
) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})

    reading = collected(settings())

    assert rows(reading, "facts", "host-1") == {
        ("version", "7.0.3"),
        ("lockdown", "lockdownDisabled"),
        ("domain", "CORP.EXAMPLE"),
        ("domain-administrators", "ESX Admins"),
        ("domain-administrators-added", "true"),
        ("validation-minutes", "1440"),
    }
    assert (
        "host-administration-by-domain",
        r"CORP.EXAMPLE\ESX Admins",
        "true",
        "added by the host",
    ) in rows(reading, "powers", "host-1")


def test_a_host_that_does_not_answer_is_told_once(lab: Lab, settings: Settings) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})

    reading = collected(settings())

    assert gaps(reading) == (f"Hosts: What they tell {GAP} they do not answer vCenter: HOST-2.",)
    assert rows(reading, "facts", "host-2") == set()


def test_without_the_privilege_the_rest_is_read_and_the_privilege_named(
    lab: Lab, settings: Settings
) -> None:
    read_only = ["System.Anonymous", "System.View", "System.Read"]
    lab.load(estate(), options={"hosts": HOST_SETS, "default_privileges": read_only})

    reading = collected(settings())

    assert gaps(reading)[1:] == (
        (
            "Hosts: Local accounts and exceptions from lockdown could not be read of 2 of 3 hosts,"
            " because the account needs Global.Settings there: HOST-0; HOST-1."
        ),
    )
    assert ("lockdown", "lockdownNormal") in rows(reading, "facts", "host-0")
    assert rows(reading, "powers", "host-0") == {
        ("console-in-lockdown", "root", "false", "DCUI.Access"),
        ("console-in-lockdown", "ann", "false", "DCUI.Access"),
    }
    assert reading.source.coverage is Coverage.FULL


def test_what_the_hosts_told_is_observed(lab: Lab, settings: Settings) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})

    people = a_reading(a_source("corp", SourceKind.DIRECTORY), PEOPLE)
    snapshot = compose(NOON, [collected(settings()), people])
    found = {
        (one.kind.value, one.principal): [each.name for each in one.concerned]
        for one in observe(build_estate(snapshot), {})
        if one.vcenter == "vc"
    }

    assert found == {
        ("power-outside-permissions", r"CORP.EXAMPLE\ESX Admins"): [],
        ("power-outside-permissions", r"CORP\ops"): ["ann"],
        ("hosts-by-domain", r"CORP.EXAMPLE\ESX Admins"): ["HOST-1"],
        ("past-lockdown", "svc-backup"): ["HOST-0"],
        ("past-lockdown", "ann"): ["HOST-0"],
        ("not-locked-down", ""): ["HOST-1"],
    }


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "drop"},
        {"kind": "truncate", "percent": 50},
        {"kind": "garbage", "percent": 50},
        {"kind": "status", "status": 503},
    ],
    ids=lambda value: str(value["kind"]),
)
@pytest.mark.parametrize(
    "at",
    [
        {"method": "RetrievePropertiesEx", "call": 2},
        {"method": "HasPrivilegeOnEntities", "call": 2},
        {"method": "QueryOptions", "call": 3},
        {"method": "QueryLockdownExceptions", "call": 2},
    ],
    ids=lambda value: str(value["method"]),
)
def test_an_answer_that_goes_wrong_takes_the_rest_of_the_reading_not_with_it(
    at: Mapping[str, object], damage: Mapping[str, object], lab: Lab, settings: Settings
) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})
    lab.control({"do": "damage", "damage": damage, "at": at})

    reading = collected(settings())
    lab.control({"do": "clear"})

    (gap,) = gaps(reading)
    assert gap.startswith("Hosts: Reading the host")
    assert " failed: " in gap
    assert not reading.tables.get("powers")
    assert {row[1] for row in reading.tables["entities"].rows()} >= set(HOST_IDS)
    assert reading.source.coverage is Coverage.FULL


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("HostNotReachable", "vCenter answered HostNotReachable"),
        ("NoPermission", "the account needs System.View there"),
    ],
)
def test_a_host_that_refuses_one_question_answers_the_others(
    fault: str, why: str, lab: Lab, settings: Settings
) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS})
    lab.control(
        {
            "do": "damage",
            "damage": {"kind": "fault", "fault": fault},
            "at": {"method": "QueryLockdownExceptions"},
        }
    )

    reading = collected(settings())
    lab.control({"do": "clear"})

    assert gaps(reading)[1:] == (
        f"Hosts: Local accounts and exceptions from lockdown {GAP} {why}: HOST-0.",
    )
    assert ("host-access", "root", "false", "accessAdmin") in rows(reading, "powers", "host-0")


def test_the_doctor_tells_what_hosts_do_not(lab: Lab, settings: Settings) -> None:
    lab.load(estate(), options={"hosts": HOST_SETS, "api_version": "9.0.0.0"})
    looks: Mapping[str, Look] = {
        "global": partial(examine_global_permissions, None),
        "hosts": examine_hosts,
    }

    checks = {
        check.step: check
        for check in examine_vcenter(settings(), None, lambda: datetime.now(UTC), looks)
    }

    assert checks["global"].verdict is Verdict.OK
    assert (checks["hosts"].verdict, checks["hosts"].sentence) == (
        Verdict.WARNING,
        f"What they tell {GAP} they do not answer vCenter: HOST-2.",
    )

    lab.load(estate(), options={"hosts": {}})
    checks = {
        check.step: check
        for check in examine_vcenter(settings(), None, lambda: datetime.now(UTC), looks)
    }
    assert (checks["hosts"].verdict, checks["hosts"].sentence) == (
        Verdict.OK,
        "All 3 hosts tell how they are set, and whom they let in.",
    )
    assert (checks["global"].verdict, checks["global"].sentence) == (
        Verdict.WARNING,
        NOT_ASKED_FOR,
    )
