"""What was seen of a vCenter's use, with the windows it was watched in, as part of its reading."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from accessreview.model.canonical import plain
from accessreview.model.columns import Table
from accessreview.model.event import SeenUse, Stream, Watch
from accessreview.model.snapshot import ANNEX, Reading, Use

_SHOWS: Mapping[Stream, Use] = MappingProxyType(
    {
        Stream.AUTHORIZATION: Use.LOGIN,
        Stream.ACTION: Use.ACTION,
        Stream.SESSION: Use.SESSION,
        Stream.PRIVILEGE_CHECK: Use.PRIVILEGE_CHECK,
    }
)
_NAMES: Mapping[Stream, str] = MappingProxyType(
    {
        Stream.AUTHORIZATION: "Events of permissions and logins",
        Stream.ACTION: "Other events",
        Stream.SESSION: "Sessions",
        Stream.PRIVILEGE_CHECK: "Checks of privileges",
    }
)
_ONLY_STANDING = "Sessions that began and ended between two looks were not seen."


def with_uses(reading: Reading, uses: Iterable[SeenUse], watches: Iterable[Watch]) -> Reading:
    """Add both to a reading; what is missing is told among its gaps and lowers no coverage."""
    source, watched = reading.source, tuple(watches)
    gaps = (gap for one in watched for gap in gaps_of(one))
    tables = {
        "uses": (_use_row(one) for one in uses),
        "windows": (row for one in watched for row in _window_row(one)),
    }
    return Reading(
        replace(source, gaps=(*source.gaps, *gaps)),
        {
            **reading.tables,
            **{name: Table.of(ANNEX[name], rows) for name, rows in tables.items()},
        },
    )


def gaps_of(watch: Watch) -> Iterator[str]:
    """What may be missing of a stream, in sentences that name it."""
    for sentence in watch.sentences:
        yield f"{_NAMES[watch.stream]}: {sentence}"


def _use_row(one: SeenUse) -> tuple[str, ...]:
    first, last = str(plain(one.first)), str(plain(one.last))
    return one.source, one.principal, one.use.value, one.detail, first, last, str(one.count)


def _window_row(watch: Watch) -> Iterator[tuple[str, ...]]:
    if watch.since and watch.until:
        always = (_ONLY_STANDING,) if watch.stream is Stream.SESSION else ()
        yield (
            watch.source,
            _SHOWS[watch.stream].value,
            str(plain(watch.since)),
            str(plain(watch.until)),
            " ".join((*always, *watch.sentences)),
        )
