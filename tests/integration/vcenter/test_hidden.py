"""What is hidden from the account that reads: found where anything shows it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accessreview.bundles.reader import read_bundle
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Reading, Snapshot
from accessreview.snapshot.compose import compose
from tests.integration.vcenter.conftest import ESTATE
from tests.servers.lab_vcenter import Lab
from tests.vcenter_faults import reaching

pytestmark = pytest.mark.integration

AT = datetime(2026, 1, 2, tzinfo=UTC)
READER, PASSWORD = r"VSPHERE.LOCAL\reader", "reader-secret"
READ_ONLY, NO_ACCESS = "-2", "-5"

Row = tuple[str, ...]
Seen = Iterable[tuple[str, str]]


@pytest.fixture(scope="module")
def estate() -> Snapshot:
    return read_bundle(ESTATE)


@pytest.fixture
def read(lab: Lab) -> Callable[..., Reading]:
    """Read the lab as the account that may everything, or as another one."""

    def read(*, user: str = "", password: str = "", before: Seen = ()) -> Reading:
        account = {"username": user, "password": lambda: password} if user else {}
        settings = reaching(lab, **account)
        return VCenterSource(settings, before=lambda: before).collect(lambda: AT)

    return read


def _with(estate: Snapshot, *permissions: Row) -> Snapshot:
    """The estate with further permissions, the roles that they give, and the account."""
    roles = [
        ("vc-000", READ_ONLY, "ReadOnly", "true"),
        ("vc-000", NO_ACCESS, "NoAccess", "true"),
    ]
    directory = next(iter(estate["accounts"].rows()))[0]
    more: dict[str, list[Row]] = {
        "accounts": [(directory, "reader", "reader", "", "", "service", "true", "")],
        "principal_names": [(directory, "reader", READER)],
        "permissions": [*permissions],
        "roles": [row for row in roles if row[1] not in {known[1] for known in _roles(estate)}],
        "role_privileges": [("vc-000", READ_ONLY, one) for one in ("System.Read", "System.View")],
    }
    tables = {
        name: Table.of(TABLES[name], dict.fromkeys((*table.rows(), *more.get(name, ()))))
        for name, table in estate.tables.items()
    }
    return replace(estate, tables=tables)


def _roles(estate: Snapshot) -> list[Row]:
    return [row for row in estate["roles"].rows() if row[0] == "vc-000"]


def _entities(reading: Reading) -> list[tuple[str, str]]:
    return [(row[2], row[1]) for row in reading.tables["entities"].rows()]


def _machine(estate: Snapshot, number: int = 0) -> str:
    machines = [row[1] for row in estate["entities"].rows() if row[2] == "VirtualMachine"]
    return machines[number]


def _spots(reading: Reading) -> dict[str, str]:
    return {row[1]: row[2] for row in reading.tables["blind_spots"].rows()}


def test_an_account_that_sees_everything_has_no_blind_spot(
    lab: Lab, estate: Snapshot, read: Callable[..., Reading]
) -> None:
    lab.load(estate)
    first = read()
    second = read(before=_entities(first))

    assert first.source.coverage is second.source.coverage is Coverage.FULL
    assert _spots(second) == {}
    counts = {row[1]: int(row[2]) for row in second.tables["counts"].rows()}
    assert counts["entities"] == len(second.tables["entities"])


def test_a_machine_that_is_hidden_since_the_last_reading_makes_it_partial(
    lab: Lab, estate: Snapshot, read: Callable[..., Reading]
) -> None:
    lab.load(estate)
    before, hidden = _entities(read()), _machine(estate)
    lab.control({"do": "hide", "entity": hidden})

    reading = read(before=before)

    assert reading.source.coverage is Coverage.PARTIAL
    assert "is hidden now" in _spots(reading)[hidden]
    assert any("still exists and is hidden now" in gap for gap in reading.source.gaps)
    assert not compose(AT, [reading]).is_complete


def test_a_machine_that_was_deleted_since_then_hides_nothing(
    lab: Lab, estate: Snapshot, read: Callable[..., Reading]
) -> None:
    lab.load(estate)
    before, deleted = _entities(read()), _machine(estate)
    lab.control({"do": "remove", "entity": deleted})

    reading = read(before=before)

    assert deleted not in {row[1] for row in reading.tables["entities"].rows()}
    assert (reading.source.coverage, _spots(reading)) == (Coverage.FULL, {})


def test_an_account_without_access_below_a_folder_is_found_out(
    lab: Lab, estate: Snapshot, read: Callable[..., Reading]
) -> None:
    (datacenter,) = (row[1] for row in estate["entities"].rows() if row[2] == "Datacenter")
    sees = ("vc-000", "group-d1", READER, "false", READ_ONLY, "true")
    blind = ("vc-000", datacenter, READER, "false", NO_ACCESS, "true")
    lab.load(_with(estate, sees), users={READER: PASSWORD})
    before = _entities(read(user=READER, password=PASSWORD))
    lab.load(_with(estate, sees, blind), users={READER: PASSWORD})

    reading = read(user=READER, password=PASSWORD, before=before)

    assert reading.source.coverage is Coverage.PARTIAL
    assert datacenter in _spots(reading)


def test_a_property_that_is_refused_is_a_blind_spot(
    lab: Lab, estate: Snapshot, read: Callable[..., Reading]
) -> None:
    machine = _machine(estate)
    lab.load(estate)
    lab.control({"do": "deny", "refuse": {"entity": machine, "path": "resourcePool"}})

    reading = read()

    assert reading.source.coverage is Coverage.PARTIAL
    assert _spots(reading) == {machine: "it does not show resourcePool"}
