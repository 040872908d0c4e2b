"""A directory as a source to collect from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accessreview.collectors.directory.read import read_directory
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.ldap.connection import open_connection
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind

NOT_PROTECTED = (
    "The connection was neither encrypted nor the server verified: anybody on the way may have"
    " read or changed what is said here."
)
"""Carried by readings over a plain connection; lowers no coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """One directory: ``id`` is the source's in every snapshot; where it is, what it means."""

    id: str
    server: ServerSettings
    schema: DirectorySchema


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """One live directory, read with an account that only reads."""

    settings: DirectorySettings

    @property
    def id(self) -> str:
        return self.settings.id

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read it over one connection; what could not be read makes the reading partial.

        Raises:
            CollectionError: nothing could be read; nothing of it is then known.
            ConfigurationError: the settings cannot be used.
        """
        server = self.settings.server
        started_at = now()
        with open_connection(server, CollectionError) as connection:
            raw = read_directory(connection, self.settings.schema)
        source = Source(
            id=self.settings.id,
            kind=SourceKind.DIRECTORY,
            name=server.name,
            coverage=Coverage.FULL,
            gaps=(NOT_PROTECTED,) if server.security is Security.PLAIN else (),
            started_at=started_at,
            finished_at=now(),
        )
        return translate(source, raw, self.settings.schema, started_at)
