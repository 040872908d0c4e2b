"""What a source had when it was last read in full, and since, to look for what is hidden now."""

from collections.abc import Iterator, MutableMapping, Sequence

from accessreview.model.columns import Column
from accessreview.services.gate import last_good
from accessreview.services.ports import Database, StoredSnapshot, UnitOfWork

Row = tuple[str, ...]

_MOST = 50
"""Snapshots in which the type of something hidden is looked for."""


def last_entities(database: Database, source: str) -> tuple[tuple[str, str], ...]:
    """Types and ids of its entities, those with permissions of their own first.

    Before all others comes what the last reading knew to be hidden: that somebody accepted a
    reading without it makes it no less there. Last comes what only incomplete readings showed.
    """
    with database.reading() as work:
        good, last = last_good(work, source), work.snapshots.latest_with(source)
        if good is None or last is None:
            return ()
        seen = _Seen(work, source)
        rows = seen.rows(good, "entities")
        bearing = {row[1] for row in seen.rows(good, "permissions")}
        hidden = seen.hidden({row[1] for row in seen.rows(last, "blind_spots")})
        since = seen.rows(last, "entities")
    rows = sorted(rows, key=lambda row: row[1] not in bearing)
    return tuple(dict.fromkeys((type_, id_) for _, id_, type_, *_ in (*hidden, *rows, *since)))


class _Seen:
    """Rows of one source in the snapshots that are kept; equal columns are decoded once."""

    def __init__(self, work: UnitOfWork, source: str) -> None:
        self._work, self._source = work, source
        self._decoded: MutableMapping[str, Column] = {}

    def rows(self, stored: StoredSnapshot, table: str) -> Sequence[Row]:
        tables = self._work.snapshots.tables(stored.digest, (table,), self._decoded)
        return [row for row in tables[table].rows() if row[0] == self._source]

    def hidden(self, spots: set[str]) -> Sequence[Row]:
        """The rows of these entities, from the newest snapshots that have them."""
        found: dict[str, Row] = {}
        for stored in self._snapshots():
            if spots <= found.keys():
                break
            for row in self.rows(stored, "entities"):
                if row[1] in spots:
                    found.setdefault(row[1], row)
        return tuple(found.values())

    def _snapshots(self) -> Iterator[StoredSnapshot]:
        """The last in which the source is complete, for it has most, then the newest ones."""
        whole = self._work.snapshots.latest_full(self._source)
        if whole:
            yield whole
        yield from self._work.snapshots.list(_MOST)
