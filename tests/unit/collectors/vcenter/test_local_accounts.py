"""The accounts that a host has of its own, as rows."""

import pytest

from accessreview.collectors.vcenter.local_accounts import (
    LocalAccount,
    account_rows,
    qualified,
)
from accessreview.collectors.vcenter.raw import RawPermission
from accessreview.model.principal import of_host, on_host
from tests.unit.collectors.vcenter.estate import raw


@pytest.mark.parametrize(
    ("principal", "name"),
    [
        ("root", r"esx\root"),
        (r"CORP\ann", r"CORP\ann"),
        ("ann@corp.example", "ann@corp.example"),
        ("", ""),
    ],
)
def test_only_the_host_s_own_accounts_get_its_name(principal: str, name: str) -> None:
    assert of_host("esx", principal) == name
    assert on_host("esx", name) == principal


def test_accounts_are_those_listed_and_those_that_permissions_name() -> None:
    rows = account_rows(
        "esx",
        ["ROOT", "ops", r"CORP\ann"],
        [LocalAccount("root", "Administrator"), LocalAccount("dcui")],
    )

    assert rows == {
        "accounts": [
            ("root", "root", "Administrator", "", "unknown", "true", ""),
            ("dcui", "dcui", "", "", "service", "true", ""),
            ("ops", "ops", "", "", "unknown", "true", ""),
        ],
        "principal_names": [("root", r"esx\root"), ("dcui", r"esx\dcui"), ("ops", r"esx\ops")],
    }


def test_permissions_and_powers_name_them_alike() -> None:
    permission = RawPermission("group-d1", "ops", is_group=False, role=-1, propagate=True)
    power = ("host-10", "host-access", "ops", "false", "accessAdmin")
    fact = ("host-10", "version", "8")

    own, tables = qualified(
        "esx", raw(permissions=(permission,)), {"powers": [power], "facts": [fact]}
    )

    assert [one.principal for one in own.permissions] == [r"esx\ops"]
    assert tables == {
        "powers": [("host-10", "host-access", r"esx\ops", "false", "accessAdmin")],
        "facts": [fact],
    }
