"""What a source had when it was last read in full, to look for what is hidden now."""

from accessreview.services.gate import last_good
from accessreview.services.ports import Database


def last_entities(database: Database, source: str) -> tuple[tuple[str, str], ...]:
    """Types and ids of its entities, those with permissions of their own first."""
    with database.reading() as work:
        stored = last_good(work, source)
        if stored is None:
            return ()
        tables = work.snapshots.tables(stored.digest, ("entities", "permissions"), {})
    bearing = {row[1] for row in tables["permissions"].rows() if row[0] == source}
    rows = [row for row in tables["entities"].rows() if row[0] == source]
    rows.sort(key=lambda row: row[1] not in bearing)
    return tuple((type_, id_) for _, id_, type_, *_ in rows)
