from pathlib import Path

import pytest

from accessreview.model.errors import ConfigurationError
from accessreview.settings import read_secret


@pytest.mark.parametrize(
    ("data", "secret"),
    [
        (b"pass word \n", "pass word "),
        (b"one\r\ntwo\r\n", "one"),
        (b"no end", "no end"),
        (b"\xef\xbb\xbfmarked\n", "marked"),
        ("grün\x85\u2028x".encode(), "grün\x85\u2028x"),
    ],
    ids=["blanks count", "first line", "no line end", "byte order mark", "odd letters"],
)
def test_the_first_line_is_the_secret(tmp_path: Path, data: bytes, secret: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(data)
    assert read_secret(file) == secret


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\nx"], ids=["empty", "empty line", "second line"])
def test_an_empty_secret_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(data)
    with pytest.raises(ConfigurationError, match=f"{file} is empty; write the secret"):
        read_secret(file)


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none cannot be read: No such file .*\. Put it"):
        read_secret(tmp_path / "none")


def test_bytes_of_a_secret_are_never_told(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xffhidden")
    with pytest.raises(ConfigurationError) as caught:
        read_secret(file)
    assert str(caught.value) == f"The secret in {file} is not text in UTF-8."
    assert caught.value.__cause__ is None
