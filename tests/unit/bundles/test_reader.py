"""Bundles where they lie: folders and zips, sound ones and those meant to do harm."""

import gzip
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from accessreview.bundles.files import bundle_files
from accessreview.bundles.reader import read_bundle
from accessreview.model.errors import InputError
from tests.snapshots import a_snapshot

VECTORS = Path(__file__).parents[2] / "data" / "vectors"
BUNDLES = [VECTORS / "documented", *sorted((VECTORS / "random").glob("case-*"))]


def a_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def a_zip(path: Path, files: Mapping[str, bytes], prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(prefix + name, data)
    return path


def refusal(path: Path, limit: int = 2**30) -> str:
    with pytest.raises(InputError) as refused:
        read_bundle(path, limit=limit)
    return str(refused.value)


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name)
def test_every_vector_is_a_sound_bundle_with_one_digest_in_every_form(
    path: Path, tmp_path: Path
) -> None:
    snapshot = read_bundle(path)

    csv = a_zip(tmp_path / "csv.zip", bundle_files(snapshot))
    parquet = a_folder(tmp_path / "parquet", bundle_files(snapshot, "parquet"))
    assert read_bundle(csv).digest == read_bundle(parquet).digest == snapshot.digest
    assert len(snapshot["permissions"]) > 0


def test_all_vectors_differ_in_their_digests() -> None:
    assert len({read_bundle(path).digest for path in BUNDLES}) == len(BUNDLES) == 7


def test_files_beside_the_bundles_own_are_told_of() -> None:
    told: list[str] = []

    read_bundle(VECTORS / "documented", note=told.append)

    assert told == ["“expected.jsonl” is no part of a bundle and was not read."]


@pytest.mark.parametrize("prefix", ["", "bundle/"], ids=["flat", "in one folder"])
def test_a_zip_may_hold_the_files_or_the_folder(tmp_path: Path, prefix: str) -> None:
    path = a_zip(tmp_path / "bundle.zip", bundle_files(a_snapshot()), prefix)

    assert read_bundle(path).digest == a_snapshot().digest


def test_a_zip_of_the_finder_is_read(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", bundle_files(a_snapshot()), "bundle/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/bundle/._members.csv", b"\0\5\x16\7")

    assert read_bundle(path).digest == a_snapshot().digest


def test_a_folder_inside_next_to_other_files_is_not_taken_for_the_bundle(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", bundle_files(a_snapshot()), "bundle/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("members.csv", b"group_source,group,member_source,member\n")

    assert "manifest.json is missing" in refusal(path)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"{tmp_path}/none does not exist, or is neither a folder nor a zip file."
    )


@pytest.mark.parametrize("name", ["../members.csv", "/members.csv", "a/../../members.csv", "..\\x"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    path = a_zip(tmp_path / "bundle.zip", {**bundle_files(a_snapshot()), name: b""})

    assert "is not a name inside the archive" in refusal(path)


def test_a_name_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", {**bundle_files(a_snapshot()), "notes-txt": b""})
    path.write_bytes(path.read_bytes().replace(b"notes-txt", b"notes\0txt"))

    assert refusal(path) == f"{path}: “notes” is not the whole of a name."


def test_a_name_held_twice_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", bundle_files(a_snapshot()))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("members.csv", b"")

    assert refusal(path) == f"{path}: “members.csv” appears 2 times."


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", {"manifest.json": b"{}"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.index(b"PK\1\2") + 8, 1)
    path.write_bytes(data)

    assert refusal(path) == (f"{path}: “manifest.json” is encrypted; unpack the archive first.")


def test_another_method_of_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("manifest.json", b"{}")

    assert refusal(path) == (
        f"{path}: “manifest.json” is compressed by a method other than deflate."
    )


def test_a_zip_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = a_zip(tmp_path / "whole.zip", bundle_files(a_snapshot())).read_bytes()
    path = tmp_path / "cut.zip"

    for size in range(0, len(whole), 101):
        path.write_bytes(whole[:size])
        assert "is not a complete zip file" in refusal(path)


def test_a_changed_byte_in_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    files = bundle_files(a_snapshot())
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    path.write_bytes(path.read_bytes().replace(b"CORP\\ops,true", b"CORP\\ops,TRUE"))

    assert "“permissions.csv” in it (Bad CRC-32" in refusal(path)


def test_a_gzip_file_is_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(gzip.compress(b"x"))

    assert "is not a complete zip file" in refusal(path)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    files = bundle_files(a_snapshot())
    size = sum(map(len, files.values()))
    for path in (a_zip(tmp_path / "bundle.zip", files), a_folder(tmp_path / "bundle", files)):
        assert read_bundle(path, limit=size).digest == a_snapshot().digest
        assert f"{path} holds more than {size - 1} bytes unpacked" in refusal(path, size - 1)


def test_a_zip_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    path = a_zip(
        tmp_path / "bundle.zip", {**bundle_files(a_snapshot()), "members.csv": bytes(66 * 2**20)}
    )

    assert f"{path}: “members.csv” unpacks to more than 250 times its size" in refusal(path)


def test_a_size_that_the_archive_claims_is_not_believed(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "bundle.zip", bundle_files(a_snapshot()))
    data = bytearray(path.read_bytes())
    position = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, position + 24, 3)  # the uncompressed size of the last file
    path.write_bytes(data)

    assert "is not a complete zip file" in refusal(path)


def test_a_folder_in_the_place_of_a_table_is_refused(tmp_path: Path) -> None:
    path = a_folder(tmp_path / "bundle", bundle_files(a_snapshot()))
    (path / "members.csv").unlink()
    (path / "members.csv").mkdir()

    assert refusal(path) == "members.csv is not a regular file."
