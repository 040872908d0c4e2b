"""What the package states against what the audit trail recorded when it happened."""

from collections.abc import Mapping, Sequence

from accessreview.evidence.checks.recorded import START, Recorded, recorded_of
from accessreview.evidence.compile import is_revoked
from accessreview.evidence.inspection import Inspection, require
from accessreview.evidence.manifest import Manifest
from accessreview.model.audit import AuditEvent
from accessreview.model.canonical import canonical_json, plain
from accessreview.model.remediation import RemediationTask, TaskState
from accessreview.model.review import (
    Campaign,
    CampaignState,
    ItemState,
    ReviewItem,
    SettlementVerdict,
    SignOff,
)

_COURSE: Mapping[CampaignState, tuple[str, ...]] = {
    CampaignState.IN_REMEDIATION: ("open", "launch", "finish_review"),
    CampaignState.CLOSED: ("open", "launch", "finish_review", "close"),
    CampaignState.CLOSED_WITH_RESIDUE: ("open", "launch", "finish_review", "close_with_residue"),
    CampaignState.CANCELLED: ("open", "launch", "cancel"),
}
_OF_SIGN_OFF = ("reviewer", "kept", "revoked", "statement")
# A new plan moves these two without an event of each change.
_REPLANNED = frozenset({TaskState.PLANNED, TaskState.BLOCKED})
_DONE = ({TaskState.EXECUTED}, {TaskState.EXECUTED, TaskState.VERIFIED})


def records(inspection: Inspection) -> str:
    package = inspection.package
    campaign, items = package.campaign, package.items
    recorded = recorded_of(package.audit, campaign.id)
    _require_course(recorded, campaign, items)
    _require_same(set(recorded.taken), {item.id for item in items if item.decision}, "decision on")
    _require_same(
        set(recorded.changed) | {task.id for task in package.tasks if task.state in _REPLANNED},
        {task.id for task in package.tasks},
        "change",
    )
    _require_sign_offs(recorded, package.sign_offs)
    signed = {event.details["reviewer"]: event.sequence for event in recorded.signed}
    for item in items:
        _require_decision(recorded, item, signed)
        _require_settlement(recorded, item)
    for task in package.tasks:
        _require_task(recorded, task)
    _require_building(package.audit, package.manifest)
    return "Campaign, decisions, sign-offs, changes and settlements are as they were recorded."


def _require_course(recorded: Recorded, campaign: Campaign, items: Sequence[ReviewItem]) -> None:
    require(
        tuple(recorded.course) == _COURSE.get(campaign.state),
        f"The campaign is {campaign.state}, which is not what the audit trail says became of it.",
    )
    opened, last = recorded.states["open"], recorded.states[recorded.course[-1]]
    finished = recorded.states.get("finish_review")
    ended = last if campaign.state is not CampaignState.IN_REMEDIATION else None
    require(
        (opened.actor, opened.at, recorded.states["launch"].at)
        == (campaign.opened_by, campaign.created_at, campaign.launched_at)
        and (finished and finished.at) == campaign.review_finished_at
        and (ended and ended.at) == campaign.closed_at,
        "The times of the campaign are not those that the audit trail recorded.",
    )
    _require_details(
        opened,
        {
            "name": campaign.name,
            "scope": campaign.scope.value,
            "due_at": str(plain(campaign.due_at)),
            "snapshot": campaign.snapshot,
            "ruleset": campaign.ruleset,
            "items": str(len(items)),
        },
    )
    revoked = [item for item in items if is_revoked(item)]
    if finished is not None:
        _require_details(
            finished,
            {
                "items": str(len(items)),
                "unanswered": str(_count(items, decided=False)),
                "decided_but_not_signed": str(_count(items, decided=True)),
                "revoked": str(len(revoked)),
            },
        )
    if finished is not None and ended is not None:
        gone = sum(
            item.settlement is not None and item.settlement.verdict is SettlementVerdict.GONE
            for item in revoked
        )
        _require_details(
            ended, {"revoked": str(len(revoked)), "unproven": str(len(revoked) - gone)}
        )


def _count(items: Sequence[ReviewItem], *, decided: bool) -> int:
    return sum(
        item.state is ItemState.UNANSWERED and (item.decision is not None) is decided
        for item in items
    )


def _require_details(event: AuditEvent, expected: Mapping[str, str]) -> None:
    for name, value in expected.items():
        require(
            event.details.get(name) == value,
            f"Audit event {event.sequence} ({event.action} of {event.object}) recorded "
            f"{event.details.get(name)!r:.80} as {name}, and the package states {value!r:.80}.",
        )


def _require_same(recorded: set[str], stated: set[str], what: str) -> None:
    for name in sorted(stated - recorded):
        require(False, f"The {what} {name} has no record in the audit trail.")  # noqa: FBT003
    for name in sorted(recorded - stated):
        require(False, f"The {what} {name} is recorded and not in the package.")  # noqa: FBT003


def _require_decision(recorded: Recorded, item: ReviewItem, signed: Mapping[str, int]) -> None:
    decision = item.decision
    if decision is None:
        return
    event = recorded.taken[item.id]
    require(
        (event.actor, event.at) == (decision.actor, decision.at),
        f"The decision on item {item.id} was recorded of somebody else or at another time.",
    )
    _require_details(
        event,
        {
            "outcome": decision.outcome.value,
            "reviewer": decision.reviewer,
            "justification": decision.justification,
        },
    )
    until = (
        signed.get(item.reviewer, 0)
        if item.state is ItemState.SIGNED
        else recorded.states[recorded.course[2]].sequence
    )
    require(
        recorded.states["launch"].sequence < event.sequence < until,
        f"The decision on item {item.id} was not recorded while its review went on.",
    )


def _require_sign_offs(recorded: Recorded, sign_offs: Sequence[SignOff]) -> None:
    stated = [
        (each.at, each.actor, each.reviewer, str(each.kept), str(each.revoked), each.statement)
        for each in sign_offs
    ]
    found = [
        (event.at, event.actor, *map(event.details.get, _OF_SIGN_OFF)) for event in recorded.signed
    ]
    require(stated == found, "The sign-offs are not those that the audit trail recorded.")
    ending = recorded.states[recorded.course[2]].sequence
    require(
        all(event.sequence < ending for event in recorded.signed),
        "A sign-off was recorded after the end of the review.",
    )


def _require_settlement(recorded: Recorded, item: ReviewItem) -> None:
    settlement, event = item.settlement, recorded.settled.get(item.id)
    if settlement is None or event is None:
        require(
            settlement is None and event is None,
            f"The settlement of item {item.id} is not what the audit trail recorded.",
        )
        return
    require(event.at == settlement.at, f"Item {item.id} was settled at another time.")
    _require_details(
        event,
        {
            "verdict": settlement.verdict.value,
            "snapshot": settlement.snapshot,
            "left": "\n".join(settlement.left),
        },
    )


def _require_task(recorded: Recorded, task: RemediationTask) -> None:
    events = recorded.changed.get(task.id, [])
    if task.state not in _REPLANNED:
        _require_details(events[-1], {"state": task.state.value})
    # Once carried out, a change is fixed; before, and when reopened, a new plan may word it anew.
    if (
        events
        and events[0].action == START
        and {e.details.get("state") for e in events[1:]} in _DONE
    ):
        _require_details(events[0], {"change": canonical_json(task.change).decode()})


def _require_building(events: Sequence[AuditEvent], manifest: Manifest) -> None:
    last = events[-1]
    require(
        (last.action, last.object, last.at)
        == ("evidence:package:build", manifest.campaign, manifest.built_at),
        "The audit trail does not end with the building of this package.",
    )
