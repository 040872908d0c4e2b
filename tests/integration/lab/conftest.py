"""A lab vCenter for the tests of a module, and settings to collect from it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from accessreview.vsphere.settings import VCenterSettings
from tests.estates import VECTORS
from tests.servers.certificates import Authority, make_ca
from tests.servers.lab_vcenter import Lab, missing, running_lab


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if reason := missing():
        if os.environ.get("ACCESSREVIEW_REQUIRE_SERVERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return make_ca(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def lab(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One for the tests of a module; each loads what it needs."""
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, VECTORS / "documented", source="V01", ca=authority) as running:
        yield running


@pytest.fixture
def settings(lab: Lab) -> Callable[..., VCenterSettings]:
    """Settings for the lab, changed as a test says."""
    plain = VCenterSettings(
        id="vc",
        name="Lab",
        host=lab.host,
        port=lab.port,
        username=lab.user,
        password=lambda: lab.password,
        ca_file=lab.ca_file,
        timeout_seconds=20,
        deadline_seconds=60,
    )
    return lambda **changes: replace(plain, **changes)
