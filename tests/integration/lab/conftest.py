"""A lab vCenter for the tests of a module, clients of it, and settings to collect from it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import pytest
from pyVmomi import vim

from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority
from tests.servers.lab_company import company
from tests.servers.lab_vcenter import Lab, missing, running_lab
from tests.servers.required import require
from tests.servers.vcsim import logged_in, reached

ANN, BOB, CARL = r"CORP\ann", r"CORP\bob", r"CORP\carl"
ADMINISTRATOR = r"CORP\adm-bob"
PASSWORD = "not-secret-at-all"

Client = Callable[..., AbstractContextManager[vim.ServiceInstanceContent]]


@pytest.fixture(scope="module")
def lab(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One for the tests of a module; each loads what it needs."""
    require(missing())
    folder = tmp_path_factory.mktemp("lab")
    with running_lab(folder, company(), ca=authority) as running:
        yield running


@pytest.fixture
def fresh(lab: Lab) -> Lab:
    """The lab with the small company as it is written down, and users who can log in."""
    users = dict.fromkeys((ANN, BOB, CARL, ADMINISTRATOR), PASSWORD)
    lab.load(company(), users=users)
    return lab


@pytest.fixture
def client(fresh: Lab) -> Client:
    """Logs in as a user of the company, or as the lab's own."""

    def client(user: str = "") -> AbstractContextManager[vim.ServiceInstanceContent]:
        return logged_in(replace(fresh, user=user, password=PASSWORD) if user else fresh)

    return client


@pytest.fixture
def settings(lab: Lab) -> Callable[..., VCenterSettings]:
    """Settings for the lab, changed as a test says."""
    return partial(reached, lab, id="vc")
