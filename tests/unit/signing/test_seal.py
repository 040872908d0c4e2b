"""The seal covers every byte of an archive."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from accessreview.model.errors import InputError, IntegrityError, UnavailableError
from accessreview.signing import keys
from accessreview.signing.seal import archived_files, read_seal, seal

FILES = {"manifest.json": b"{}", "deep/er.txt": "Zürich\n".encode() * 40, "empty": b""}


@pytest.fixture
def signer(tmp_path: Path) -> keys.Ed25519Signer:
    return keys.load_or_create(tmp_path / "keys" / "signing.pem")


def _holds(data: bytes) -> bool:
    try:
        return read_seal(data).holds
    except IntegrityError:
        return False


def test_a_sealed_archive_gives_back_its_files_and_its_key(signer: keys.Ed25519Signer) -> None:
    data = seal(FILES, signer)

    assert read_seal(data).holds
    assert read_seal(data).key == signer.public_key
    assert archived_files(data) == FILES


def test_the_same_files_are_sealed_to_the_same_bytes(signer: keys.Ed25519Signer) -> None:
    assert seal(FILES, signer) == seal(dict(reversed(FILES.items())), signer)


def test_a_change_of_any_byte_is_seen(signer: keys.Ed25519Signer) -> None:
    data = seal(FILES, signer)

    for position in range(len(data)):
        for flip in (0x01, 0x20, 0x80):
            altered = bytearray(data)
            altered[position] ^= flip
            assert not _holds(bytes(altered)), position


def test_cutting_adding_and_moving_bytes_is_seen(signer: keys.Ed25519Signer) -> None:
    data = seal(FILES, signer)

    assert not any(_holds(data[:length]) for length in range(len(data)))
    assert not _holds(data + b"\n")
    assert not _holds(b"\0" + data)


def test_a_seal_by_another_key_names_that_key(tmp_path: Path, signer: keys.Ed25519Signer) -> None:
    other = keys.load_or_create(tmp_path / "other.pem")

    assert read_seal(seal(FILES, other)).key != signer.public_key


def test_a_file_that_is_no_archive_is_refused_in_a_sentence() -> None:
    with pytest.raises(IntegrityError, match="carries no seal"):
        read_seal(b"PK\x03\x04 but not really")
    with pytest.raises(IntegrityError, match="The archive is damaged"):
        archived_files(b"PK\x03\x04 but not really")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../../b",
        "back\\slash",
        "",
        "Manifest.json",
        ".hidden",
        "a b",
        "é",
        "a//b",
        "a\n",
    ],
)
def test_a_name_that_leaves_the_archive_is_refused(name: str, signer: keys.Ed25519Signer) -> None:
    with pytest.raises(IntegrityError, match="not allowed"):
        archived_files(seal({name: b""}, signer))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_another_way_is_refused(method: int) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.txt", b"text" * 99)
    with pytest.raises(IntegrityError, match=r"a\.txt in the archive is packed in another way"):
        archived_files(buffer.getvalue())


def test_the_same_name_twice_is_refused() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", b"two")
    with pytest.raises(IntegrityError, match=r"not allowed: 'a\.txt'"):
        archived_files(buffer.getvalue())


def test_an_archive_that_unpacks_without_end_is_not_read_on(
    signer: keys.Ed25519Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accessreview.signing.seal._LONGEST", 1000)
    assert archived_files(seal({"a": bytes(500), "b": bytes(500)}, signer))
    with pytest.raises(IntegrityError, match="more than"):
        archived_files(seal({"a": bytes(500), "b": bytes(501)}, signer))


def test_the_private_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"

    first, second = keys.load_or_create(path), keys.load_or_create(path)

    assert first.public_key == second.public_key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    path.write_text("not a key")

    with pytest.raises(UnavailableError, match=r"signing\.pem"):
        keys.load_or_create(path)


def test_a_public_key_reads_back_from_its_pem(signer: keys.Ed25519Signer) -> None:
    pem = keys.public_pem(signer.public_key)

    assert keys.read_public_key(pem, "key.pem") == signer.public_key
    with pytest.raises(InputError, match=r"key\.pem holds no PEM public key"):
        keys.read_public_key(b"nonsense", "key.pem")
