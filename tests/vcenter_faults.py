"""What a fault of a vCenter may do to a reading, and what it may never do.

A fault is a row: what happens, at which moment, and what has to come of it. It is carried out
through the collector, composing and the comparison with the last good reading, and judged by what
the vCenter truly holds.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from typing_extensions import override

from accessreview.bundles.reader import read_bundle
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.snapshot import Coverage, Reading, Snapshot
from accessreview.snapshot.completeness import Thresholds
from accessreview.snapshot.shrinking import judge_inventory
from accessreview.vsphere.settings import VCenterSettings
from tests.faults import FALSE_COMPLETE, Came, Outcome, Result, Times, came, wrong_with
from tests.servers.certificates import Authority, Issued, issue
from tests.servers.lab_vcenter import Lab
from tests.servers.vcsim import reached

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ESTATE = Path(__file__).parent / "data/vectors/random/case-1"
SOURCE = "vc-000"
PAGE = 10
"""Entities on a page: the inventory comes on six of them."""


HASTE: Times = {"timeout_seconds": 1, "deadline_seconds": 2}
"""For rows where nothing comes: all others have time enough, however busy the machine is."""
IN_VAIN = "no answer came in time (1 s for each wait, 2 s for all)"

_LATE = 3
"""By how many seconds a run may end after its deadline, with all that it takes to leave."""
_LEAVING = 5
_TABLES = ("entities", "placements", "roles", "role_privileges", "permissions")


Held = frozenset[tuple[str, ...]]
"""Every row of a reading, each after the name of its table."""


def held(reading: Reading) -> Held:
    return frozenset((name, *row) for name in _TABLES for row in reading.tables[name].rows())


@dataclass(frozen=True, slots=True)
class Ground:
    """A lab that each row finds as it was, and what was read there before."""

    lab: Lab
    authority: Authority
    folder: Path
    relay: Issued
    estate: Snapshot
    last: Reading

    @classmethod
    def of(cls, lab: Lab, authority: Authority, folder: Path) -> "Ground":
        estate = read_bundle(ESTATE)
        renewed(lab, estate)
        last = VCenterSource(reaching(lab)).collect(lambda: NOW)
        assert last.source.coverage is Coverage.FULL, last.source.gaps
        return cls(lab, authority, folder, issue(authority, folder, name="relay"), estate, last)

    def holds_the_seed(self) -> bool:
        """Whether what was read is what the lab was filled with."""
        seeded = {
            (name, *row)
            for name in _TABLES
            for row in self.estate[name].rows()
            if row[0] == SOURCE and (name != "permissions" or row[1])
        }
        return held(self.last) == seeded

    def known(self) -> tuple[tuple[str, str], ...]:
        """Types and ids of what was there before."""
        return tuple((row[2], row[1]) for row in self.last.tables["entities"].rows())

    def some(self, type_: str, number: int = 0) -> str:
        """The id of an entity of that type."""
        return [id_ for kind, id_ in self.known() if kind == type_][number]


def renewed(lab: Lab, estate: Snapshot) -> None:
    lab.load(estate, source=SOURCE, options={"page_size": PAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a row collects from while its fault lasts.

    ``after`` is what the vCenter holds when it is over: a complete reading has at least what it
    held before and after, and at most what it held before or after. ``complaint`` tells what else
    went wrong, if anything.
    """

    settings: VCenterSettings
    after: Callable[[], Held] | None = None
    complaint: Callable[[], str] = str


Stage = Callable[[Ground], AbstractContextManager[Scene]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row, or as many as it has stages; ``words`` have to be said about it."""

    what: str
    moment: str
    outcome: Outcome
    words: str
    stages: tuple[Stage, ...] = field(repr=False)

    @property
    def id(self) -> str:
        return f"{self.what}, {self.moment}"

    @property
    def waits(self) -> bool:
        return self.words == IN_VAIN


def reaching(lab: Lab, **changes: object) -> VCenterSettings:
    """Settings for the account that usually reads."""
    return reached(lab, **{"id": SOURCE, "deadline_seconds": 40, **changes})


def carried_out(fault: Fault, ground: Ground, stages: Sequence[Stage] = ()) -> Result[Fault]:
    """All stages of a row, or these, one after the other; of the outcomes the first wrong one."""
    results = [_carry_out(fault, ground, stage) for stage in stages or fault.stages]
    worst = next((one for one in results if one.wrong), results[0])
    return replace(worst, seconds=max(one.seconds for one in results), runs=len(results))


def _carry_out(fault: Fault, ground: Ground, stage: Stage) -> Result[Fault]:
    renewed(ground.lab, ground.estate)
    password = ground.lab.password
    with stage(ground) as staged, _listening() as logged:
        settings = staged.settings
        source = VCenterSource(settings, before=ground.known)
        found = came(
            lambda: source.collect(lambda: NOW),
            lambda: NOW,
            lambda reading: judge_inventory(reading, ground.last, Thresholds()),
            Outcome.DOUBTED,
        )
        allowed = settings.deadline_seconds + _LEAVING + _LATE
        wrong = [*wrong_with(found, fault, settings.label, [password], allowed)]
        wrong += _untrue(ground, staged, found)
        if password in "".join(logged):
            wrong.append("a password is logged")
        if complaint := staged.complaint():
            wrong.append(complaint)
    return Result(fault, found.outcome, found.seconds, found.said, tuple(wrong))


def _untrue(ground: Ground, staged: Scene, found: Came) -> Iterator[str]:
    if found.outcome is not Outcome.COMPLETE or found.reading is None:
        return
    before, now = held(ground.last), held(found.reading)
    after = staged.after() if staged.after else before
    if lacking := (before & after) - now:
        yield f"{FALSE_COMPLETE}: {len(lacking)} rows are lacking, such as {min(lacking)}"
    if invented := now - before - after:
        yield f"{len(invented)} rows are invented, such as {min(invented)}"


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Everything that anybody logs meanwhile, at whatever level."""
    found: list[str] = []

    class Keeping(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    keeping, root = Keeping(), logging.getLogger()
    level = root.level
    root.addHandler(keeping)
    root.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        root.setLevel(level)
        root.removeHandler(keeping)
