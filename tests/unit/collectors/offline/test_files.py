from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.collectors.offline.files import read_file, span, text_of
from accessreview.model.errors import CollectionError, InputError
from tests.unit.collectors.offline.exported import AT, exported


@pytest.mark.parametrize(
    "data",
    [
        "Zoë".encode(),
        b"\xef\xbb\xbf" + "Zoë".encode(),
        "\ufeffZoë".encode("utf-16-le"),
        "\ufeffZoë".encode("utf-16-be"),
        "Zoë".encode("utf-16-le"),
        "Zoë".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 marked", "little", "big", "little unmarked", "big unmarked"],
)
def test_text_is_read_in_the_encodings_that_windows_writes(data: bytes) -> None:
    assert text_of(exported(data)) == "Zoë"


def test_other_encodings_are_refused_with_file_and_line() -> None:
    with pytest.raises(InputError, match="export, line 2: the bytes are not UTF-8"):
        text_of(exported(b"a\nZo\xeb\n"))


def test_half_a_character_of_utf_16_is_refused() -> None:
    with pytest.raises(InputError, match="UTF-16-LE"):
        text_of(exported("\ufeffZoë".encode("utf-16-le")[:-1]))


def test_a_nul_byte_is_refused() -> None:
    with pytest.raises(InputError, match="export, line 2: a NUL byte"):
        text_of(exported(b"abc\nd\0e"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"nothing\.json is not there"):
        read_file(tmp_path / "nothing.json")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="no plain file"):
        read_file(tmp_path)


def test_a_huge_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge"
    path.write_bytes(b"12345")
    monkeypatch.setattr("accessreview.collectors.offline.files.MAX_BYTES", 4)

    with pytest.raises(InputError, match="larger than"):
        read_file(path)


def test_an_export_spans_the_times_of_its_files_and_never_the_future() -> None:
    present = datetime(2026, 3, 1, tzinfo=UTC)

    assert span([exported("")], lambda: datetime(2027, 1, 1, tzinfo=UTC)) == (AT, AT)
    assert span([exported("")], lambda: present) == (present, present)
