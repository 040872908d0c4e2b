"""Global permissions over the wire, by either interface, and what becomes of their mirrors."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import build_estate
from accessreview.collectors.vcenter.global_permissions import NOT_ASKED_FOR
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.errors import RemediationError
from accessreview.model.remediation import PermissionRemoval
from accessreview.model.snapshot import Coverage, Reading, Snapshot, SourceKind
from accessreview.remediators.vcenter import VCenterRemediator
from accessreview.snapshot.compose import compose, parts
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.lab_vcenter import Lab
from tests.snapshots import INVENTORY, NOON, PEOPLE, a_reading, a_source

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]
Row = tuple[str, ...]
ON = "VirtualMachine.Interact.PowerOn"
SSO = "administrator@vsphere.local"
ANN = ("", r"CORP\ann", "false", "-1", "true")
LIMITED = ("", r"CORP\ops", "true", "7", "false")
ADMIN = ("root", r"VSPHERE.LOCAL\administrator", "false", "-2", "false")
ON_ROOT = ("root", r"CORP\all", "true", "7", "true")


def estate(*permissions: Row) -> Snapshot:
    rows = {
        **INVENTORY,
        "permissions": [("vc", *row) for row in permissions],
        "entities": [("vc", "root", "Folder", "Datacenters", "", "", "")],
        "roles": [*INVENTORY["roles"], ("vc", "-2", "ReadOnly", "true")],
        "role_privileges": [
            *INVENTORY["role_privileges"],
            ("vc", "-2", "System.Read"),
            ("vc", "-2", "System.View"),
        ],
        "placements": [],
    }
    people = {
        **PEOPLE,
        "accounts": [*PEOPLE["accounts"], ("corp", "sso", "sso", "", "", "human", "true", "")],
        "principal_names": [
            *PEOPLE["principal_names"],
            ("corp", "g2", r"CORP\all"),
            ("corp", "sso", SSO),
            ("corp", "sso", ADMIN[1]),
        ],
    }
    directory = a_source("corp", SourceKind.DIRECTORY)
    return compose(NOON, [a_reading(a_source("vc"), rows), a_reading(directory, people)])


def collected(settings: VCenterSettings, account: VCenterSettings | None = None) -> Reading:
    return VCenterSource(settings, account).collect(lambda: datetime.now(UTC))


def permissions(reading: Reading) -> set[Row]:
    return {row[1:] for row in reading.tables["permissions"].rows()}


def facts(reading: Reading) -> set[Row]:
    return {row[1:] for row in reading.tables["facts"].rows()}


def test_version_9_tells_them_to_whoever_may_read(lab: Lab, settings: Settings) -> None:
    lab.load(estate(ANN, LIMITED, ON_ROOT), options={"api_version": "9.0.0.0", "rest_page": 1})

    reading = collected(settings())

    assert permissions(reading) == {ANN, LIMITED, ON_ROOT}
    assert facts(reading) >= {("", "global-permissions", "rest")}
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())


def test_what_is_nearer_than_a_global_permission_decides_once_it_is_known_to_be_one(
    lab: Lab, settings: Settings
) -> None:
    """On the root folder, the mirror would add to the entry of its own."""
    everywhere = ("", r"CORP\ops", "true", "-1", "true")
    for version, held in (("8.0.2.0", {"Host.Config", ON}), ("9.0.0.0", {ON})):
        lab.load(estate(everywhere, ON_ROOT), options={"api_version": version})
        people = parts(estate(), "corp")
        snapshot = compose(NOON, [collected(settings()), people])

        found = effective_access(build_estate(snapshot), accounts=[AccountRef("corp", "a1")])

        assert {one for each in found for one in each.privileges} == held


def test_version_8_tells_them_to_an_sso_administrator(lab: Lab, settings: Settings) -> None:
    lab.load(
        estate(ANN, LIMITED, ADMIN, ON_ROOT),
        users={SSO: "sso-secret"},
        options={"sso_administrators": [SSO]},
    )

    account = settings(username=SSO, password=lambda: "sso-secret")
    reading = collected(settings(), account)

    assert permissions(reading) == {ANN, LIMITED, ADMIN, ON_ROOT}
    assert facts(reading) >= {("", "global-permissions", "inventory-service")}
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())


def test_without_an_account_for_them_version_8_is_not_asked(lab: Lab, settings: Settings) -> None:
    lab.load(estate(ANN, LIMITED, ON_ROOT))

    reading = collected(settings())

    mirror = ("root", *ANN[1:])
    assert permissions(reading) == {mirror, ON_ROOT}
    assert "facts" not in reading.tables
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, (NOT_ASKED_FOR,))


@pytest.mark.parametrize(
    ("version", "change", "words"),
    [
        (
            "8.0.2.0",
            {"password": lambda: "wrong-secret"},
            "Logging in to the inventory service as collector@vsphere.local failed: ",
        ),
        (
            "9.0.0.0",
            {"password": lambda: "wrong-secret"},
            "Logging in to REST as collector@vsphere.local failed: the user name or the password",
        ),
        ("8.0.2.0", {"password": lambda: ""}, "The password of collector@vsphere.local "),
        ("8.0.2.0", {"port": 1}, "the connection failed (Connection refused)"),
    ],
    ids=["wrong password", "wrong password for REST", "no password", "not there"],
)
def test_what_fails_is_a_gap_and_takes_nothing_else_with_it(
    version: str, change: dict[str, object], words: str, lab: Lab, settings: Settings
) -> None:
    lab.load(estate(ANN, ON_ROOT), options={"api_version": version})

    reading = collected(settings(), settings(**change))

    (gap,) = reading.source.gaps
    assert words in gap
    assert gap.startswith("Global permissions are not read as such")
    assert "secret" not in gap
    assert permissions(reading) == {("root", *ANN[1:]), ON_ROOT}
    assert reading.source.coverage is Coverage.FULL


def test_version_8_does_not_tell_them_to_others(lab: Lab, settings: Settings) -> None:
    lab.load(estate(ANN, ADMIN, ON_ROOT), users={SSO: "sso-secret"})

    reading = collected(settings(), settings(username=SSO, password=lambda: "sso-secret"))

    (gap,) = reading.source.gaps
    assert gap.endswith(
        "Reading the global permissions failed: the inventory service refused; it answers SSO"
        " administrators only."
    )


DAMAGES = pytest.mark.parametrize(
    "damage",
    [
        {"kind": "drop"},
        {"kind": "stall"},
        {"kind": "drip"},
        {"kind": "truncate", "percent": 50},
        {"kind": "short", "percent": 50},
        {"kind": "garbage", "percent": 50},
        {"kind": "status", "status": 503},
        {"kind": "redirect", "location": "https://elsewhere.example/"},
    ],
    ids=lambda value: str(value["kind"]),
)


@DAMAGES
@pytest.mark.parametrize(
    ("version", "method"),
    [
        ("9.0.0.0", "/api/session"),
        ("9.0.0.0", "/api/vcenter/authorization/permissions"),
        ("8.0.2.0", "InventoryServiceLogin"),
        ("8.0.2.0", "AuthorizationService.GetGlobalAccessControlList"),
    ],
    ids=["session", "list", "login", "get"],
)
def test_an_answer_that_goes_wrong_is_a_gap_and_takes_nothing_else_with_it(
    version: str, method: str, damage: Mapping[str, object], lab: Lab, settings: Settings
) -> None:
    lab.load(estate(ANN, ON_ROOT), options={"api_version": version, "rest_page": 1})
    lab.control({"do": "damage", "damage": damage, "at": {"method": method}})

    reading = collected(settings(), settings(timeout_seconds=0.3, deadline_seconds=0.6))
    lab.control({"do": "clear"})

    (gap,) = reading.source.gaps
    assert gap.startswith("Global permissions are not read as such")
    assert " failed: " in gap
    assert "secret" not in gap
    assert permissions(reading) == {("root", *ANN[1:]), ON_ROOT}
    assert reading.source.coverage is Coverage.FULL


def test_no_mirror_is_removed_whatever_was_decided(lab: Lab, settings: Settings) -> None:
    lab.load(estate(ANN, ("", r"CORP\bob", "false", "-1", "true"), ON_ROOT))
    change = PermissionRemoval(
        entity=EntityRef("vc", "root"),
        entity_type="Folder",
        place="Lab",
        principal=r"CORP\ann",
        is_group=False,
        role="-1",
        role_name="Admin",
        propagate=True,
    )

    with pytest.raises(RemediationError) as refused:
        VCenterRemediator(settings()).apply(change)

    assert "It is still there. On the root folder it may mirror a global permission" in str(
        refused.value
    )
    assert "a person has to remove it under Administration, Global Permissions." in str(
        refused.value
    )
    assert ("root", *ANN[1:]) in permissions(collected(settings()))
