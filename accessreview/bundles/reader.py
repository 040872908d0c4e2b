"""Read a snapshot bundle from a folder or a zip."""

from pathlib import Path

from accessreview.bundles.archive import LIMIT, open_files
from accessreview.bundles.files import Note, read_bundle_files
from accessreview.model.snapshot import Snapshot


def read_bundle(path: Path, *, note: Note | None = None, limit: int = LIMIT) -> Snapshot:
    """Read it strictly (``docs/reference/bundle.md``), at most ``limit`` bytes unpacked.

    ``note`` is told of each file beside the bundle's own that was left unread.

    Raises:
        InputError: nothing is kept of such a bundle; lists every problem with file and row.
    """
    return read_bundle_files(open_files(path, limit), note)
