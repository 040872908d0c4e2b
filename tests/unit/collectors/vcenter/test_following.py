"""Streams of events go on where they were left, and say where they cannot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.collectors.vcenter.event_types import (
    bare,
    concerns_authorization,
    watched_types,
)
from accessreview.collectors.vcenter.following import (
    EventsRead,
    actions,
    beginning,
    followed,
    logins,
)
from accessreview.model.event import Cursor, Stream, Watch, WatchedEvent, accumulated

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = Watch(source="vc", stream=Stream.AUTHORIZATION)


def event(key: int, at: datetime, type_: str = "UserLoginSessionEvent") -> WatchedEvent:
    return WatchedEvent(source="vc", key=key, at=at, type=type_, actor="CORP\\ann")


def whole(*events: WatchedEvent) -> EventsRead:
    return EventsRead(events)


KNOWN = followed(NEW, whole(event(7, NOON - HOUR), event(8, NOON)), NOON)


def test_at_first_the_window_begins_with_the_first_event_there_is() -> None:
    assert beginning(NEW, NOON, DAY) == NOON - DAY
    assert (KNOWN.since, KNOWN.until, KNOWN.last) == (NOON - HOUR, NOON, Cursor(NOON, 8))
    assert KNOWN.sentences == ()
    nothing = followed(NEW, whole(), NOON)
    assert (nothing.since, nothing.until, nothing.last) == (NOON, NOON, None)


def test_it_goes_on_from_a_little_before_the_last_event() -> None:
    begin = beginning(KNOWN, NOON + HOUR, DAY)
    assert NOON - HOUR < begin < NOON
    on = followed(KNOWN, whole(event(8, NOON), event(9, NOON + HOUR)), NOON + HOUR)
    assert (on.since, on.until, on.last) == (KNOWN.since, NOON + HOUR, Cursor(NOON + HOUR, 9))


def test_keys_that_begin_anew_are_no_loss_as_long_as_the_last_event_is_there() -> None:
    on = followed(KNOWN, whole(event(8, NOON), event(1, NOON + HOUR)), NOON + HOUR)
    assert (on.since, on.gap, on.last) == (KNOWN.since, "", Cursor(NOON + HOUR, 1))


@pytest.mark.parametrize(
    "left",
    [
        pytest.param((event(9, NOON + HOUR),), id="kept-no-longer"),
        pytest.param((event(8, NOON + HOUR),), id="another-under-its-key"),
        pytest.param((), id="nothing-left"),
    ],
)
def test_a_last_event_that_is_gone_is_a_gap_and_a_new_window(
    left: tuple[WatchedEvent, ...],
) -> None:
    on = followed(replace(KNOWN, trouble="It was down."), whole(*left), NOON + DAY)
    begins = left[0].at if left else NOON + DAY
    assert (on.since, on.until, on.trouble) == (begins, NOON + DAY, "")
    assert on.gap == (
        f"What happened between 2026-03-02T12:00:00Z and {begins:%Y-%m-%dT%H:%M:%SZ} may be"
        " missing: the vCenter no longer has the last event that was known."
    )
    assert followed(on, whole(*left), NOON + 2 * DAY).gap == on.gap  # as long as it begins there


def test_what_was_not_read_to_the_end_reaches_as_far_as_it_was_read() -> None:
    read = EventsRead((event(8, NOON), event(9, NOON + HOUR)), NOON + HOUR)
    on = followed(KNOWN, read, NOON + DAY)
    assert (on.since, on.until) == (KNOWN.since, NOON + HOUR)
    on = followed(KNOWN, EventsRead((), NOON + HOUR), NOON + DAY)
    assert (on.until, on.gap != "") == (NOON + HOUR, True)


def test_a_clock_that_was_set_back_loses_nothing() -> None:
    assert beginning(KNOWN, NOON - HOUR, DAY) < NOON - HOUR - HOUR


def test_what_was_counted_before_counts_no_more() -> None:
    events = (event(8, NOON), event(9, NOON + HOUR), event(10, NOON + HOUR))
    (use,) = accumulated(logins(events, KNOWN))
    assert (use.first, use.last, use.count) == (NOON, NOON + HOUR, 2)


def test_coming_and_going_is_no_action_and_neither_is_what_nobody_did() -> None:
    events = (
        event(1, NOON),
        event(2, NOON, "UserLogoutSessionEvent"),
        event(3, NOON, "VmPoweredOnEvent"),
        replace(event(4, NOON, "VmPoweredOnEvent"), actor=""),
    )
    (use,) = actions(events, NEW)
    assert (use.principal, use.count) == ("CORP\\ann", 1)


def test_both_spellings_are_asked_for_and_mean_the_same() -> None:
    asked = watched_types()
    assert {"PermissionAddedEvent", "vim.event.PermissionAddedEvent"} <= set(asked)
    assert "com.vmware.cis.RemoveGlobalPermission" in asked
    assert len(asked) == len(set(asked))
    assert concerns_authorization(bare("vim.event.RoleUpdatedEvent"))
    assert concerns_authorization("esx.audit.lockdownmode.disabled")
    assert not concerns_authorization("UserLoginSessionEvent")
