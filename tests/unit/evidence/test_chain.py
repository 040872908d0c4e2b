"""The audit chain shows every change, loss and insertion before its head."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from accessreview.evidence.chain import GENESIS, event_digest, verify_chain
from accessreview.model.audit import AuditEvent

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_trail(length: int) -> list[AuditEvent]:
    events: list[AuditEvent] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        details = {"reason": f"number {sequence}"}
        at = AT + timedelta(seconds=sequence)
        digest = event_digest(sequence, at, "ann", "campaign:open", "c1", details, previous)
        events.append(
            AuditEvent(sequence, at, "ann", "campaign:open", "c1", details, previous, digest)
        )
        previous = digest
    return events


def test_an_untouched_trail_has_no_break() -> None:
    assert verify_chain(a_trail(5)) is None
    assert verify_chain([]) is None


def test_the_digest_is_the_same_in_every_time_zone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))

    here = event_digest(1, AT, "a", "b", "c", {}, GENESIS)

    assert event_digest(1, elsewhere, "a", "b", "c", {}, GENESIS) == here


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("time", lambda event: replace(event, at=AT)),
        ("actor", lambda event: replace(event, actor="bob")),
        ("action", lambda event: replace(event, action="campaign:close")),
        ("object", lambda event: replace(event, object="c2")),
        ("details", lambda event: replace(event, details={})),
        ("previous", lambda event: replace(event, previous=GENESIS)),
        ("digest", lambda event: replace(event, digest=GENESIS)),
        ("sequence", lambda event: replace(event, sequence=30)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_in_any_field_shows(what: str, change: Callable[[AuditEvent], AuditEvent]) -> None:
    trail = a_trail(5)

    trail[2] = change(trail[2])

    assert verify_chain(trail) == 3, what


def test_a_missing_a_swapped_and_a_doubled_event_show() -> None:
    first, second, third = a_trail(3)

    assert verify_chain([second, third]) == 1
    assert verify_chain([first, third]) == 2
    assert verify_chain([second, first, third]) == 1
    assert verify_chain([first, second, second, third]) == 3


def test_an_event_rewritten_with_a_fitting_digest_breaks_the_next() -> None:
    first, second, third = a_trail(3)
    digest = event_digest(2, second.at, "bob", second.action, "c1", {}, first.digest)
    forged = replace(second, actor="bob", details={}, digest=digest)

    assert verify_chain([first, forged, third]) == 3
