"""Points in time as directories write them, to UTC; whatever is no point in time is None."""

import re
from datetime import UTC, datetime, timedelta

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC) - _FILETIME_EPOCH
_LAST_TICKS = _LAST_MOMENT // timedelta(microseconds=1) * 10 + 9
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GENERALIZED = re.compile(
    r"(\d{8})([01]\d|2[0-3])(?:([0-5]\d)([0-5]\d|60)?)?(?:[.,](\d+))?"
    r"(?:Z|([+-])([01]\d|2[0-3])([0-5]\d)?)",
    re.ASCII,
)


def filetime(ticks: int | None) -> datetime | None:
    """From 100 nanoseconds since 1601, as Active Directory counts.

    0 is no time, and neither is what lies beyond the year 9999: both are its ways to say never.
    What is negative is long ago.
    """
    if not ticks or ticks > _LAST_TICKS:
        return None
    return _FILETIME_EPOCH + timedelta(microseconds=max(ticks, 0) // 10)


def unix_days(days: int | None) -> datetime | None:
    """From days since 1970, as ``shadow(5)`` counts; 0 and less are no time there."""
    if days is None or days <= 0:
        return None
    try:
        return _UNIX_EPOCH + timedelta(days=days)
    except OverflowError:
        return None


def generalized_time(value: str) -> datetime | None:
    """From generalized time (RFC 4517): with or without minutes, seconds, fraction and offset."""
    if not value or not (match := _GENERALIZED.fullmatch(value)):
        return None
    date, hour, minute, second, fraction, sign, hours, minutes = match.groups(default="")
    unit = 1 if second else 60 if minute else 3600
    within = timedelta(
        hours=int(hour),
        minutes=int(minute or 0),
        seconds=int(second or 0) + int(float(f"0.{fraction or 0}") * unit),
    )
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        day = datetime(int(date[:4]), int(date[4:6]), int(date[6:]), tzinfo=UTC)
        return day + within + (ahead if sign == "-" else -ahead)
    except (ValueError, OverflowError):
        return None


def rfc3339(moment: datetime | None) -> str:
    """To the second, in UTC; empty for None."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
