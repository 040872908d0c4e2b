"""What the audit trail recorded of one campaign, found in one pass."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accessreview.model.audit import AuditEvent

_STATE = "campaign:state:"
_CHANGE = "remediation_task:change:"
START = f"{_CHANGE}start"


@dataclass(slots=True)
class Recorded:
    """The events that concern one campaign; of decisions and settlements the last ones.

    ``changed`` are those of each change since it was last begun by this product, that start first.
    """

    states: dict[str, AuditEvent] = field(default_factory=dict)
    course: list[str] = field(default_factory=list)
    taken: dict[str, AuditEvent] = field(default_factory=dict)
    settled: dict[str, AuditEvent] = field(default_factory=dict)
    signed: list[AuditEvent] = field(default_factory=list)
    changed: dict[str, list[AuditEvent]] = field(default_factory=dict)


def recorded_of(events: Iterable[AuditEvent], campaign: str) -> Recorded:
    """Look through the whole trail for what concerns the campaign with this id."""
    found = Recorded()
    for event in events:
        if event.object == campaign and event.action.startswith(_STATE):
            verb = event.action.removeprefix(_STATE)
            found.states[verb] = event
            found.course.append(verb)
        elif event.object == campaign and event.action == "campaign:decisions:sign_off":
            found.signed.append(event)
        elif event.action == "review_item:settlement:record":
            found.settled[event.object] = event
        elif event.details.get("campaign") != campaign:
            continue
        elif event.action == "review_item:decision:take":
            found.taken[event.object] = event
        elif event.action == "review_item:reviewer:change":
            found.taken.pop(event.object, None)  # nobody answers for it any more
        elif event.action == START:
            found.changed[event.object] = [event]
        elif event.action.startswith(_CHANGE):
            found.changed.setdefault(event.object, []).append(event)
    return found
