"""The audit trail: that it is whole."""

from accessreview.evidence.chain import verify_chain
from accessreview.evidence.inspection import Inspection, require
from accessreview.evidence.manifest import Head


def audit(inspection: Inspection) -> str:
    package = inspection.package
    events = package.audit
    broken = verify_chain(events)
    require(
        broken is None,
        f"Audit event {broken} does not fit the chain: it or one before it was changed or removed.",
    )
    require(
        bool(events)
        and package.manifest.audit_head == Head(events[-1].sequence, events[-1].digest),
        "The audit trail does not end where the manifest says.",
    )
    if inspection.checkpoint is None:
        return f"{len(events)} audit events form an unbroken chain."
    sequence, digest = inspection.checkpoint.sequence, inspection.checkpoint.digest
    require(
        sequence <= len(events),
        f"The checkpoint is of event {sequence}, and the audit trail ends with {len(events)}: the "
        "package is older than the checkpoint, or the trail was cut.",
    )
    require(
        sequence >= 1 and events[sequence - 1].digest == digest,
        f"The audit trail does not contain the checkpoint {sequence}: it was rewritten since.",
    )
    return f"{len(events)} audit events form an unbroken chain that contains the checkpoint."
