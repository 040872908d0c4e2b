"""A directory as a source to collect from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.directory.read import read_directory
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.translate import translate
from accessreview.ldap.connection import open_connection
from accessreview.ldap.port import Connection
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.model.errors import CollectionError, ConfigurationError
from accessreview.model.snapshot import Reading, SourceKind

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

    @property
    def name(self) -> str:
        return self.server.name


@dataclass(frozen=True, slots=True)
class DirectorySource(ConfiguredSource[DirectorySettings]):
    """One live directory, read with an account that only reads."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read it over one connection; what could not be read makes the reading partial.

        Raises:
            CollectionError: nothing could be read; nothing of it is then known.
            ConfigurationError: the settings cannot be used.
        """
        server, schema = self.settings.server, self.settings.schema
        started_at = now()
        with open_connection(server, CollectionError) as connection:
            if schema.kind is DirectoryKind.LDAP or not schema.bases:
                schema = _completed(schema, connection)
            raw = read_directory(connection, schema)
            read_from = connection.settings.host
        gaps = tuple(_remarks(server, read_from))
        source = self.as_read(SourceKind.DIRECTORY, (started_at, now()), gaps=gaps)
        return translate(source, raw, schema, started_at)


def _completed(schema: DirectorySchema, connection: Connection) -> DirectorySchema:
    """With what the server says of itself; raises ConfigurationError if that is not enough."""
    try:
        return schema.completed(connection.identity)
    except ConfigurationError as error:
        raise ConfigurationError(f"{connection.settings.label}: {error}") from None


def _remarks(server: ServerSettings, read_from: str) -> Iterator[str]:
    """What is worth knowing of the connection and lowers no coverage."""
    if server.security is Security.PLAIN:
        yield NOT_PROTECTED
    if read_from != server.host:
        yield f"Read from {read_from}, for {server.host} did not answer."
