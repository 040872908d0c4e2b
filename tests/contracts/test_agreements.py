"""Agreements with vCenters: kept whole, for ever, and never without a record."""

import zlib
from dataclasses import replace

import pytest

from accessreview.model.agreement import Agreement, Asking
from accessreview.model.errors import IntegrityError
from accessreview.storage.database import SqlDatabase
from tests.contracts.samples import HARD, an_agreement, record, with_campaign
from tests.contracts.test_snapshots import run_outside


def kept(database: SqlDatabase, *agreements: Agreement) -> list[Agreement]:
    with database.writing() as work:
        added = [work.agreements.add(each) for each in agreements]
        record(work)
    return added


def test_agreements_come_back_whole_and_numbered_in_their_order(database: SqlDatabase) -> None:
    one = an_agreement(with_campaign(database))
    other = replace(one, source="vc2", asking=Asking.UNTRUSTWORTHY, reason=HARD, sets=(), pairs=())

    first, second, third = kept(database, one, other, replace(one, seed=HARD))

    assert (first, second.number) == (replace(one, number=1), 2)
    with database.reading() as work:
        assert work.agreements.of_snapshot(one.snapshot) == [first, second, third]
        assert work.agreements.of_snapshot("0" * 64) == []
        assert work.agreements.latest("vc1") == third
        assert work.agreements.latest("vc2") == second
        assert work.agreements.latest("vc3") is None


def test_no_agreement_is_kept_without_a_record(database: SqlDatabase) -> None:
    snapshot = with_campaign(database)

    with pytest.raises(IntegrityError, match="agreements"), database.writing() as work:
        work.agreements.add(an_agreement(snapshot))

    with database.reading() as work:
        assert work.agreements.latest("vc1") is None


@pytest.mark.parametrize("damage", [b"no zlib", zlib.compress(b"\xff"), zlib.compress(b"{}")])
def test_an_agreement_that_was_damaged_is_said_to_be(
    database: SqlDatabase, address: str, damage: bytes
) -> None:
    kept(database, an_agreement(with_campaign(database)))
    bytes_ = f"X'{damage.hex()}'" if address.startswith("sqlite") else f"'\\x{damage.hex()}'"
    run_outside(address, f"UPDATE agreements SET body = {bytes_}")  # noqa: S608 - a test's own

    with (
        pytest.raises(IntegrityError, match=r"agreement 1 cannot|Agreement cannot be read"),
        database.reading() as work,
    ):
        work.agreements.latest("vc1")
