"""The configuration as a whole."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from accessreview.settings.base import Strict
from accessreview.settings.directories import Directory
from accessreview.settings.files import Exported, Ldif, SsoMembers
from accessreview.settings.hosts import Host
from accessreview.settings.service import Database, Mail, Persons, Review, Schedule, Web
from accessreview.settings.vcenters import VCenter

AnySource = Annotated[
    VCenter | Host | Directory | Exported | Ldif | SsoMembers, Field(discriminator="kind")
]


class Settings(Strict):
    """Everything that can be configured; the defaults serve a first look on one machine."""

    data_directory: Path = Path("var")
    ruleset: Path | None = None
    database: Database = Database()
    web: Web = Web()
    schedule: Schedule = Schedule()
    mail: Mail | None = None
    review: Review = Review()
    persons: Persons = Persons()
    source: tuple[AnySource, ...] = ()

    @model_validator(mode="after")
    def _source_ids_differ(self) -> "Settings":
        ids = [source.id for source in self.source]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"two sources have the id {doubled[0]}")
        return self

    @property
    def database_url(self) -> str:
        """The URL as given, or of the SQLite file in the data directory."""
        return self.database.url or f"sqlite:///{self.data_directory / 'accessreview.db'}"
