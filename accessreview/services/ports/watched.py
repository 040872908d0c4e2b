"""Keeping what vCenters tell between collections, and asking them for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from accessreview.model.event import SeenUse, Stream, Watch, Watched, WatchedEvent


class EventSource(Protocol):
    """One vCenter that can be watched."""

    @property
    def id(self) -> str: ...

    def watch(self, known: Mapping[Stream, Watch]) -> Watched:
        """Read what happened since; what cannot be read is said in a watch's ``trouble``.

        Raises:
            CollectionError: nothing could be read.
            ConfigurationError: the settings cannot be used.
        """


class WatchedEvents(Protocol):
    def add(self, events: Sequence[WatchedEvent], at: datetime) -> Sequence[WatchedEvent]:
        """Keep for ever those that are not kept yet, and return these."""

    def of(self, source: str, since: datetime) -> Sequence[WatchedEvent]:
        """Those of a vCenter that happened then or later, in the order of their happening."""

    def stored_since(self, source: str, since: datetime) -> Sequence[WatchedEvent]:
        """Those of a vCenter that became known later than that, in the same order."""

    def page(self, source: str, *, offset: int, limit: int) -> Sequence[WatchedEvent]:
        """Some of a vCenter, or of all if none is named, the newest first."""

    def counts(self) -> Mapping[str, int]:
        """How many there are of each vCenter, by its id; without those of which there are none."""


class SeenUses(Protocol):
    def add(self, uses: Sequence[SeenUse]) -> None:
        """Accumulate with what was seen before. No change of the domain: needs no audit record."""

    def of(self, source: str) -> Sequence[SeenUse]:
        """All of a vCenter, in no particular order."""


class Watches(Protocol):
    def save(self, watches: Sequence[Watch]) -> None:
        """Insert or replace by source and stream; needs no audit record."""

    def of(self, source: str) -> Sequence[Watch]:
        """All of a vCenter, by stream."""
