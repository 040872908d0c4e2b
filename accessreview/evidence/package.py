"""An evidence package taken apart: each of its files read strictly, and at most once."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from accessreview.evidence.manifest import MANIFEST, REVIEWED, Manifest, after_prefix
from accessreview.evidence.parse import Row, parse_lines, parse_object
from accessreview.model.agreement import Agreement
from accessreview.model.audit import AuditEvent
from accessreview.model.decoding import decoded
from accessreview.model.errors import IntegrityError
from accessreview.model.remediation import RemediationTask
from accessreview.model.review import Campaign, ReviewItem, SignOff
from accessreview.model.snapshot import Snapshot

Value = TypeVar("Value")
ReadSnapshot = Callable[[Mapping[str, bytes]], Snapshot]


class Package:
    """Foreign bytes: every part raises IntegrityError or InputError if it cannot be read.

    ``files`` are by name; ``read_snapshot`` reads a bundle strictly.
    """

    def __init__(self, files: Mapping[str, bytes], read_snapshot: ReadSnapshot) -> None:
        self.files = files
        self._read_snapshot = read_snapshot
        self._snapshots: dict[str, Snapshot] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self.files:
            raise IntegrityError(f"{name} is missing from the package.")
        return self.files[name]

    @cached_property
    def manifest_row(self) -> Row:
        """The manifest as it stands, be it of a version that is not known."""
        return parse_object(self[MANIFEST], MANIFEST)

    @cached_property
    def manifest(self) -> Manifest:
        return _value(Manifest, self.manifest_row, MANIFEST)

    @cached_property
    def campaign(self) -> Campaign:
        name = "campaign.json"
        return _value(Campaign, parse_object(self[name], name), name)

    @cached_property
    def item_rows(self) -> list[Row]:
        """The items as they stand: what was signed off are these very rows."""
        return self.rows("items.jsonl")

    @cached_property
    def items(self) -> tuple[ReviewItem, ...]:
        return _values(ReviewItem, self.item_rows, "items.jsonl")

    @cached_property
    def sign_offs(self) -> tuple[SignOff, ...]:
        return self._values(SignOff, "sign_offs.jsonl")

    @cached_property
    def tasks(self) -> tuple[RemediationTask, ...]:
        return self._values(RemediationTask, "plan.jsonl")

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        name = "agreement.jsonl"
        found = self._values(Agreement, name)
        for number, each in enumerate(found, 1):
            said = {number for pair in each.pairs for number in (pair.ours, pair.theirs)} - {None}
            if not said <= set(range(len(each.sets))):
                raise IntegrityError(f"{name} line {number} refers to an answer that is not there.")
        return found

    @cached_property
    def audit(self) -> tuple[AuditEvent, ...]:
        return self._values(AuditEvent, "audit.jsonl")

    @property
    def reviewed(self) -> Snapshot:
        return self._snapshot(REVIEWED)

    def after(self, digest: str) -> Snapshot:
        """The later snapshot that lies where one with this digest belongs."""
        return self._snapshot(after_prefix(digest))

    def rows(self, name: str) -> list[Row]:
        """A file of JSON Lines."""
        return parse_lines(self[name], name)

    def _values(self, kind: type[Value], name: str) -> tuple[Value, ...]:
        return _values(kind, self.rows(name), name)

    def _snapshot(self, prefix: str) -> Snapshot:
        if prefix not in self._snapshots:
            self._snapshots[prefix] = self._read_snapshot(
                {
                    name.removeprefix(prefix): data
                    for name, data in self.files.items()
                    if name.startswith(prefix)
                }
            )
        return self._snapshots[prefix]


def _value(kind: type[Value], row: Row, name: str) -> Value:
    try:
        return decoded(kind, row)
    except ValueError as error:
        raise IntegrityError(f"{name} has a field that is missing or misshapen: {error}.") from None


def _values(kind: type[Value], rows: list[Row], name: str) -> tuple[Value, ...]:
    return tuple(_value(kind, row, f"{name} line {number}") for number, row in enumerate(rows, 1))
