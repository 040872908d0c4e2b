"""Every contract is held against both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.storage.database import SqlDatabase, open_database
from tests.fakes import empty_postgresql, fresh_postgresql, fresh_sqlite
from tests.servers.postgres import binaries
from tests.servers.required import require

BOTH = (
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.integration),
)


def _require_postgresql() -> None:
    if binaries() is None:
        require("PostgreSQL is not installed (package postgresql)")


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database at the newest revision."""
    if request.param == "sqlite":
        return fresh_sqlite(tmp_path)
    _require_postgresql()
    return fresh_postgresql()


@pytest.fixture(params=BOTH)
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database that is not there yet, or has no tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    _require_postgresql()
    return empty_postgresql()


@pytest.fixture
def database(address: str) -> Iterator[SqlDatabase]:
    opened = open_database(address)
    yield opened
    opened.close()
