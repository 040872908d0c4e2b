"""What tests of more than one kind of server need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.storage.database import SqlDatabase
from tests.fakes import fresh_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlDatabase]:
    """An empty one at the newest revision."""
    opened = fresh_database(tmp_path)
    yield opened
    opened.close()
