"""Collections of a lab vCenter, one after the other, into a database."""

from functools import partial

import pytest

from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.snapshot import Coverage, Snapshot, Source, SourceKind
from accessreview.services.acceptance import Acceptances
from accessreview.services.collection import Collection
from accessreview.services.last_seen import last_entities
from accessreview.storage.database import SqlDatabase
from tests.fakes import FixedClock
from tests.integration.vcenter.conftest import ESTATE
from tests.servers.lab_vcenter import Lab
from tests.unit.services.conftest import ADMINISTRATOR, collected
from tests.vcenter_faults import SOURCE, reaching

pytestmark = pytest.mark.integration


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def collection(lab: Lab, database: SqlDatabase, clock: FixedClock) -> Collection:
    lab.load(ESTATE)
    source = VCenterSource(reaching(lab), before=partial(last_entities, database, SOURCE))
    return Collection(
        database=database, sources=(source,), kinds={SOURCE: SourceKind.VCENTER}, clock=clock
    )


def _source(snapshot: Snapshot) -> Source:
    (source,) = snapshot.sources
    return source


def _spots(snapshot: Snapshot) -> set[str]:
    return {row[1] for row in snapshot.annex["blind_spots"].rows()}


def test_what_is_hidden_since_the_first_collection_is_missed_by_all_later_ones(
    lab: Lab, collection: Collection, clock: FixedClock
) -> None:
    first = collected(collection, clock)
    assert _source(first).coverage is Coverage.FULL
    hidden = next(row[1] for row in first["entities"].rows() if row[2] == "VirtualMachine")
    lab.control({"do": "hide", "entity": hidden})

    for _ in range(2):  # the second is compared with the first complete one, too
        later = collected(collection, clock)
        assert _source(later).coverage is Coverage.PARTIAL
        assert _spots(later) == {hidden}

    lab.control({"do": "clear"})
    assert _source(collected(collection, clock)).coverage is Coverage.FULL


def test_a_subtree_that_was_deleted_is_accepted_once(
    lab: Lab, collection: Collection, clock: FixedClock
) -> None:
    first = collected(collection, clock)
    datacenter = next(row[1] for row in first["entities"].rows() if row[2] == "Datacenter")
    lab.control({"do": "remove", "entity": datacenter})

    doubted = collected(collection, clock)
    assert _source(doubted).coverage is Coverage.PARTIAL
    assert datacenter in _spots(doubted)
    assert _source(doubted).gaps[-1] == (
        f"If that is right, accept it once: accessreview reading accept {SOURCE} --by NAME"
        " --reason TEXT."
    )

    Acceptances(collection.database, clock).accept(
        ADMINISTRATOR, SOURCE, by="Ben Boss", reason="The plant was sold."
    )
    assert _source(collected(collection, clock)).coverage is Coverage.FULL
    assert _source(collected(collection, clock)).coverage is Coverage.FULL


def test_what_is_hidden_is_missed_even_after_its_absence_was_accepted(
    lab: Lab, collection: Collection, clock: FixedClock
) -> None:
    first = collected(collection, clock)
    datacenter = next(row[1] for row in first["entities"].rows() if row[2] == "Datacenter")
    lab.control({"do": "hide", "entity": datacenter, "below": True})
    hidden = _spots(collected(collection, clock))
    Acceptances(collection.database, clock).accept(
        ADMINISTRATOR, SOURCE, by="Ben Boss", reason="The plant was sold."
    )

    for _ in range(2):
        later = collected(collection, clock)
        assert _source(later).coverage is Coverage.PARTIAL
        assert _spots(later) == hidden

    lab.control({"do": "clear"})
    assert _source(collected(collection, clock)).coverage is Coverage.FULL
