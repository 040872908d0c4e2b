"""What tests of more than one kind of server need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.storage.database import SqlDatabase
from tests.fakes import fresh_database
from tests.servers.certificates import Authority, make_ca


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_ca(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlDatabase]:
    """An empty one at the newest revision."""
    opened = fresh_database(tmp_path)
    yield opened
    opened.close()
