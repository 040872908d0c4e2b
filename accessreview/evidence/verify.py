"""Verification of an evidence package: files and a signature check in, verdicts out.

Needs no database, network or configuration. Everything that a package states about itself is
computed again here; whatever cannot be read is a failed check with a sentence, never an exception.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accessreview.evidence.chain import GENESIS, event_digest
from accessreview.evidence.compile import AFTER, FORMAT, REVIEWED, VERSION
from accessreview.evidence.parse import Parts, parse_lines, parse_object
from accessreview.model.canonical import plain, sha256
from accessreview.model.errors import AccessReviewError, IntegrityError
from accessreview.model.evidence import Check, CheckVerdict
from accessreview.model.snapshot import Coverage, Snapshot

ReadSnapshot = Callable[[Mapping[str, bytes]], Snapshot]
Row = dict[str, Any]
"""One JSON object of the package. Foreign data: a wrong shape raises what ``_run`` turns around."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A package taken apart, and what it is to be held against.

    ``sealing_key`` made the seal, which holds (``signing/seal.py``); ``expected_key`` is the one
    that the auditor trusts, if it was given; ``checkpoint`` an audit head handed out earlier.
    """

    files: Mapping[str, bytes]
    sealing_key: bytes
    expected_key: bytes | None
    fingerprint: str
    checkpoint: tuple[int, str] | None
    read_snapshot: ReadSnapshot
    statement: Callable[[Sequence[Row]], str]


def verify(subject: Subject) -> tuple[Check, ...]:
    """Run every check, in a fixed order; all of them, even after one failed."""
    parts = Parts(subject.files)
    return tuple(
        _run(name, lambda check=check: check(subject, parts))  # type: ignore[misc]
        for name, check in _CHECKS.items()
    )


def holds(checks: Sequence[Check]) -> bool:
    return all(check.verdict is CheckVerdict.HOLDS for check in checks)


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, CheckVerdict.HOLDS, check())
    except AccessReviewError as error:
        return Check(name, CheckVerdict.FAILS, str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # The package is foreign: a missing or misshapen field is a finding about it, not a fault.
        return Check(name, CheckVerdict.FAILS, f"A field is missing or misshapen: {error!r}.")


def _require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not condition:
        raise IntegrityError(sentence)


def _seal(subject: Subject, _parts: Parts) -> str:
    return f"Every byte is as sealed by the key {subject.fingerprint}."


def _key(subject: Subject, _parts: Parts) -> str:
    if subject.expected_key is None:
        return (
            "No key was given to compare with: make sure by another way that "
            f"{subject.fingerprint} is the key of this company."
        )
    _require(
        subject.expected_key == subject.sealing_key,
        f"The package is sealed by the key {subject.fingerprint}, which is not the one given.",
    )
    return "The package is sealed by the key that was given."


def _manifest(_subject: Subject, parts: Parts) -> str:
    manifest = parts.manifest
    _require(manifest["format"] == FORMAT, "This is not an evidence package of this product.")
    _require(
        manifest["version"] == VERSION,
        f"The package has format version {manifest['version']}; this program knows {VERSION}.",
    )
    return f"Format {FORMAT}, version {VERSION}, built at {manifest['built_at']}."


def _files(subject: Subject, parts: Parts) -> str:
    listed = parts.manifest["files"]
    inside = set(subject.files) - {"manifest.json"}
    for name in sorted(set(listed) - inside):
        raise IntegrityError(f"{name} is listed in the manifest and missing from the package.")
    for name in sorted(inside - set(listed)):
        raise IntegrityError(f"{name} is in the package and not listed in the manifest.")
    for name in sorted(inside):
        data = subject.files[name]
        _require(
            listed[name] == {"sha256": sha256(data), "size": len(data)},
            f"{name} does not have the size and digest that the manifest lists.",
        )
    return f"All {len(inside)} files have the digests that the manifest lists."


def _snapshots(subject: Subject, parts: Parts) -> str:
    expected = {REVIEWED: parts.manifest["snapshot"]}
    expected |= {f"{AFTER}{digest}/": digest for digest in parts.manifest["after"]}
    for prefix, digest in expected.items():
        snapshot = parts.snapshot(prefix, subject.read_snapshot)
        _require(
            snapshot.digest == digest,
            f"The snapshot under {prefix} has the digest {snapshot.digest}, not {digest}.",
        )
    return f"{len(expected)} snapshot(s) have the digests that the manifest names."


def _ruleset(_subject: Subject, parts: Parts) -> str:
    digest = sha256(parts["ruleset.toml"])
    _require(
        digest == parts.manifest["ruleset"], "ruleset.toml is not the ruleset of the manifest."
    )
    return f"The ruleset has the digest {digest}."


def _campaign(_subject: Subject, parts: Parts) -> str:
    campaign = parts.campaign
    _require(campaign["id"] == parts.manifest["campaign"], "campaign.json is of another campaign.")
    for name in ("snapshot", "ruleset"):
        _require(
            campaign[name] == parts.manifest[name],
            f"The campaign was run over another {name} than the package holds.",
        )
    for item in parts.items:
        _require(
            item["campaign"] == campaign["id"],
            f"Item {item['id']} belongs to another campaign.",
        )
    return f"Campaign “{campaign['name']}”, state {campaign['state']}."


def _population(subject: Subject, parts: Parts) -> str:
    stated = parse_object(parts["population.json"], "population.json")
    items = parts.items
    _require(len({item["id"] for item in items}) == len(items), "An item is listed twice.")
    snapshot = parts.snapshot(REVIEWED, subject.read_snapshot)
    rows = {name: len(table) for name, table in snapshot.tables.items()}
    _require(stated["rows"] == rows, "The rows of the snapshot are not as many as stated.")
    read = [plain(source) for source in snapshot.sources]
    _require(stated["sources"] == read, "Coverage is not stated as in the snapshot.")
    counts = stated["counts"]
    outcomes = Counter(
        item["decision"]["outcome"] if item["state"] == "signed" else item["state"]
        for item in items
    )
    computed = {
        "items": len(items),
        "identities": len({item["subject"] for item in items}),
        "accounts": len({(a["source"], a["id"]) for item in items for a in item["accounts"]}),
        "permissions": len({str(item["access"]["permission"]["key"]) for item in items}),
        "reviewers": dict(Counter(item["reviewer"] for item in items)),
        "outcomes": dict(outcomes),
        "removals": dict(
            Counter(
                item["settlement"]["verdict"] if item["settlement"] else "not_judged"
                for item in _revoked(parts)
            )
        ),
    }
    _require(counts == computed, "The stated counts are not those of the items.")
    partial = [source.name for source in snapshot.sources if source.coverage is Coverage.PARTIAL]
    gaps = f" Not completely read: {', '.join(partial)}." if partial else ""
    return f"{len(items)} items on {computed['identities']} identities add up.{gaps}"


def _decisions(_subject: Subject, parts: Parts) -> str:
    decided = 0
    for item in parts.items:
        decision = item["decision"]
        if item["state"] != "signed":
            continue
        decided += 1
        _require(decision is not None, f"Item {item['id']} is signed without a decision.")
        _require(
            decision["reviewer"] == item["reviewer"],
            f"Item {item['id']} was decided by somebody other than its reviewer.",
        )
        _require(
            decision["reviewer"] != item["subject"],
            f"Item {item['id']} was decided by the very person it is about.",
        )
    return f"{decided} signed decisions, none by the person concerned."


def _sign_offs(subject: Subject, parts: Parts) -> str:
    signed = {item["id"]: item for item in parts.items if item["state"] == "signed"}
    covered: set[str] = set()
    for sign_off in parse_lines(parts["sign_offs.jsonl"], "sign_offs.jsonl"):
        _require(
            all(item in signed for item in sign_off["items"]),
            f"The sign-off of {sign_off['reviewer']} covers an item that is not signed.",
        )
        mine = [signed[item] for item in sign_off["items"]]
        _require(
            all(item["reviewer"] == sign_off["reviewer"] for item in mine),
            f"The sign-off of {sign_off['reviewer']} covers items of somebody else.",
        )
        _require(
            subject.statement(mine) == sign_off["statement"],
            f"The sign-off of {sign_off['reviewer']} was made over other decisions.",
        )
        covered |= set(sign_off["items"])
    _require(covered == set(signed), "A signed decision is covered by no sign-off.")
    return f"{len(covered)} decisions are covered by their reviewers' sign-offs."


def _revoked(parts: Parts) -> Iterator[Row]:
    for item in parts.items:
        if item["state"] == "signed" and item["decision"]["outcome"] == "revoke":
            yield item


def _removals(subject: Subject, parts: Parts) -> str:
    listed = parse_lines(parts["removals.jsonl"], "removals.jsonl")
    expected = [
        {
            "item": item["id"],
            "subject": item["subject"],
            "permission": item["access"]["permission"],
            "settlement": item["settlement"],
        }
        for item in _revoked(parts)
    ]
    _require(listed == expected, "removals.jsonl does not match the revoked items.")
    proven = 0
    for item in _revoked(parts):
        settlement = item["settlement"]
        if settlement is None or settlement["verdict"] != "gone":
            continue
        proven += 1
        digest = settlement["snapshot"]
        _require(
            digest in parts.manifest["after"],
            f"The snapshot that proves item {item['id']} gone is not in the package.",
        )
        snapshot = parts.snapshot(f"{AFTER}{digest}/", subject.read_snapshot)
        _require(
            snapshot.is_complete,
            f"The snapshot that is to prove item {item['id']} gone is not complete.",
        )
        _require(
            min(source.started_at for source in snapshot.sources)
            >= datetime.fromisoformat(item["decision"]["at"]),
            f"The snapshot that is to prove item {item['id']} gone was begun before the decision.",
        )
    if parts.campaign["state"] == "closed":
        _require(proven == len(expected), "The campaign is closed and a removal is not proven.")
    return f"{proven} of {len(expected)} revocations are proven gone by a later snapshot."


def _audit(subject: Subject, parts: Parts) -> str:
    events = parse_lines(parts["audit.jsonl"], "audit.jsonl")
    previous = GENESIS
    decided = set()
    for number, event in enumerate(events, start=1):
        _require(event["sequence"] == number, f"Audit event {number} is missing.")
        digest = event_digest(
            event["sequence"],
            datetime.fromisoformat(event["at"]),
            event["actor"],
            event["action"],
            event["object"],
            event["details"],
            event["previous"],
        )
        _require(
            event["previous"] == previous and event["digest"] == digest,
            f"Audit event {number} does not fit the chain: it or one before it was changed.",
        )
        previous = digest
        if event["action"] == "review_item:decision:take":
            decided.add(event["object"])
    head = parts.manifest["audit_head"]
    _require(
        head == {"sequence": len(events), "digest": previous},
        "The audit trail does not end where the manifest says.",
    )
    for item in parts.items:
        _require(
            item["state"] != "signed" or item["id"] in decided,
            f"The decision on item {item['id']} has no record in the audit trail.",
        )
    _checkpoint(subject, events)
    return f"{len(events)} audit events form an unbroken chain."


def _checkpoint(subject: Subject, events: Sequence[Row]) -> None:
    if subject.checkpoint is None:
        return
    sequence, digest = subject.checkpoint
    _require(
        1 <= sequence <= len(events) and events[sequence - 1]["digest"] == digest,
        f"The audit trail does not contain the checkpoint {sequence}: it was rewritten since.",
    )


_CHECKS: Mapping[str, Callable[[Subject, Parts], str]] = {
    "seal": _seal,
    "key": _key,
    "manifest": _manifest,
    "files": _files,
    "snapshots": _snapshots,
    "ruleset": _ruleset,
    "campaign": _campaign,
    "population": _population,
    "decisions": _decisions,
    "sign_offs": _sign_offs,
    "removals": _removals,
    "audit": _audit,
}
