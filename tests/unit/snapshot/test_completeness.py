"""What a reading may lack, to the very number, and what it may not."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from accessreview.model.columns import Table
from accessreview.model.refusal import Figures, Reason, ReasonKind
from accessreview.model.snapshot import ANNEX, TABLES, Coverage, Reading, Source, SourceKind
from accessreview.snapshot.completeness import (
    Thresholds,
    figures,
    fingerprint,
    is_covered,
    judge,
    named_groups,
)
from tests.company import TAKEN_AT, Company

SOURCE = Source("dir", SourceKind.DIRECTORY, "dir", Coverage.FULL, (), TAKEN_AT, TAKEN_AT)
ADMINS = frozenset({"corp\\admins"})
USUAL = Thresholds()


def a_reading(
    accounts: int = 100,
    groups: int = 20,
    members: int = 5,
    outside: Iterable[str] = (),
    named: int | None = None,
) -> Reading:
    """So many of each; the direct members are of group 0, which permissions name."""
    standings = list(outside)
    rows: dict[str, list[tuple[str, ...]]] = {
        "accounts": [
            ("dir", f"a{n}", f"u{n}", f"U {n}", "", "human", "true", "") for n in range(accounts)
        ],
        "groups": [("dir", f"g{n}", "Admins" if n == 0 else f"Group {n}") for n in range(groups)],
        "principal_names": [("dir", "g0", "CORP\\Admins"), ("dir", "a0", "CORP\\u0")],
        "members": [("dir", "g0", "dir", f"a{n}") for n in range(members)],
        "outsiders": [
            ("dir", "g1", f"CN={n}", standing, "") for n, standing in enumerate(standings)
        ],
        "counts": [] if named is None else [("dir", "named-members", str(named))],
    }
    schemas = {**TABLES, **ANNEX}
    return Reading(SOURCE, {name: Table.of(schemas[name], some) for name, some in rows.items()})


def told(
    reading: Reading, last: Reading | None = None, thresholds: Thresholds = USUAL
) -> list[str]:
    return [reason.sentence for reason in judge(reading, last, ADMINS, thresholds)]


def kinds(reading: Reading, last: Reading | None = None) -> set[ReasonKind]:
    return {reason.kind for reason in judge(reading, last, ADMINS, USUAL)}


def test_a_reading_like_the_last_one_is_believed() -> None:
    assert told(a_reading(), a_reading()) == []
    assert told(a_reading(accounts=300, groups=90), a_reading()) == []


@pytest.mark.parametrize(
    ("before", "now", "falls"),
    [
        (100, 90, False),
        (100, 89, True),
        (50, 40, False),  # by ten, whatever part that is
        (50, 39, True),
        (1000, 900, False),
        (1000, 899, True),
        (12, 2, False),
        (8, 1, False),
    ],
)
def test_more_than_ten_and_a_tenth_is_too_much(before: int, now: int, *, falls: bool) -> None:
    many = a_reading(accounts=before, groups=before, members=0)
    few = a_reading(accounts=now, groups=now, members=0)
    fell = {ReasonKind.ACCOUNTS_FELL, ReasonKind.GROUPS_FELL}
    assert kinds(few, many) == (fell if falls else set())


def test_the_sentence_says_from_what_to_what_and_what_is_allowed() -> None:
    assert told(a_reading(accounts=40), a_reading()) == [
        "Accounts fell from 100 to 40, by more than 10."
    ]
    assert told(a_reading(accounts=899), a_reading(accounts=1000)) == [
        "Accounts fell from 1000 to 899, by more than 100."
    ]


def test_few_that_become_none_are_too_much_however_few() -> None:
    assert told(a_reading(accounts=0, members=0), a_reading(accounts=1, members=0)) == [
        "Accounts fell from 1 to 0."
    ]
    assert told(a_reading(accounts=0, members=0), a_reading(accounts=0, members=0)) == []


def test_thresholds_are_as_set() -> None:
    strict, generous = Thresholds(drop_percent=0, drop_least=0), Thresholds(drop_percent=60.5)
    assert told(a_reading(accounts=99), a_reading(), strict) == [
        "Accounts fell from 100 to 99, by more than 0."
    ]
    assert told(a_reading(accounts=40), a_reading(), generous) == []
    assert told(a_reading(accounts=39), a_reading(), generous) != []


def test_a_first_reading_is_only_refused_when_there_is_nothing_in_it() -> None:
    assert told(a_reading(accounts=1, groups=0, members=0)) == []
    assert told(a_reading(accounts=0, groups=0, members=0)) == [
        "Neither an account nor a group was found."
    ]


def test_a_group_that_bears_permissions_does_not_vanish() -> None:
    (reason,) = judge(without_admins(a_reading()), a_reading(), ADMINS, USUAL)
    assert (reason.kind, reason.subject) == (ReasonKind.GROUP_MISSING, "g0")
    assert reason.sentence == (
        "The group “Admins”, which a permission names, is no longer there (its id was g0)."
    )


def test_a_group_that_no_permission_names_may_vanish() -> None:
    assert judge(without_admins(a_reading()), a_reading(), frozenset(), USUAL) == ()
    assert judge(without_admins(a_reading()), a_reading(), frozenset({"corp\\u0"}), USUAL) == ()


def test_another_group_of_the_same_name_is_not_the_one_that_was_there() -> None:
    now = a_reading(members=0)
    renumbered = [("dir", "new" if row[1] == "g0" else row[1], row[2]) for row in rows(now)]
    reading = Reading(SOURCE, {**now.tables, "groups": Table.of(TABLES["groups"], renumbered)})
    assert kinds(reading, a_reading(members=0)) == {ReasonKind.GROUP_MISSING}


@pytest.mark.parametrize(
    ("before", "now", "empties"), [(5, 0, True), (5, 1, False), (4, 0, False), (0, 0, False)]
)
def test_a_group_that_bears_permissions_does_not_lose_all_of_five(
    before: int, now: int, *, empties: bool
) -> None:
    found = told(a_reading(members=now), a_reading(members=before))
    sentence = "The group “Admins”, which a permission names, fell from 5 direct members to none."
    assert found == ([sentence] if empties else [])


def test_canaries_are_found_by_login_or_principal_name_in_whatever_case() -> None:
    canaries = Thresholds(
        canary_accounts=("U7", "corp\\U0"), canary_groups=("admins", "CORP\\ADMINS")
    )
    assert told(a_reading(), None, canaries) == []


def test_a_canary_that_is_missing_is_named_in_the_first_reading_too() -> None:
    canaries = Thresholds(
        canary_accounts=("u100", "CORP\\Admins"), canary_groups=("Group 20", "CORP\\u0")
    )
    assert told(a_reading(), None, canaries) == [
        "The account “u100”, which must always be found, was not.",
        "The account “CORP\\Admins”, which must always be found, was not.",
        "The group “Group 20”, which must always be found, was not.",
        "The group “CORP\\u0”, which must always be found, was not.",
    ]


@pytest.mark.parametrize("standing", ["dangling", "hidden", "elsewhere", "foreign"])
def test_too_many_members_that_lead_nowhere_are_too_many_at_once(standing: str) -> None:
    assert told(a_reading(outside=[standing] * 15, named=300)) == []
    assert told(a_reading(outside=[standing] * 16, named=300)) == [
        "16 of 300 members lead nowhere, more than the 5 % that are allowed."
    ]


@pytest.mark.parametrize("standing", ["everybody", "other"])
def test_members_that_are_no_accounts_lead_somewhere(standing: str) -> None:
    assert told(a_reading(outside=[standing] * 99, named=100)) == []


def test_as_few_as_the_least_drop_may_always_lead_nowhere() -> None:
    assert told(a_reading(outside=["hidden"] * 10, named=20)) == []
    assert told(a_reading(outside=["hidden"] * 11, named=20)) != []


def test_what_led_nowhere_before_may_rise_by_as_much_again() -> None:
    before = a_reading(outside=["foreign"] * 30, named=300)
    assert told(a_reading(outside=["foreign"] * 45, named=300), before) == []
    (reason,) = judge(a_reading(outside=["foreign"] * 46, named=300), before, ADMINS, USUAL)
    assert reason.sentence.endswith("more than the 15 % that are allowed.")
    assert (reason.before, reason.now) == (1000, 1534)


def test_a_source_that_counts_nothing_is_counted() -> None:
    assert figures(a_reading(outside=["hidden", "other"]).tables, "dir") == Figures(
        accounts=100, groups=20, memberships=5, named=7, unresolved=1
    )
    assert figures(a_reading().tables, "elsewhere") == Figures(0, 0, 0, 0, 0)


def test_figures_of_a_snapshot_are_those_of_its_readings() -> None:
    company = Company()
    snapshot = company.snapshot()
    tables = {**snapshot.tables, **snapshot.annex}
    assert figures(tables, "dir") == figures(company.reading("dir").tables, "dir")
    assert figures(tables, "vc").accounts == 0


def test_only_groups_that_permissions_name_are_named() -> None:
    permissions = Company().reading("vc").tables["permissions"]
    assert named_groups([permissions]) == {
        "corp\\vm admins",
        "corp\\host admins",
        "corp\\readers",
    }


def test_readings_with_the_same_rows_have_the_same_fingerprint() -> None:
    reading = a_reading()
    turned = Table.of(TABLES["groups"], list(rows(reading))[::-1])
    same = Reading(replace(SOURCE, gaps=("x",)), {**reading.tables, "groups": turned})
    assert fingerprint(same) == fingerprint(reading)
    assert fingerprint(a_reading(accounts=99)) != fingerprint(reading)


A = Reason(ReasonKind.ACCOUNTS_FELL, "", 100, 40, "")
MISSING = Reason(ReasonKind.GROUP_MISSING, "g0", 5, 0, "")
NOWHERE = Reason(ReasonKind.UNRESOLVED, "", 0, 900, "")


@pytest.mark.parametrize(
    ("reasons", "covers"),
    [
        ((A,), True),
        ((replace(A, now=41, sentence="x"),), True),
        ((replace(A, now=39),), False),
        ((A, MISSING), True),
        ((MISSING,), True),
        ((replace(MISSING, subject="g1"),), False),
        ((A, replace(MISSING, kind=ReasonKind.GROUP_EMPTIED)), False),
        ((replace(A, kind=ReasonKind.GROUPS_FELL, now=99),), False),
        ((replace(NOWHERE, now=900),), True),
        ((replace(NOWHERE, now=901),), False),
        ((Reason(ReasonKind.CANARY_ACCOUNT, "canary", 1, 0, ""),), False),
    ],
)
def test_an_acceptance_covers_what_it_named_and_nothing_worse(
    reasons: tuple[Reason, ...], *, covers: bool
) -> None:
    assert is_covered(reasons, (A, MISSING, NOWHERE)) is covers


def rows(reading: Reading) -> Iterable[tuple[str, ...]]:
    return reading.tables["groups"].rows()


def without_admins(reading: Reading) -> Reading:
    kept = [row for row in rows(reading) if row[1] != "g0"]
    return Reading(
        SOURCE,
        {
            **reading.tables,
            "groups": Table.of(TABLES["groups"], kept),
            "members": Table.of(TABLES["members"], ()),
        },
    )
