"""The files of an evidence package read strictly: canonical JSON only, nothing twice."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from accessreview.model.canonical import canonical_json
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import Snapshot

Row = dict[str, Any]


def parse_object(data: bytes, name: str) -> Row:
    """One JSON object whose bytes are exactly its canonical form.

    Raises:
        IntegrityError: not JSON, not an object, or not canonical: such bytes were not written by
            this product, and two readers could understand them differently.
    """
    try:
        value = json.loads(data)
        canonical = canonical_json(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise IntegrityError(f"{name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise IntegrityError(f"{name} does not hold a JSON object.")
    if canonical != data:
        raise IntegrityError(f"{name} is not in canonical form.")
    return value


def parse_lines(data: bytes, name: str) -> list[Row]:
    """JSON Lines, each an object in canonical form, the last one ended too."""
    if data and not data.endswith(b"\n"):
        raise IntegrityError(f"{name} ends in the middle of a line.")
    lines = data.split(b"\n")[:-1]
    return [parse_object(line, f"{name} line {number}") for number, line in enumerate(lines, 1)]


class Parts:
    """The files of a package, each parsed at most once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._objects: dict[str, Row] = {}
        self._items: list[Row] | None = None
        self._snapshots: dict[str, Snapshot] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._files:
            raise IntegrityError(f"{name} is missing from the package.")
        return self._files[name]

    def _object(self, name: str) -> Row:
        if name not in self._objects:
            self._objects[name] = parse_object(self[name], name)
        return self._objects[name]

    @property
    def manifest(self) -> Row:
        return self._object("manifest.json")

    @property
    def campaign(self) -> Row:
        return self._object("campaign.json")

    @property
    def items(self) -> list[Row]:
        if self._items is None:
            self._items = parse_lines(self["items.jsonl"], "items.jsonl")
        return self._items

    def snapshot(self, prefix: str, read: Callable[[Mapping[str, bytes]], Snapshot]) -> Snapshot:
        """The snapshot whose bundle lies under ``prefix``."""
        if prefix not in self._snapshots:
            self._snapshots[prefix] = read(
                {
                    name.removeprefix(prefix): data
                    for name, data in self._files.items()
                    if name.startswith(prefix)
                }
            )
        return self._snapshots[prefix]
