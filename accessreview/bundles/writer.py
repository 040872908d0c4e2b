"""Write a snapshot as a bundle: all of it or nothing, the same bytes for the same snapshot."""

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from accessreview.bundles.files import TableFormat, bundle_files
from accessreview.model.errors import ConflictError, UnavailableError
from accessreview.model.snapshot import Snapshot

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PRIVATE = 0o600 << 16
_UNIX = 3


def write_bundle(
    snapshot: Snapshot, path: Path, table_format: TableFormat = "csv", *, annex: bool = False
) -> None:
    """Write a zip if ``path`` ends in ``.zip``, else a folder; readable to its owner alone.

    Raises:
        ConflictError: something is at ``path`` already.
        UnavailableError: it cannot be written there; nothing is left behind.
    """
    files = bundle_files(snapshot, table_format, annex=annex)
    if path.exists():
        raise ConflictError(f"{path} exists already; name another or remove it first.")
    write = _write_zip if path.suffix == ".zip" else _write_folder
    try:
        # A sibling, so that the last step is one rename within one file system.
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            write(files, scratch / "bundle")
            (scratch / "bundle").rename(path)
        finally:
            shutil.rmtree(scratch)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}.") from error


def _write_folder(files: Mapping[str, bytes], path: Path) -> None:
    path.mkdir(mode=0o700)
    for name, data in files.items():
        (path / name).write_bytes(data)


def _write_zip(files: Mapping[str, bytes], path: Path) -> None:
    path.touch(mode=0o600)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _NO_TIME)
            member.create_system = _UNIX
            member.external_attr = _PRIVATE
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, 6)
