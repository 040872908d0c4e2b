"""Points in time as directories write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.collectors.directory.times import (
    filetime,
    generalized_time,
    rfc3339,
    unix_days,
)

NEVER = 2**63 - 1


@pytest.mark.parametrize(
    ("ticks", "moment"),
    [
        (None, ""),
        (0, ""),
        (1, "1601-01-01T00:00:00Z"),
        (116444736000000000, "1970-01-01T00:00:00Z"),
        (134167968009999999, "2026-03-01T00:00:00Z"),
        (-1, "1601-01-01T00:00:00Z"),
        (-NEVER, "1601-01-01T00:00:00Z"),
        (2650467743999999999, "9999-12-31T23:59:59Z"),
        (2650467744000000000, ""),
        (NEVER, ""),
        (NEVER - 1, ""),
        (10**40, ""),
    ],
)
def test_filetimes_are_told_up_to_their_edges(ticks: int | None, moment: str) -> None:
    assert rfc3339(filetime(ticks)) == moment


@pytest.mark.parametrize(
    ("days", "moment"),
    [
        (None, ""),
        (-1, ""),
        (0, ""),
        (1, "1970-01-02T00:00:00Z"),
        (20513, "2026-03-01T00:00:00Z"),
        (10**12, ""),
        (99999999, ""),
    ],
)
def test_days_of_shadow_are_told(days: int | None, moment: str) -> None:
    assert rfc3339(unix_days(days)) == moment


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("20260301000000Z", "2026-03-01T00:00:00Z"),
        ("20260301000000.0Z", "2026-03-01T00:00:00Z"),
        ("20260301000000,999999Z", "2026-03-01T00:00:00Z"),
        ("202603010000Z", "2026-03-01T00:00:00Z"),
        ("2026030100Z", "2026-03-01T00:00:00Z"),
        ("2026030112.5Z", "2026-03-01T12:30:00Z"),
        ("202603011230.5Z", "2026-03-01T12:30:30Z"),
        ("20260301010000+0100", "2026-03-01T00:00:00Z"),
        ("20260228190000-05", "2026-03-01T00:00:00Z"),
        ("20260301053000.5+0530", "2026-03-01T00:00:00Z"),
        ("20161231235960Z", "2017-01-01T00:00:00Z"),
        ("19700101000000Z", "1970-01-01T00:00:00Z"),
        ("20260301000000.%sZ" % ("9" * 5000), "2026-03-01T00:00:01Z"),
    ],
)
def test_generalized_times_are_told(value: str, moment: str) -> None:
    assert rfc3339(generalized_time(value)) == moment


@pytest.mark.parametrize(
    "value",
    [
        *("", "Z", "never", "20260301", "20260301000000", "20260230000000Z", "20261301000000Z"),
        *("20260301240000Z", "20260301006000Z", "20260301000061Z", "000001010000Z"),
        *("20260301000000.Z", "20260301000000+2500", "20260301000000+01:00", " 20260301000000Z"),
        *(
            "00010101000000+0100",
            "99991231235959-0100",
            "\uff12\uff10\uff12\uff160301000000Z",
            "20260301000000Z\n",
        ),
    ],
)
def test_what_is_no_point_in_time_is_none(value: str) -> None:
    assert generalized_time(value) is None


@given(
    st.datetimes(datetime.fromisoformat("1600-01-02"), datetime.fromisoformat("9998-12-30")),
    st.integers(-23 * 60, 23 * 60),
)
def test_every_offset_leads_to_the_same_moment(moment: datetime, ahead: int) -> None:
    moment = moment.replace(tzinfo=UTC, microsecond=0)
    there = moment.astimezone(timezone(timedelta(minutes=ahead)))
    assert generalized_time(there.strftime("%4Y%m%d%H%M%S%z")) == moment


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{8,16}[.,]?[0-9]*[Z+-][0-9]*", fullmatch=True))
def test_nothing_that_a_server_says_breaks_it(value: str) -> None:
    moment = generalized_time(value)
    assert moment is None or moment.tzinfo is UTC
