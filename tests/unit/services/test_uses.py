"""When somebody was last seen, and what is said when that is not known."""

from datetime import UTC, datetime

import pytest

from accessreview.services.queries.conditions import Conditions
from accessreview.services.queries.uses import Seen, Uses
from tests.company import Company, Row

JANUARY, MARCH = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3))
WATCHED = ("vc", "login", "2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z", "")


def use(principal: str, last: str, kind: str = "login", source: str = "vc") -> Row:
    return (source, principal, kind, "", "2026-01-01T00:00:00Z", last, "1")


def seen(identity: str, *uses: Row, windows: tuple[Row, ...] = (WATCHED,)) -> Seen:
    company = Company()
    company.rows["uses"], company.rows["windows"] = list(uses), list(windows)
    snapshot = company.snapshot()
    return Uses(snapshot).of("vc", "Berlin", Conditions(snapshot).names_of(identity))


def test_the_last_use_by_whichever_account_and_of_whatever_kind_counts() -> None:
    assert seen(
        "amy",
        use("CORP\\amy", "2026-01-05T00:00:00Z"),
        use("CORP\\amy", "2026-02-01T00:00:00Z", "session"),
        use("corp\\AMY-ADM", "2026-03-01T00:00:00Z", "action"),
        use("CORP\\ben", "2026-03-02T00:00:00Z"),
    ) == Seen("Berlin", MARCH, JANUARY)


@pytest.mark.parametrize("spelled", ["CORP\\dan", "Dan@corp", "corp\\DAN"])
def test_both_forms_of_a_name_are_one_in_any_case(spelled: str) -> None:
    assert seen("dan", use(spelled, "2026-03-01T00:00:00Z")).last == MARCH


def test_use_of_another_vcenter_and_of_a_namesake_elsewhere_says_nothing() -> None:
    company = Company()
    company.rows["uses"] = [use("OTHER\\dan", "2026-03-01T00:00:00Z")]
    assert seen("dan", *company.rows["uses"]) == Seen("Berlin", None, JANUARY)


def test_the_window_of_logins_counts_or_else_the_longest_other() -> None:
    sessions = ("vc", "session", "2025-12-01T00:00:00Z", "2026-03-02T00:00:00Z", "Some only.")
    checks = ("vc", "privilege-check", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "")
    gap = (*WATCHED[:4], "Some may be missing.")
    assert seen("dan", windows=(sessions, gap)) == Seen(
        "Berlin", None, JANUARY, "Some may be missing."
    )
    december = datetime(2025, 12, 1, tzinfo=UTC)
    assert seen("dan", windows=(checks, sessions)) == Seen("Berlin", None, december, "Some only.")


def test_what_is_not_watched_is_not_unused() -> None:
    assert seen("dan", windows=()) == Seen("Berlin", None, None)
    assert seen("nobody known") == Seen("Berlin", None, JANUARY)
