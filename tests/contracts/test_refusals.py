"""Readings that were kept out, and their acceptances."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.refusal import Acceptance, Figures, Reason, ReasonKind, RefusedReading
from accessreview.storage.database import SqlDatabase
from tests.contracts.samples import HARD, record
from tests.fakes import START

REFUSED = RefusedReading(
    source="corp",
    at=START,
    reasons=(
        Reason(ReasonKind.ACCOUNTS_FELL, "", 100, 40, "Accounts fell from 100 to 40."),
        Reason(ReasonKind.GROUP_MISSING, HARD, 7, 0, HARD),
    ),
    figures=Figures(accounts=40, groups=3, memberships=2**40, named=50, unresolved=0),
    before=Figures(accounts=100, groups=3, memberships=90, named=90, unresolved=1),
    fingerprint="f" * 64,
)
ACCEPTANCE = Acceptance(HARD, "root", "They left.", START, START + timedelta(days=7))


def kept(database: SqlDatabase, *refused: RefusedReading) -> list[RefusedReading]:
    with database.writing() as work:
        added = [work.refusals.add(each) for each in refused]
        record(work)
    return added


def test_refused_readings_come_back_whole_numbered_and_newest_first(database: SqlDatabase) -> None:
    first, second = kept(database, REFUSED, replace(REFUSED, source="lab", before=None))

    assert (first, second.number) == (replace(REFUSED, number=1), 2)
    with database.reading() as work:
        assert work.refusals.list() == [second, first]
        assert work.refusals.list(limit=1) == [second]
        assert work.refusals.open("corp") == [first]
        assert work.refusals.open("nowhere") == []


def test_an_acceptance_is_kept_with_the_reading(database: SqlDatabase) -> None:
    (first,) = kept(database, REFUSED)
    accepted = replace(first, acceptance=ACCEPTANCE)

    with database.writing() as work:
        work.refusals.save(accepted)
        record(work)

    with database.reading() as work:
        assert work.refusals.open("corp") == [accepted]
        assert work.refusals.last_taken("corp") is None


def test_what_ended_is_open_no_more_and_the_last_one_taken_is_found(database: SqlDatabase) -> None:
    first, second, third, _ = kept(
        database, REFUSED, REFUSED, REFUSED, replace(REFUSED, source="lab")
    )
    ended_at = START + timedelta(days=1)
    taken = replace(second, acceptance=ACCEPTANCE, ended_at=ended_at, taken_in="d" * 64)

    with database.writing() as work:
        for each in (replace(first, ended_at=ended_at, taken_in="c" * 64), taken):
            work.refusals.save(each)
        work.refusals.save(replace(third, ended_at=ended_at))
        record(work)

    with database.reading() as work:
        assert work.refusals.open("corp") == []
        assert work.refusals.last_taken("corp") == taken
        assert work.refusals.last_taken("lab") is None


def test_what_was_never_kept_cannot_be_saved(database: SqlDatabase) -> None:
    with pytest.raises(NotFoundError, match="refused_readings"), database.writing() as work:
        work.refusals.save(replace(REFUSED, number=9))


def test_no_reading_is_kept_out_without_a_record(database: SqlDatabase) -> None:
    with pytest.raises(IntegrityError, match="refused_readings"), database.writing() as work:
        work.refusals.add(REFUSED)

    with database.reading() as work:
        assert work.refusals.list() == []
