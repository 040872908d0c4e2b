"""What a source had when it was last read in full, to look for what is hidden now."""

from collections.abc import Sequence

from accessreview.services.gate import last_good
from accessreview.services.ports import Database, StoredSnapshot, UnitOfWork

Row = tuple[str, ...]


def last_entities(database: Database, source: str) -> tuple[tuple[str, str], ...]:
    """Types and ids of its entities, those with permissions of their own first.

    Before all others comes what the last reading knew to be hidden: that somebody accepted a
    reading without it makes it no less there.
    """
    with database.reading() as work:
        good = last_good(work, source)
        if good is None:
            return ()
        rows = _of(work, good, "entities", source)
        bearing = {row[1] for row in _of(work, good, "permissions", source)}
        hidden = _hidden(work, good, source)
    rows = sorted(rows, key=lambda row: row[1] not in bearing)
    return tuple(dict.fromkeys((type_, id_) for _, id_, type_, *_ in (*hidden, *rows)))


def _hidden(work: UnitOfWork, good: StoredSnapshot, source: str) -> Sequence[Row]:
    """Entities of the last complete reading that the last one of all names as blind spots."""
    whole, last = work.snapshots.latest_full(source), work.snapshots.latest_with(source)
    if whole is None or last is None or whole.digest == good.digest:
        return ()
    spots = {row[1] for row in _of(work, last, "blind_spots", source)}
    return [row for row in _of(work, whole, "entities", source) if row[1] in spots]


def _of(work: UnitOfWork, stored: StoredSnapshot, table: str, source: str) -> Sequence[Row]:
    tables = work.snapshots.tables(stored.digest, (table,), {})
    return [row for row in tables[table].rows() if row[0] == source]
