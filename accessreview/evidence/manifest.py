"""The manifest of an evidence package, and where its files lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FORMAT = "accessreview-evidence"
VERSION = 2
MANIFEST = "manifest.json"
REVIEWED = "snapshot/"
AFTER = "after/"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of an audit trail. Handed out, it is a checkpoint."""

    sequence: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``snapshot``, ``ruleset`` and ``after`` are digests; ``files`` are all but the manifest."""

    format: str
    version: int
    campaign: str
    built_at: datetime
    engine: str
    snapshot: str
    after: tuple[str, ...]
    ruleset: str
    audit_head: Head
    files: Mapping[str, Entry]


def after_prefix(digest: str) -> str:
    """The folder of a later snapshot."""
    return f"{AFTER}{digest}/"
