"""What is saved of a vCenter is what the vCenter itself would have said: read both ways."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from accessreview.collectors.offline.object_save import ObjectSaveSettings, ObjectSaveSource
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.system import SystemClock
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority
from tests.servers.required import require
from tests.servers.vcsim import Vcsim, missing, running_vcsim

pytestmark = pytest.mark.integration
SAVED = Path(__file__).parents[2] / "data/offline/object-save.zip"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    ZipFile(SAVED).extractall(folder)
    return folder


@pytest.fixture(scope="module")
def vcsim(
    authority: Authority, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vcsim]:
    """The simulator, as ``vcsim -load`` serves the folder."""
    require(missing())
    sizes = {"load": folder}
    with running_vcsim(tmp_path_factory.mktemp("vcsim"), ca=authority, sizes=sizes) as running:
        yield running


def test_a_saved_vcenter_served_again_is_read_over_soap_as_from_its_files(
    settings: Callable[..., VCenterSettings], folder: Path
) -> None:
    """But for permissions: the simulator serves its own, and none of an entity."""
    now = SystemClock().now

    live = VCenterSource(settings(id="vc")).collect(now)
    saved = ObjectSaveSource(ObjectSaveSettings(id="vc", name="Lab", folder=folder)).collect(now)

    assert len(saved.tables["entities"]) == 30
    for name in ("entities", "placements", "roles", "role_privileges"):
        assert sorted(saved.tables[name].rows()) == sorted(live.tables[name].rows()), name
