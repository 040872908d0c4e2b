"""What is read of a vCenter beside its roles, permissions and inventory, part by part.

A part is a function of its own module; ``source`` calls one after the other in the same session,
after the inventory. One that fails is said among the gaps of the source, and takes nothing else
with it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.model.diagnosis import without_label
from accessreview.model.errors import AccessReviewError
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.session import Session

PartRows = Mapping[str, Iterable[tuple[str, ...]]]
"""Rows by the name of their table (``TABLES`` and ``ANNEX``), each without its source."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a part is given: the open session and what was read in it before.

    ``gaps`` are told with the source and lower no coverage. ``doubts`` make the reading partial:
    they are for whatever may hide a permission, a role or an entity.
    """

    session: Session
    raw: RawVCenter
    now: Callable[[], datetime]
    gaps: Gaps = field(default_factory=Gaps)
    doubts: Gaps = field(default_factory=Gaps)


@dataclass(frozen=True, slots=True)
class Part:
    """``name`` begins the sentences of its gaps, such as ``Hosts``.

    ``hides`` says that without it a permission may be unseen: then its failure is a doubt.
    """

    name: str
    read: Callable[[Visit], PartRows]
    hides: bool = False


@dataclass(frozen=True, slots=True)
class PartsRead:
    tables: Mapping[str, tuple[tuple[str, ...], ...]]
    gaps: tuple[str, ...]
    doubts: tuple[str, ...]


def read_parts(
    parts: Iterable[Part], session: Session, raw: RawVCenter, now: Callable[[], datetime]
) -> PartsRead:
    """Call every part; none of them can make the others or the reading fail."""
    tables: list[PartRows] = []
    gaps: list[str] = []
    doubts: list[str] = []
    for part in parts:
        visit = Visit(session, raw, now)
        failure = ""
        try:
            with session.step("reading them"):
                found = {name: tuple(rows) for name, rows in part.read(visit).items()}
        except AccessReviewError as error:
            failure = without_label(str(error), session.settings.label)
        else:
            tables.append(found)
        failed = (failure,) if failure else ()
        gaps += _said(part, (*visit.gaps.sentences(), *(() if part.hides else failed)))
        doubts += _said(part, (*visit.doubts.sentences(), *(failed if part.hides else ())))
    return PartsRead(together(*tables), tuple(gaps), tuple(doubts))


def together(*parts: PartRows) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The rows of all of them, by table."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    for part in parts:
        for name, some in part.items():
            rows.setdefault(name, []).extend(some)
    return {name: tuple(some) for name, some in rows.items()}


def _said(part: Part, sentences: Iterable[str]) -> Iterable[str]:
    return (f"{part.name}: {sentence}" for sentence in sentences)
