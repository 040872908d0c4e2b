"""A simulated vCenter, the way to it through a relay that misbehaves, and what it holds."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pyVmomi import vim

from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority
from tests.servers.lab_vcenter import Lab, running_lab
from tests.servers.required import require
from tests.servers.vcsim import (
    Vcsim,
    add_role,
    allow,
    find,
    logged_in,
    missing,
    reached,
    running_vcsim,
)

ESTATE = Path(__file__).parents[2] / "data/vectors/random/case-1"
SIZES = {"vapps": 1, "pools": 1, "folders": 1}


@pytest.fixture(scope="module")
def vcsim(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vcsim]:
    """One for the tests of a module, holding a few permissions."""
    require(missing())
    with running_vcsim(tmp_path_factory.mktemp("vcsim"), ca=authority, sizes=SIZES) as running:
        populate(running)
        yield running


@pytest.fixture(scope="module")
def lab(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A vCenter that shows each account only what its permissions let it see."""
    require(missing())
    with running_lab(tmp_path_factory.mktemp("lab"), ESTATE, ca=authority) as running:
        yield running


@pytest.fixture
def settings(vcsim: Vcsim) -> Callable[..., VCenterSettings]:
    """Settings for the simulator, changed as a test says."""
    return partial(reached, vcsim)


def populate(vcsim: Vcsim) -> None:
    with logged_in(vcsim) as content:
        role = add_role(content, "operators", ["VirtualMachine.Interact.PowerOn"])
        allow(content, content.rootFolder, (r"CORP\vc-admins", True, -1, True))
        allow(
            content,
            find(content, vim.VirtualMachine, "DC0_H0_VM0"),
            (r"CORP\vm-operators", True, role, False),
            (r"CORP\Ann", False, -2, False),
        )
