"""Files in memory as the readers take them, and readings of files in a folder."""

from datetime import UTC, datetime
from pathlib import Path

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.opengraph import OpenGraphSettings, OpenGraphSource
from accessreview.collectors.offline.opengraph_directory import OpenGraphDirectory
from accessreview.model.snapshot import Reading, SourceKind

DATA = Path(__file__).resolve().parents[3] / "data" / "offline"
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def exported(content: str | bytes, name: str = "export") -> ExportFile:
    data = content.encode() if isinstance(content, str) else content
    return ExportFile(name, data, AT)


def now() -> datetime:
    return datetime(2100, 1, 1, tzinfo=UTC)


def rows(reading: Reading, table: str) -> list[tuple[str, ...]]:
    return sorted(row[1:] for row in reading.tables[table].rows())


def read_opengraph(path: Path, *, of: str = "", kind: SourceKind = SourceKind.VCENTER) -> Reading:
    settings = OpenGraphSettings(id=of or "vc", name=f"{of}.example", path=path, of=of)
    source = OpenGraphSource if kind is SourceKind.VCENTER else OpenGraphDirectory
    return source(settings).collect(now)
