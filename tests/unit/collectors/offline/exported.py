"""Files in memory as the readers take them, and readings of files in a folder."""

from datetime import UTC, datetime
from pathlib import Path

from accessreview.collectors.offline.files import ExportFile
from accessreview.model.snapshot import Reading

DATA = Path(__file__).resolve().parents[3] / "data" / "offline"
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def exported(content: str | bytes, name: str = "export") -> ExportFile:
    data = content.encode() if isinstance(content, str) else content
    return ExportFile(name, data, AT)


def now() -> datetime:
    return datetime(2100, 1, 1, tzinfo=UTC)


def rows(reading: Reading, table: str) -> list[tuple[str, ...]]:
    return sorted(row[1:] for row in reading.tables[table].rows())
