"""Files of exports: their bytes, their text in whatever encoding, when they were written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from accessreview.model.errors import CollectionError, InputError

MAX_BYTES = 1 << 30
"""More than any export of a million memberships takes."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file's bytes, and when it was last written: what it says was so at that time."""

    name: str
    data: bytes
    written_at: datetime


def read_file(path: Path) -> ExportFile:
    """Read one file.

    Raises:
        CollectionError: it is not there, no plain file, or this process may not read it.
        InputError: it is larger than ``MAX_BYTES``.
    """
    try:
        if not path.is_file():
            raise CollectionError(
                f"{path} is not there or is no plain file: export it, or correct its path in the"
                " configuration."
            )
        status = path.stat()
        if status.st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES >> 20} MiB and was not read.")
        data = path.read_bytes()
    except OSError as error:
        raise CollectionError(f"{path} cannot be read: {error.strerror}.") from error
    return ExportFile(str(path), data, datetime.fromtimestamp(status.st_mtime, UTC))


def read_folder(path: Path, suffix: str) -> Iterator[ExportFile]:
    """Read the files of a folder that end so, by name, each when it is asked for.

    Raises:
        CollectionError: it is no folder, holds none, or one cannot be read.
    """
    try:
        found = sorted(each for each in path.iterdir() if each.name.endswith(suffix))
    except OSError as error:
        raise CollectionError(f"The folder {path} cannot be read: {error.strerror}.") from error
    if not found:
        raise CollectionError(
            f"The folder {path} holds no file that ends in {suffix}: export into it, or correct its"
            " path in the configuration."
        )
    yield from map(read_file, found)


def span(files: Sequence[ExportFile], now: Callable[[], datetime]) -> tuple[datetime, datetime]:
    """When an export began and ended: its first and last file's times, never in the future."""
    present = now()
    times = [min(file.written_at, present) for file in files]
    return min(times), max(times)


def text_of(file: ExportFile) -> str:
    """Decode UTF-8, or UTF-16 as PowerShell and ``ldifde -u`` write it; a byte order mark is gone.

    Raises:
        InputError: the bytes are neither; the sentence names the line. Also for a NUL, which no
            export holds.
    """
    encoding, start = _encoding(file.data)
    try:
        text = file.data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        line = file.data[: start + error.start].count(b"\n") + 1
        raise InputError(
            f"{file.name}, line {line}: the bytes are not {encoding.upper()}. Export the file"
            " again in UTF-8."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{file.name}, line {line}: a NUL byte; this is no text file.")
    return text


def _encoding(data: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    if data[1:2] == b"\0":
        return "utf-16-le", 0
    if data[:1] == b"\0" != data[1:2]:
        return "utf-16-be", 0
    return "utf-8", 0
