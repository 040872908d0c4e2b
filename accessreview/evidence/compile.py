"""What goes into an evidence package: from everything recorded of one campaign to named files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accessreview.evidence.csv import csv_table
from accessreview.evidence.manifest import (
    FORMAT,
    MANIFEST,
    REVIEWED,
    VERSION,
    Entry,
    Head,
    Manifest,
    after_prefix,
)
from accessreview.model.agreement import Agreement
from accessreview.model.assessment import Assessment
from accessreview.model.audit import AuditEvent
from accessreview.model.canonical import Plain, canonical_json, json_lines, plain, sha256
from accessreview.model.finding import Ambiguity, Finding, SubjectKind
from accessreview.model.policy import Ruleset
from accessreview.model.remediation import RemediationTask
from accessreview.model.review import Campaign, ItemState, Outcome, ReviewItem, SignOff
from accessreview.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord:
    """Everything recorded of one campaign, as it goes into its package.

    ``agreements`` are all with vCenters over the reviewed snapshot.
    ``after`` holds the later snapshots by which removals were judged. ``audit`` is the whole
    trail from its first event, because only a whole chain proves that nothing was taken out.
    """

    campaign: Campaign
    items: Sequence[ReviewItem]
    sign_offs: Sequence[SignOff]
    tasks: Sequence[RemediationTask]
    assessment: Assessment
    agreements: Sequence[Agreement]
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


def compile_package(
    record: CampaignRecord, snapshots: Mapping[str, Mapping[str, bytes]], report: bytes
) -> dict[str, bytes]:
    """Lay out every file but the signature; ``manifest.json`` lists the digests of all others.

    ``snapshots`` are bundles as files, by digest: those of ``record.reviewed`` and ``.after``.
    """
    files: dict[str, bytes] = {
        "campaign.json": canonical_json(record.campaign),
        "population.json": canonical_json(
            population_stated(record.items, record.reviewed)
            | {"unresolved": plain(record.ambiguities)}
        ),
        "items.jsonl": json_lines(record.items),
        "items.csv": items_csv(record.items),
        "sign_offs.jsonl": json_lines(record.sign_offs),
        "findings.jsonl": json_lines(finding_row(f) for f in record.assessment.findings),
        "agreement.jsonl": json_lines(record.agreements),
        "plan.jsonl": json_lines(record.tasks),
        "removals.jsonl": json_lines(removals(record.items)),
        "audit.jsonl": json_lines(record.audit),
        "ruleset.toml": record.ruleset.text.encode(),
        "report.html": report,
        "key.pem": record.public_key.encode(),
    }
    for prefix, snapshot in _placed(record):
        for name, data in snapshots[snapshot.digest].items():
            files[prefix + name] = data
    files[MANIFEST] = canonical_json(_manifest(record, files))
    return files


def _manifest(record: CampaignRecord, files: Mapping[str, bytes]) -> Manifest:
    last = record.audit[-1]
    return Manifest(
        format=FORMAT,
        version=VERSION,
        campaign=record.campaign.id,
        built_at=record.built_at,
        engine=record.engine,
        snapshot=record.reviewed.digest,
        after=tuple(snapshot.digest for snapshot in record.after),
        ruleset=record.ruleset.digest,
        audit_head=Head(last.sequence, last.digest),
        files={name: Entry(sha256(data), len(data)) for name, data in files.items()},
    )


def _placed(record: CampaignRecord) -> list[tuple[str, Snapshot]]:
    return [
        (REVIEWED, record.reviewed),
        *((after_prefix(snapshot.digest), snapshot) for snapshot in record.after),
    ]


def population_stated(items: Sequence[ReviewItem], reviewed: Snapshot) -> dict[str, Plain]:
    """What ``population.json`` says, but for the principals that are not resolved."""
    return {
        "counts": population(items),
        "sources": [plain(source) for source in reviewed.sources],
        "rows": {name: len(table) for name, table in reviewed.tables.items()},
    }


def removals(items: Sequence[ReviewItem]) -> list[Plain]:
    """The rows of ``removals.jsonl``: each revoked item and what was seen of it since."""
    return [
        plain(
            {
                "item": item.id,
                "subject": item.subject,
                "permission": item.access.permission,
                "settlement": item.settlement,
            }
        )
        for item in items
        if is_revoked(item)
    ]


def items_csv(items: Sequence[ReviewItem]) -> bytes:
    """``items.csv``: the same for spreadsheets."""
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
