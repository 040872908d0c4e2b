"""What goes into an evidence package: from everything recorded of one campaign to named files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.evidence.csv import csv_table
from accessreview.model.assessment import Assessment
from accessreview.model.audit import AuditEvent
from accessreview.model.canonical import Plain, canonical_json, json_lines, plain, sha256
from accessreview.model.finding import Ambiguity, Finding, SubjectKind
from accessreview.model.policy import Ruleset
from accessreview.model.remediation import RemediationTask
from accessreview.model.review import Campaign, ItemState, Outcome, ReviewItem, SignOff
from accessreview.model.snapshot import Snapshot

FORMAT = "accessreview-evidence"
VERSION = 1
REVIEWED = "snapshot/"
AFTER = "after/"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    """Everything recorded of one campaign, as it goes into its package.

    ``after`` holds the later snapshots by which removals were judged. ``audit`` is the whole
    trail from its first event, because only a whole chain proves that nothing was taken out.
    """

    campaign: Campaign
    items: Sequence[ReviewItem]
    sign_offs: Sequence[SignOff]
    tasks: Sequence[RemediationTask]
    assessment: Assessment
    ambiguities: Sequence[Ambiguity]
    audit: Sequence[AuditEvent]
    reviewed: Snapshot
    after: Sequence[Snapshot]
    ruleset: Ruleset
    engine: str
    built_at: datetime
    public_key: str


def finding_row(finding: Finding) -> dict[str, Plain]:
    """A finding as the command ``analyze`` prints it, without the examples."""
    row: dict[str, Plain] = {
        "rule": finding.key.rule,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "places": finding.places,
    }
    subject = "identity" if finding.key.subject_kind is SubjectKind.IDENTITY else "vcenter"
    return row | {subject: finding.key.subject}


def population(items: Sequence[ReviewItem]) -> dict[str, Plain]:
    """The counts that must add up: what was asked, of whom, and what became of it."""
    outcomes = Counter(
        item.decision.outcome.value
        if item.decision is not None and item.state is ItemState.SIGNED
        else item.state.value
        for item in items
    )
    settled = Counter(
        "not_judged" if item.settlement is None else item.settlement.verdict.value
        for item in items
        if is_revoked(item)
    )
    return {
        "items": len(items),
        "identities": len({item.subject for item in items}),
        "accounts": len({account for item in items for account in item.accounts}),
        "permissions": len({item.access.permission.key for item in items}),
        "reviewers": plain(dict(sorted(Counter(item.reviewer for item in items).items()))),
        "outcomes": plain(dict(sorted(outcomes.items()))),
        "removals": plain(dict(sorted(settled.items()))),
    }


def is_revoked(item: ReviewItem) -> bool:
    """Whether a signed decision takes this access away."""
    return (
        item.state is ItemState.SIGNED
        and item.decision is not None
        and item.decision.outcome is Outcome.REVOKE
    )


def sources(snapshot: Snapshot) -> list[Plain]:
    """What was read and what was not, by source, with the rows of each table in all."""
    return [plain(source) for source in snapshot.sources]


def compile_package(
    record: CampaignRecord, snapshots: Mapping[str, Mapping[str, bytes]], report: bytes
) -> dict[str, bytes]:
    """Lay out every file but the signature; ``manifest.json`` lists the digests of all others.

    ``snapshots`` are bundles as files, by digest: those of ``record.reviewed`` and ``.after``.
    """
    files: dict[str, bytes] = {
        "campaign.json": canonical_json(record.campaign),
        "population.json": canonical_json(
            {
                "counts": population(record.items),
                "sources": sources(record.reviewed),
                "rows": {name: len(table) for name, table in record.reviewed.tables.items()},
                "unresolved": record.ambiguities,
            }
        ),
        "items.jsonl": json_lines(record.items),
        "items.csv": _items_csv(record.items),
        "sign_offs.jsonl": json_lines(record.sign_offs),
        "findings.jsonl": json_lines(finding_row(f) for f in record.assessment.findings),
        "plan.jsonl": json_lines(record.tasks),
        "removals.jsonl": json_lines(_removal(item) for item in record.items if is_revoked(item)),
        "audit.jsonl": json_lines(record.audit),
        "ruleset.toml": record.ruleset.text.encode(),
        "report.html": report,
        "key.pem": record.public_key.encode(),
    }
    for prefix, snapshot in _placed(record):
        for name, data in snapshots[snapshot.digest].items():
            files[prefix + name] = data
    files["manifest.json"] = canonical_json(
        {
            "format": FORMAT,
            "version": VERSION,
            "campaign": record.campaign.id,
            "built_at": record.built_at,
            "engine": record.engine,
            "snapshot": record.reviewed.digest,
            "after": [snapshot.digest for snapshot in record.after],
            "ruleset": record.ruleset.digest,
            "audit_head": _head(record.audit),
            "files": {
                name: {"sha256": sha256(data), "size": len(data)} for name, data in files.items()
            },
        }
    )
    return files


def _placed(record: CampaignRecord) -> list[tuple[str, Snapshot]]:
    return [
        (REVIEWED, record.reviewed),
        *((f"{AFTER}{snapshot.digest}/", snapshot) for snapshot in record.after),
    ]


def _head(audit: Sequence[AuditEvent]) -> dict[str, Plain]:
    last = audit[-1]
    return {"sequence": last.sequence, "digest": last.digest}


def _removal(item: ReviewItem) -> dict[str, object]:
    return {
        "item": item.id,
        "subject": item.subject,
        "permission": item.access.permission,
        "settlement": item.settlement,
    }


def _items_csv(items: Sequence[ReviewItem]) -> bytes:
    header = (
        "item", "person", "identity", "what (role)", "where", "how", "reviewer", "chosen because",
        "outcome", "decided by", "decided at", "reason", "removal", "what is left",
    )  # fmt: skip
    return csv_table(header, (_item_cells(item) for item in items))


def _item_cells(item: ReviewItem) -> tuple[str, ...]:
    decision, settlement = item.decision, item.settlement
    return (
        item.id,
        item.subject_name,
        item.subject,
        item.access.role_name,
        item.access.place,
        "\n".join(" > ".join(chain.via) for chain in item.access.chains),
        item.reviewer_name,
        item.routing_detail,
        decision.outcome.value if decision and item.state is ItemState.SIGNED else item.state.value,
        decision.actor if decision else "",
        str(plain(decision.at)) if decision else "",
        decision.justification if decision else "",
        settlement.verdict.value if settlement else "",
        "\n".join(settlement.left) if settlement else "",
    )
