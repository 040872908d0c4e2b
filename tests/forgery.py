"""Lies told inside evidence packages by somebody who holds the right key."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accessreview.cli.evidence_check import verified
from accessreview.evidence.chain import GENESIS, event_digest
from accessreview.evidence.manifest import Head
from accessreview.model.audit import AuditEvent
from accessreview.model.canonical import canonical_json, json_lines, sha256
from accessreview.model.decoding import decoded
from accessreview.model.evidence import CheckVerdict
from accessreview.review.statement import statement_of_rows
from accessreview.signing import keys
from accessreview.signing.seal import seal

Row = dict[str, Any]


@dataclass
class Forgery:
    """The files of a package in the hands of a liar who holds the right key."""

    files: dict[str, bytes]
    signer: keys.Ed25519Signer

    def value(self, name: str) -> Row:
        row: Row = json.loads(self.files[name])
        return row

    def rows(self, name: str) -> list[Row]:
        return [json.loads(line) for line in self.files[name].splitlines()]

    def change(self, name: str, change: Callable[[Row], object]) -> None:
        """Change one JSON object."""
        value = self.value(name)
        change(value)
        self.files[name] = canonical_json(value)

    def change_rows(self, name: str, change: Callable[[list[Row]], object]) -> None:
        rows = self.rows(name)
        change(rows)
        self.files[name] = json_lines(rows)

    def change_item(self, subject: str, change: Callable[[Row], object]) -> None:
        """Change the first item about somebody."""
        self.change_rows(
            "items.jsonl",
            lambda rows: change(next(row for row in rows if row["subject"] == subject)),
        )

    def sign_again(self) -> None:
        """Make the sign-offs cover what the items say now, with their counts."""
        items = [row for row in self.rows("items.jsonl") if row["state"] == "signed"]

        def again(sign_offs: list[Row]) -> None:
            for sign_off in sign_offs:
                mine = [item for item in items if item["id"] in sign_off["items"]]
                sign_off["statement"] = statement_of_rows(mine)
                revoked = sum(item["decision"]["outcome"] == "revoke" for item in mine)
                sign_off["kept"], sign_off["revoked"] = len(mine) - revoked, revoked

        self.change_rows("sign_offs.jsonl", again)

    def chain_again(self) -> None:
        """Forge a whole new audit trail from the events as they stand."""
        previous, events = GENESIS, []
        for number, row in enumerate(self.rows("audit.jsonl"), 1):
            event = decoded(AuditEvent, {**row, "sequence": number, "previous": previous})
            previous = event_digest(
                number, event.at, event.actor, event.action, event.object, event.details, previous
            )
            events.append({**row, "sequence": number, "previous": event.previous})
            events[-1]["digest"] = previous
        self.files["audit.jsonl"] = json_lines(events)
        head = {"sequence": len(events), "digest": previous}
        self.change("manifest.json", lambda row: row.update(audit_head=head))

    def list_again(self) -> None:
        """Make the manifest list the files as they are now."""
        listed = {
            name: {"sha256": sha256(data), "size": len(data)}
            for name, data in self.files.items()
            if name != "manifest.json"
        }
        self.change("manifest.json", lambda row: row.update(files=listed))

    def sealed(self) -> bytes:
        return seal(self.files, self.signer)

    def failing(self, checkpoint: Head | None = None) -> dict[str, str]:
        """The checks that fail once the manifest and the seal are made anew."""
        self.list_again()
        return self.failing_as_listed(checkpoint)

    def failing_as_listed(self, checkpoint: Head | None = None) -> dict[str, str]:
        """Those that fail with the manifest as it is."""
        checks = verified(self.sealed(), self.signer.public_key, checkpoint)
        return {each.check: each.detail for each in checks if each.verdict is CheckVerdict.FAILS}
