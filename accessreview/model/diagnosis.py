"""What an examination of a source finds: one step after another, until one fails."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accessreview.model.errors import AccessReviewError

_APART_SECONDS = 300


class Verdict(StrEnum):
    """``SKIPPED`` is what was not tried, because it could not have told anything."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


Told = tuple[Verdict, str]


def ok(sentence: str) -> Told:
    return Verdict.OK, sentence


def warning(sentence: str) -> Told:
    return Verdict.WARNING, sentence


def failed(sentence: str) -> Told:
    return Verdict.FAILED, sentence


def skipped(sentence: str) -> Told:
    return Verdict.SKIPPED, sentence


@dataclass(frozen=True, slots=True)
class Check:
    """What one step found, in a sentence; where something is wrong, with the remedy."""

    step: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something to look at; when one that is ``needed`` fails, those after it are not tried.

    An error that ``look`` raises is a failure with its sentence.
    """

    name: str
    look: Callable[[], Iterable[Told]]
    needed: bool = True


def in_turn(steps: Iterable[Step], label: str = "") -> Iterator[Check]:
    """Take the steps one after another, each when it is asked for.

    ``label`` is the name of the server where all of them look, and left out of their sentences.
    """
    stopped = ""
    for step in steps:
        if stopped:
            yield Check(step.name, Verdict.SKIPPED, f"Not tried, because “{stopped}” failed.")
            continue
        for verdict, sentence in _looked(step):
            yield Check(step.name, verdict, without_label(sentence, label))
            if verdict is Verdict.FAILED and step.needed:
                stopped = step.name


def capitalised(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def without_label(sentence: str, label: str) -> str:
    """The sentence of an error without the server's name, known to whoever reads a step of it."""
    rest = sentence.removeprefix(f"{label}: ")
    return rest if rest == sentence else capitalised(rest)


def clock_difference(there: datetime | None, here: datetime) -> Told:
    """How far a server's clock is from ours; more than what Kerberos bears is a warning."""
    if there is None:
        return skipped("The server does not tell what time it is.")
    seconds = round((there - here).total_seconds())
    if abs(seconds) <= _APART_SECONDS:
        return ok(f"The clocks differ by {abs(seconds)} s.")
    which = "ahead of" if seconds > 0 else "behind"
    return warning(
        f"The server's clock is {abs(seconds)} s {which} this machine's: set the wrong one right,"
        " or what is expired or locked is judged wrongly."
    )


def _looked(step: Step) -> Iterator[Told]:
    try:
        yield from step.look()
    except AccessReviewError as error:
        yield failed(str(error))
