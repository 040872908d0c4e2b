"""The folders that are shipped are found, and nobody else's."""

import pytest

from accessreview.model.errors import UnavailableError
from accessreview.resources import directory


def test_the_migrations_are_found() -> None:
    assert (directory("migrations") / "env.py").is_file()


def test_a_folder_that_is_not_shipped_is_said_by_name() -> None:
    with pytest.raises(UnavailableError, match="no-such-folder is missing"):
        directory("no-such-folder")
