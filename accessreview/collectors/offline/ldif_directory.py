"""A directory as one LDIF file; the commands: ``docs/how-to/export-ldif.md``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.collectors.offline.files import read_file, span
from accessreview.collectors.offline.ldif import read_ldif
from accessreview.model.snapshot import Reading, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LdifSettings:
    """Where one directory's file is, and how to understand its entries.

    ``id`` is the source's in every snapshot. The bases of ``schema`` are those that the file was
    exported from.
    """

    id: str
    name: str
    path: Path
    schema: DirectorySchema


@dataclass(frozen=True, slots=True)
class LdifSource(ConfiguredSource[LdifSettings]):
    """One directory, read from a file; its time is that at which the file was written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read the file.

        Raises:
            CollectionError: it cannot be read.
            ConfigurationError: a pattern or base of the schema cannot be used.
            InputError: it is cut off, mis-encoded or no content LDIF.
        """
        file = read_file(self.settings.path)
        raw = read_ldif(file)
        source = self.as_read(SourceKind.DIRECTORY, span((file,), now))
        return translate(source, raw, self.settings.schema, source.finished_at)
