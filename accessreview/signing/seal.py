"""Sealed archives: a zip whose comment holds a signature over every byte before it.

Signing only the contents would leave bytes of the zip format that anybody could change unseen.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from accessreview.model.errors import IntegrityError
from accessreview.signing.keys import Ed25519Signer

_MARK = b"accessreview-seal-1 "
_COMMENT = re.compile(rb"accessreview-seal-1 ([0-9a-f]{128})")
_LENGTH = len(_MARK) + 128
_LONGEST = 4 * 2**30
_MOST_FILES = 10_000

Verify = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True)
class SealedArchive:
    """The files of an archive, and the signature with what it was made over."""

    files: Mapping[str, bytes]
    signature: bytes
    signed: bytes


def _signed(prefix: bytes) -> bytes:
    return _MARK + hashlib.sha256(prefix).hexdigest().encode()


def seal(files: Mapping[str, bytes], signer: Ed25519Signer) -> bytes:
    """Write the files in order of their names, deterministically, and seal the archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[name])
        archive.comment = b"\0" * _LENGTH
    prefix = buffer.getvalue()[:-_LENGTH]
    return prefix + _MARK + signer.sign(_signed(prefix)).hex().encode()


def unseal(data: bytes) -> SealedArchive:
    """Take an archive apart; whose seal it is, is for the caller to check.

    Raises:
        IntegrityError: not an archive, damaged, without a seal, or with names that an honest
            archive does not have.
    """
    comment = _COMMENT.fullmatch(data[-_LENGTH:])
    if comment is None:
        raise IntegrityError("The file carries no seal at its end: it is cut, altered or not ours.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            files = _read(archive)
    except (
        zipfile.BadZipFile,
        EOFError,
        ValueError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,
        OverflowError,
        zlib.error,
    ) as error:
        raise IntegrityError(f"The archive is damaged: {error}.") from error
    return SealedArchive(files, bytes.fromhex(comment[1].decode()), _signed(data[:-_LENGTH]))


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > _MOST_FILES:
        raise IntegrityError(f"The archive holds {len(entries)} files; {_MOST_FILES} are the most.")
    files: dict[str, bytes] = {}
    left = _LONGEST
    for entry in entries:
        name = entry.filename
        if name in files or name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise IntegrityError(f"The archive holds a file name that is not allowed: {name!r}.")
        with archive.open(entry) as file:
            files[name] = file.read(left + 1)
        left -= len(files[name])
        if left < 0:
            raise IntegrityError("The archive unpacks to more than 4 GiB and was not read on.")
    return files
