"""The servers that are looked at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.directory.conftest import Crowded, Ds389s, Sambas, Slapds
from tests.integration.directory.doctor.doctored import World, running_world
from tests.servers.certificates import Authority


@pytest.fixture(scope="package")
def servers(
    slapds: Slapds, sambas: Sambas, ds389s: Ds389s, crowded: Crowded, authority: Authority
) -> Iterator[World]:
    with running_world(slapds, sambas, ds389s, crowded, authority) as running:
        yield running


@pytest.fixture
def world(servers: World, tmp_path: Path) -> World:
    return replace(servers, folder=tmp_path)
