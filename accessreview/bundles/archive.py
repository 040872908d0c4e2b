"""A bundle's files where they lie: a folder, or a zip that is not trusted in anything it claims."""

import struct
import zipfile
import zlib
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from typing_extensions import override

from accessreview.bundles.manifest import MANIFEST
from accessreview.model.errors import InputError
from accessreview.snapshot.problem import shown

LIMIT = 4 * 2**30
"""Bytes that are read of one bundle at most, unpacked."""

_RATIO = 250
_UNSUSPICIOUS = 64 * 2**20
_CHUNK = 2**20
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_MACOS = "__MACOSX"  # the Finder adds this folder beside the one that was packed
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""Whatever zipfile raises when its input is not what it should be."""


def open_files(path: Path, limit: int = LIMIT) -> Mapping[str, bytes]:
    """The files of a folder or zip by name; read when asked for.

    A zip may hold them in one folder at its top. Looking a file up raises InputError when it
    cannot be read, or when more than ``limit`` bytes have been read altogether.

    Raises:
        InputError: there is neither, the zip is damaged, or it holds what a bundle never does.
    """
    if path.is_dir():
        return _Folder(path, _Budget(str(path), limit))
    if path.is_file():
        return _Zip(path, _Budget(str(path), limit))
    raise InputError(f"{path} does not exist, or is neither a folder nor a zip file.")


class _Budget:
    """Counts the bytes that were really read."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._left = limit

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise InputError(
                f"{self._name} holds more than {self._limit} bytes unpacked; no bundle does."
            )


class _Files(Mapping[str, bytes]):
    """Known names whose bytes are read when looked up, and only then."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)

    @abstractmethod
    def _read(self, name: str) -> bytes: ...

    @override
    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._names  # the inherited one would read the file to find out

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    @override
    def __len__(self) -> int:
        return len(self._names)


class _Folder(_Files):
    def __init__(self, path: Path, budget: _Budget) -> None:
        self._path = path
        self._budget = budget
        try:
            super().__init__(sorted(entry.name for entry in path.iterdir()))
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from error

    @override
    def _read(self, name: str) -> bytes:
        file = self._path / name
        try:
            if not file.is_file():
                raise InputError(f"{name} is not a regular file.")
            self._budget.spend(file.stat().st_size)
            return file.read_bytes()
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror}.") from error


class _Zip(_Files):
    def __init__(self, path: Path, budget: _Budget) -> None:
        self._path = path
        self._budget = budget
        try:
            with zipfile.ZipFile(path) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
        except _DAMAGED as error:
            self._refuse_damaged(error)
        names = [member.filename for member in members]
        problems = [problem for member in members for problem in _problems(member)]
        problems += [
            f"{shown(name)} appears {count} times"
            for name, count in Counter(names).items()
            if count > 1
        ]
        if problems:
            raise InputError(*(f"{path}: {problem}." for problem in problems))
        top = _top(names)
        self._members = {member.filename.removeprefix(top): member for member in members}
        super().__init__(self._members)

    @override
    def _read(self, name: str) -> bytes:
        member = self._members[name]
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(member) as stream:
                return b"".join(self._chunks(member, stream))
        except _DAMAGED as error:
            self._refuse_damaged(error, name)

    def _chunks(self, member: zipfile.ZipInfo, stream: IO[bytes]) -> Iterator[bytes]:
        size = 0
        while chunk := stream.read(_CHUNK):  # reading to the end checks the CRC
            size += len(chunk)
            self._budget.spend(len(chunk))
            if size > max(_UNSUSPICIOUS, _RATIO * member.compress_size):
                raise InputError(
                    f"{self._path}: {shown(member.filename)} unpacks to more than {_RATIO} times "
                    "its size; unpack it yourself if you trust it."
                )
            yield chunk

    def _refuse_damaged(self, error: Exception, name: str = "") -> NoReturn:
        inside = f": {shown(name)} in it" if name else ""
        raise InputError(
            f"{self._path} is not a complete zip file{inside} ({error}); copy it again."
        ) from error


def _problems(member: zipfile.ZipInfo) -> Iterator[str]:
    path = PurePosixPath(member.filename)
    name = shown(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.orig_filename:
        yield f"{name} is not a name inside the archive"
    if member.orig_filename != member.filename:
        yield f"{name} is not the whole of a name"
    if member.flag_bits & _ENCRYPTED:
        yield f"{name} is encrypted; unpack the archive first"
    if member.compress_type not in _METHODS:
        yield f"{name} is compressed by a method other than deflate"


def _top(names: Sequence[str]) -> str:
    """The one folder, with its slash, that holds everything; empty if there is none."""
    tops = {name.partition("/")[0] for name in names} - {_MACOS}
    top = f"{tops.pop()}/" if len(tops) == 1 else ""
    return top if f"{top}{MANIFEST}" in names else ""
