"""Bundles on disk: whole or not at all, and the same bytes each time."""

import os
from pathlib import Path

import pytest

from accessreview.bundles.files import TableFormat
from accessreview.bundles.reader import read_bundle
from accessreview.bundles.writer import write_bundle
from accessreview.model.errors import ConflictError, UnavailableError
from tests.snapshots import a_snapshot


@pytest.mark.parametrize("table_format", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str, table_format: TableFormat) -> None:
    path = tmp_path / name

    write_bundle(a_snapshot(), path, table_format)

    told: list[str] = []
    assert read_bundle(path, note=told.append).digest == a_snapshot().digest
    assert told == []
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_zip_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.zip", "other.zip"):
        write_bundle(a_snapshot(), tmp_path / name)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_only_the_owner_may_read_it(tmp_path: Path, name: str) -> None:
    write_bundle(a_snapshot(), tmp_path / name)

    assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"precious")

    with pytest.raises(ConflictError, match="exists already"):
        write_bundle(a_snapshot(), path)

    assert path.read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "none" / name

    with pytest.raises(UnavailableError, match=f"{name} cannot be written: No such file"):
        write_bundle(a_snapshot(), path)


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    tmp_path.chmod(0o500)

    with pytest.raises(UnavailableError, match="cannot be written: Permission denied"):
        write_bundle(a_snapshot(), tmp_path / "bundle")


def test_a_failure_half_way_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(UnavailableError, match="No space left on device"):
        write_bundle(a_snapshot(), tmp_path / "bundle")

    assert list(tmp_path.iterdir()) == []
