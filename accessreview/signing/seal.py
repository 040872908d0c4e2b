"""Sealed archives: a zip whose comment holds a signature over every byte before it.

Signing only the contents would leave bytes of the zip format that anybody could change unseen.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from accessreview.model.errors import IntegrityError
from accessreview.signing.keys import Ed25519Signer, verify

_MARK = b"accessreview-seal-1 "
_COMMENT = re.compile(rb"accessreview-seal-1 ([0-9a-f]{64}) ([0-9a-f]{128})")
_LENGTH = len(_MARK) + 64 + 1 + 128
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*(?:/[a-z0-9_][a-z0-9_.-]*)*")
_LONGEST = 4 * 2**30
_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Seal:
    """Who sealed an archive (the raw public key), and whether the bytes are still as sealed."""

    key: bytes
    holds: bool


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
    prefix = buffer.getvalue()[:-_LENGTH] + _MARK + signer.public_key.hex().encode() + b" "
    return prefix + signer.sign(_signed(prefix)).hex().encode()


def read_seal(data: bytes) -> Seal:
    """Look at the seal alone; nothing of the archive is taken apart before it is known to hold.

    Raises:
        IntegrityError: there is no seal.
    """
    comment = _COMMENT.fullmatch(data[-_LENGTH:])
    if comment is None:
        raise IntegrityError("The file carries no seal at its end: it is cut, altered or not ours.")
    key, signature = (bytes.fromhex(part.decode()) for part in comment.groups())
    return Seal(key, verify(key, signature, _signed(data[:-128])))


def archived_files(data: bytes) -> Mapping[str, bytes]:
    """The files of an archive; check its seal first.

    Raises:
        IntegrityError: damaged, too large, or with names that an honest archive does not have.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise IntegrityError(f"The archive is damaged: {error}.") from error


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > _MOST_FILES:
        raise IntegrityError(f"The archive holds {len(entries)} files; {_MOST_FILES} are the most.")
    files: dict[str, bytes] = {}
    left = _LONGEST
    for entry in entries:
        name = entry.filename
        # Small letters only: two names must not become one where case does not count.
        if name in files or not _NAME.fullmatch(name):
            raise IntegrityError(f"The archive holds a file name that is not allowed: {name!r}.")
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise IntegrityError(f"{name} in the archive is packed in another way than by us.")
        with archive.open(entry) as file:
            files[name] = file.read(left + 1)
        left -= len(files[name])
        if left < 0:
            raise IntegrityError("The archive unpacks to more than 4 GiB and was not read on.")
    return files
