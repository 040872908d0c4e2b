"""An authority, and settings that point at whatever a test serves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, make_ca

CANARY = "canary-secret-5f1c"


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return make_ca(tmp_path, "right-ca")


@pytest.fixture
def settings(ca: Authority) -> Callable[..., VCenterSettings]:
    """Settings with short limits for a port of 127.0.0.1, changed as a test says."""
    plain = VCenterSettings(
        id="vc1",
        name="Main",
        host="127.0.0.1",
        username="collector@vsphere.local",
        password=lambda: CANARY,
        ca_file=ca.certificate_file,
        timeout_seconds=5,
        deadline_seconds=10,
    )
    return lambda **changes: replace(plain, **changes)


def refusal(settings: VCenterSettings) -> str:
    """What is said of a vCenter with which no session can be opened."""
    with pytest.raises(CollectionError) as refused, open_session(settings, CollectionError):
        pass
    return str(refused.value)
