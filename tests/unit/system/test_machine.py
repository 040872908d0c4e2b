from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.model.errors import UnavailableError
from accessreview.system import (
    RandomIds,
    SystemClock,
    kept_secret,
    make_folder,
    new_password,
    new_token,
)


def test_time_is_in_utc_and_whole_seconds() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond == 0


def test_names_secrets_and_passwords_are_never_the_same_twice() -> None:
    assert RandomIds().new() != RandomIds().new()
    assert new_token() != new_token()
    assert new_password() != new_password()


def test_a_password_can_be_typed_and_is_long() -> None:
    password = new_password()
    assert len(password) == 23
    assert not set(password) & set("ilo01 ")


def test_a_folder_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_folder(folder)
    make_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match=r"file/x cannot be made: .* another data_directory"):
        make_folder(tmp_path / "file" / "x")


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "form.key"
    secret = kept_secret(file)
    assert (len(secret), kept_secret(file)) == (32, secret)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "form.key").write_bytes(b"short")
    with pytest.raises(UnavailableError, match="is damaged; remove it"):
        kept_secret(tmp_path / "form.key")


def test_a_secret_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"none/form\.key cannot be written: No such file"):
        kept_secret(tmp_path / "none" / "form.key")
