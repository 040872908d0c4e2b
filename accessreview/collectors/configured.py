"""What all sources have in common: they are known by their settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from accessreview.model.snapshot import Coverage, Source, SourceKind


class Named(Protocol):
    """``id`` is the source's in every snapshot, ``name`` what people call it."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


Settings = TypeVar("Settings", bound=Named)


@dataclass(frozen=True, slots=True)
class ConfiguredSource(Generic[Settings]):
    """A source to collect from, and how it comes to stand in a snapshot."""

    settings: Settings

    @property
    def id(self) -> str:
        return self.settings.id

    def as_read(
        self,
        kind: SourceKind,
        times: tuple[datetime, datetime],
        *,
        gaps: Sequence[str] = (),
        whole: bool = True,
    ) -> Source:
        """What is to be said of it; ``times`` are when reading it began and ended."""
        started_at, finished_at = times
        return Source(
            id=self.settings.id,
            kind=kind,
            name=self.settings.name,
            coverage=Coverage.FULL if whole else Coverage.PARTIAL,
            gaps=tuple(gaps),
            started_at=started_at,
            finished_at=finished_at,
        )
