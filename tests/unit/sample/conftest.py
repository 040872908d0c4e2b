"""The sample company, read once by the importers that its own configuration names."""

from datetime import UTC, datetime

import pytest

from accessreview.analysis.estate import Estate, build_estate
from accessreview.bootstrap.sources import sources_of
from accessreview.model.snapshot import Snapshot
from accessreview.sample import SAMPLE
from accessreview.settings import load_settings
from accessreview.snapshot.compose import compose

NOW = datetime(2100, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    sources = sources_of(load_settings(SAMPLE / "accessreview.toml"))
    return compose(NOW, (source.collect(lambda: NOW) for source in sources))


@pytest.fixture(scope="session")
def estate(snapshot: Snapshot) -> Estate:
    return build_estate(snapshot)
