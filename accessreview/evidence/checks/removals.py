"""The removals: what was planned, and whether what is called gone may be called so."""

from accessreview.evidence.compile import is_revoked
from accessreview.evidence.compile import removals as removal_rows
from accessreview.evidence.inspection import Inspection, require
from accessreview.model.remediation import TaskState
from accessreview.model.review import CampaignState, ReviewItem, SettlementVerdict


def plan(inspection: Inspection) -> str:
    package = inspection.package
    revoked = {item.id for item in package.items if is_revoked(item)}
    tasks = package.tasks
    require(len({task.id for task in tasks}) == len(tasks), "A change is planned twice.")
    for task in tasks:
        require(
            task.campaign == package.campaign.id, f"Change {task.id} belongs to another campaign."
        )
        require(
            bool(task.items) and revoked.issuperset(task.items),
            f"Change {task.id} is planned for an item that nobody revoked.",
        )
    done = sum(task.state is TaskState.VERIFIED for task in tasks)
    return f"{len(tasks)} changes planned, each for revoked items; {done} seen done."


def removals(inspection: Inspection) -> str:
    package = inspection.package
    require(
        package.rows("removals.jsonl") == removal_rows(package.items),
        "removals.jsonl does not match the revoked items.",
    )
    revoked = [item for item in package.items if is_revoked(item)]
    used = {item.settlement.snapshot for item in package.items if item.settlement is not None}
    require(
        used == set(package.manifest.after),
        "The later snapshots in the package are not those by which removals were judged.",
    )
    for item in package.items:
        require(
            item.settlement is None or is_revoked(item),
            f"Item {item.id} is judged as a removal, and nobody revoked it.",
        )
    gone = [item for item in revoked if _verdict(item) is SettlementVerdict.GONE]
    for item in gone:
        _require_proof(inspection, item)
    state = package.campaign.state
    require(
        state is not CampaignState.CLOSED or len(gone) == len(revoked),
        "The campaign is closed and a removal is not proven.",
    )
    require(
        state is not CampaignState.CLOSED_WITH_RESIDUE or len(gone) < len(revoked),
        "The campaign is closed with residue, and every removal is proven.",
    )
    return f"{len(gone)} of {len(revoked)} revocations are recorded gone by a fit later snapshot."


def _verdict(item: ReviewItem) -> SettlementVerdict | None:
    return None if item.settlement is None else item.settlement.verdict


def _require_proof(inspection: Inspection, item: ReviewItem) -> None:
    settlement, decision = item.settlement, item.decision
    if settlement is None or decision is None:
        raise AssertionError("what is gone was revoked and judged")
    require(not settlement.left, f"Item {item.id} is called gone, with something left.")
    later = inspection.package.after(settlement.snapshot)
    why = inspection.unread(inspection.package.reviewed.sources, later.sources, decision.at)
    require(
        not why, f"Snapshot {settlement.snapshot} cannot prove item {item.id} gone: {' '.join(why)}"
    )
