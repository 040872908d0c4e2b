"""What may come of a reading that a fault befalls, of a vCenter or of a directory.

Whatever a row expects: a reading that counts as complete and lacks what is there is a false
complete.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypedDict, TypeVar

from accessreview.model.errors import AccessReviewError
from accessreview.model.refusal import Reason
from accessreview.model.snapshot import Coverage, Reading
from accessreview.snapshot.compose import compose

FALSE_COMPLETE = "FALSE COMPLETE"


class Times(TypedDict, total=False):
    timeout_seconds: float
    deadline_seconds: float


class Outcome(StrEnum):
    """What becomes of a reading, the best last.

    Of ``KEPT_OUT`` and ``DOUBTED`` the server said that it was all, and beside the last good
    reading it is not believed: that of a directory is not taken, that of a vCenter is, as partial.
    """

    NOTHING = "refused"
    PARTIAL = "partial"
    KEPT_OUT = "kept out"
    DOUBTED = "doubted"
    COMPLETE = "complete"


class Expected(Protocol):
    """What every row says; ``words`` have to be said about it."""

    @property
    def id(self) -> str: ...

    @property
    def outcome(self) -> Outcome: ...

    @property
    def words(self) -> str: ...


Fault = TypeVar("Fault", bound=Expected)


@dataclass(frozen=True, slots=True)
class Result(Generic[Fault]):
    """What came of a row, how long it took at most, what was said, and what is wrong with it.

    ``runs`` are as many faults as it stands for.
    """

    fault: Fault
    outcome: Outcome
    seconds: float
    said: str
    wrong: tuple[str, ...]
    runs: int = 1


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one collection: of one that was refused no reading."""

    outcome: Outcome
    said: str
    reading: Reading | None
    seconds: float


def came(
    read: Callable[[], Reading],
    now: Callable[[], datetime],
    judged: Callable[[Reading], Sequence[Reason]],
    unbelieved: Outcome,
) -> Came:
    """As a collection does: read, put together, compare with the last good reading."""
    started = time.monotonic()
    try:
        reading = read()
        compose(now(), [reading])
    except AccessReviewError as error:
        return Came(Outcome.NOTHING, str(error), None, time.monotonic() - started)
    outcome, said = Outcome.COMPLETE, "\n".join(reading.source.gaps)
    if reading.source.coverage is Coverage.PARTIAL:
        outcome = Outcome.PARTIAL
    elif reasons := judged(reading):
        outcome, said = unbelieved, "\n".join(reason.sentence for reason in reasons)
    return Came(outcome, said, reading, time.monotonic() - started)


def wrong_with(
    found: Came, fault: Expected, label: str, secrets: Iterable[str], allowed: float
) -> Iterator[str]:
    """What is wrong, whatever was read; ``allowed`` are seconds."""
    if found.outcome is not fault.outcome:
        yield f"it is {found.outcome}, not {fault.outcome}"
    if fault.words not in found.said:
        yield f"“{fault.words}” is not said"
    if any(secret in found.said for secret in secrets):
        yield "a password is said"
    if found.outcome is Outcome.NOTHING and label not in found.said:
        yield f"{label} is not named"
    if found.said and not all(line.endswith((".", ")")) for line in found.said.splitlines()):
        yield "something is said that is no sentence"
    if found.seconds > allowed:
        yield f"it took {found.seconds:.1f} s, more than {allowed:g}"
