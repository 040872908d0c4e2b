"""``manifest.json`` of a bundle, read strictly and written so that it can be read back."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from accessreview.bundles.faults import Faults
from accessreview.model.canonical import plain
from accessreview.model.snapshot import Coverage, Source, SourceKind
from accessreview.snapshot.canonical import FORMAT, VERSION
from accessreview.snapshot.problem import shown

MANIFEST = "manifest.json"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]00:00)", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_Enum = TypeVar("_Enum", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``files`` are SHA-256 digests by name; None if the manifest lists none."""

    taken_at: datetime
    sources: tuple[Source, ...]
    files: Mapping[str, str] | None


def format_manifest(
    taken_at: datetime, sources: Sequence[Source], files: Mapping[str, str]
) -> bytes:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "taken_at": plain(taken_at),
        "sources": plain(sources),
        "files": dict(sorted(files.items())),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def parse_manifest(data: bytes, faults: Faults) -> Manifest | None:
    """Read a manifest; None if anything is wrong with it, which then is in ``faults``."""
    try:
        document = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_without_repetition,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        faults.add(f"{MANIFEST} is not JSON in UTF-8: {error}.")
        return None
    fields = _Fields(document, "", faults)
    if not _is_of_this_format(fields, faults):
        return None
    taken_at = fields.time("taken_at")
    sources = [
        _source(_Fields(item, f"sources[{position}].", faults))
        for position, item in enumerate(fields.list_("sources"))
    ]
    files = _files(fields)
    fields.done()
    read = [source for source in sources if source is not None]
    if fields.failed or taken_at is None or len(read) < len(sources):
        return None
    return Manifest(taken_at, tuple(read), files)


def _is_of_this_format(fields: "_Fields", faults: Faults) -> bool:
    if fields.text("format") != FORMAT:
        faults.add(f"{MANIFEST}: format is not “{FORMAT}”; this is not a snapshot bundle.")
        return False
    version = fields.take("version", int, "a number")
    if version is None:
        return False
    if version != VERSION or isinstance(version, bool):
        faults.add(
            f"{MANIFEST}: version {version} is not {VERSION}, the one that can be read here."
        )
        return False
    return True


def _source(fields: "_Fields") -> Source | None:
    id_, name = fields.text("id"), fields.text("name")
    kind = fields.choice("kind", SourceKind)
    coverage = fields.choice("coverage", Coverage)
    gaps = fields.list_("gaps") if fields.has("gaps") else []
    if not all(isinstance(gap, str) for gap in gaps):
        fields.fail("gaps", "is not a list of texts")
    started_at, finished_at = fields.time("started_at"), fields.time("finished_at")
    fields.done()
    if (
        fields.failed
        or kind is None
        or coverage is None
        or started_at is None
        or finished_at is None
    ):
        return None
    return Source(id_, kind, name, coverage, tuple(gaps), started_at, finished_at)


def _files(fields: "_Fields") -> Mapping[str, str] | None:
    if not fields.has("files"):
        return None
    files: dict[str, Any] = fields.take("files", dict, "an object") or {}
    for name, digest in files.items():
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            fields.fail("files", f"gives {shown(name)} no SHA-256 of 64 hexadecimal digits")
        if name == MANIFEST:
            fields.fail("files", "lists the manifest itself, which cannot hold its own digest")
    return files


class _Fields:
    """The keys of one JSON object, each taken once; what is left over at the end is unknown."""

    def __init__(self, value: object, path: str, faults: Faults) -> None:
        self._path = path
        self._faults = faults
        self._left: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
        self.failed = not isinstance(value, dict)
        if self.failed:
            faults.add(f"{MANIFEST}: {path.rstrip('.') or 'the whole'} is not an object.")

    def fail(self, key: str, why: str) -> None:
        self.failed = True
        self._faults.add(f"{MANIFEST}: {self._path}{key} {why}.")

    def has(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str, kind: type, noun: str) -> Any:  # noqa: ANN401 - JSON
        if key not in self._left:
            if not self.failed or self._left:
                self.fail(key, "is missing")
            return None
        value = self._left.pop(key)
        if not isinstance(value, kind):
            self.fail(key, f"is {shown(json.dumps(value))}, not {noun}")
            return None
        return value

    def text(self, key: str) -> str:
        return self.take(key, str, "a text") or ""

    def list_(self, key: str) -> list[Any]:
        return self.take(key, list, "a list") or []

    def choice(self, key: str, choices: type[_Enum]) -> _Enum | None:
        value = self.take(key, str, "a text")
        if value is None:
            return None
        if value not in list(choices):
            self.fail(key, f"is {shown(value)}, not one of {', '.join(choices)}")
            return None
        return choices(value)

    def time(self, key: str) -> datetime | None:
        value = self.take(key, str, "a time as text")
        if value is None:
            return None
        try:
            if _TIME.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
        self.fail(key, f"is {shown(value)}, not a time in UTC such as 2026-01-31T02:05:00Z")
        return None

    def done(self) -> None:
        for key in self._left:
            self.fail(shown(key), "is not known")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    counts = Counter(key for key, _ in pairs)
    for key, count in counts.items():
        if count > 1:
            raise ValueError(f"key {shown(key)} appears {count} times")
    return dict(pairs)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
