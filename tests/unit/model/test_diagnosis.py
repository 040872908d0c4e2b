"""Steps are taken until one fails on which the others depend."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.model.diagnosis import Step, Told, Verdict, clock_difference, failed, in_turn, ok
from accessreview.model.errors import CollectionError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fails() -> Iterator[Told]:
    yield failed("It is broken: mend it.")


def raises() -> Iterator[Told]:
    yield ok("So far.")
    raise CollectionError("It broke.")


def works() -> Iterator[Told]:
    yield ok("It works.")


def verdicts(*steps: Step) -> list[tuple[str, Verdict]]:
    return [(check.step, check.verdict) for check in in_turn(steps)]


@pytest.mark.parametrize("look", [fails, raises])
def test_what_depends_on_a_step_that_failed_is_not_tried(
    look: Callable[[], Iterator[Told]],
) -> None:
    found = verdicts(Step("one", works), Step("two", look), Step("three", works))
    assert found[0] == ("one", Verdict.OK)
    assert found[-2:] == [("two", Verdict.FAILED), ("three", Verdict.SKIPPED)]


def test_after_a_step_on_which_nothing_depends_the_next_is_taken() -> None:
    assert verdicts(Step("one", fails, needed=False), Step("two", works)) == [
        ("one", Verdict.FAILED),
        ("two", Verdict.OK),
    ]


@pytest.mark.parametrize(
    ("seconds", "verdict", "words"),
    [
        (300, Verdict.OK, "The clocks differ by 300 s."),
        (301, Verdict.WARNING, "The server's clock is 301 s ahead of this machine's"),
        (-301, Verdict.WARNING, "The server's clock is 301 s behind this machine's"),
    ],
)
def test_clocks_may_differ_as_far_as_kerberos_bears(
    seconds: int, verdict: Verdict, words: str
) -> None:
    found = clock_difference(NOON + timedelta(seconds=seconds), NOON)
    assert found[0] is verdict
    assert found[1].startswith(words)


def test_a_server_without_a_clock_is_not_blamed() -> None:
    assert clock_difference(None, NOON)[0] is Verdict.SKIPPED
