from collections.abc import Callable
from threading import Barrier

import pytest

from accessreview.model.errors import (
    CollectionError,
    ConfigurationError,
    InputError,
    NotAllowedError,
)
from accessreview.model.snapshot import Coverage, Reading, Snapshot, Source
from accessreview.services.collection import Collection
from accessreview.services.ports import Now
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer


def stored(house: House) -> Snapshot:
    with house.database.reading() as work:
        latest = work.snapshots.latest()
        assert latest is not None
        return work.snapshots.get(latest.digest)


def source(house: House, id_: str) -> Source:
    return next(each for each in stored(house).sources if each.id == id_)


def test_all_sources_become_one_snapshot_with_its_record(house: House) -> None:
    result = house.collection.run(ADMINISTRATOR)
    assert result.digest == stored(house).digest
    assert (result.rows["permissions"], stored(house).is_complete) == (5, True)
    assert house.actions() == ["snapshot:collection:store"]
    assert house.details("snapshot:collection:store")["complete"] == "yes"


def test_sources_are_read_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2, timeout=30)

    def waiting(collect: Callable[[Now], Reading]) -> Callable[[Now], Reading]:
        return lambda now: (both.wait(), collect(now))[1]

    for each in (house.vcenter, house.directory):
        monkeypatch.setattr(each, "collect", waiting(each.collect))
    house.collection.run(ADMINISTRATOR)
    assert stored(house).is_complete


def test_a_source_that_fails_keeps_its_last_rows_and_says_of_when(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    house.clock.move(hours=1)
    house.directory.down = "corp.example:636 does not answer."
    house.company.drop("permissions", "vc", "clu")
    result = house.collection.run(ADMINISTRATOR)
    assert (result.rows["members"], result.rows["permissions"]) == (5, 4)
    directory = source(house, "dir")
    assert directory.coverage is Coverage.PARTIAL
    (gap,) = directory.gaps
    assert gap == (
        "Could not be read on 2026-03-02T10:00:00Z: corp.example:636 does not answer. "
        "These rows are of 2026-03-02T09:00:00Z."
    )
    assert source(house, "vc").coverage is Coverage.FULL
    assert house.details("snapshot:collection:store")["dir"] == "corp.example:636 does not answer."


def test_a_source_that_fails_twice_names_the_rows_that_were_read(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    house.directory.down = "It does not answer."
    for _ in range(2):
        house.clock.move(hours=1)
        house.collection.run(ADMINISTRATOR)
    (gap,) = source(house, "dir").gaps
    assert gap.startswith("Could not be read on 2026-03-02T11:00:00Z")
    assert gap.endswith("These rows are of 2026-03-02T09:00:00Z.")


def test_a_source_that_recovers_is_full_again(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    house.directory.down = "It does not answer."
    house.collection.run(ADMINISTRATOR)
    house.directory.down = ""
    house.clock.move(hours=1)
    house.collection.run(ADMINISTRATOR)
    assert stored(house).is_complete


def test_a_source_that_never_could_be_read_is_there_empty_and_partial(house: House) -> None:
    house.directory.down = "It does not answer."
    result = house.collection.run(ADMINISTRATOR)
    assert result.rows["accounts"] == 0
    assert source(house, "dir").gaps[0].endswith("It has never been read.")


def test_when_nothing_can_be_read_nothing_is_stored_but_it_is_recorded(house: House) -> None:
    house.directory.down = "The directory is down."
    house.vcenter.down = "The vCenter is down."
    with pytest.raises(CollectionError, match=r"The vCenter is down\. The directory is down\."):
        house.collection.run(ADMINISTRATOR)
    with house.database.reading() as work:
        assert work.snapshots.latest() is None
    assert house.actions() == ["snapshot:collection:fail"]


def test_what_contradicts_itself_is_refused_whole_and_recorded(house: House) -> None:
    house.company.add("members", "dir", "nowhere", "dir", "dan")
    with pytest.raises(InputError, match="nowhere"):
        house.collection.run(ADMINISTRATOR)
    with house.database.reading() as work:
        assert work.snapshots.latest() is None
    assert "nowhere" in house.details("snapshot:collection:fail")["snapshot"]


def test_a_bundle_is_stored_with_its_origin(house: House) -> None:
    snapshot = house.company.snapshot()
    house.collection.store(ADMINISTRATOR, snapshot, "audit.zip")
    house.collection.store(ADMINISTRATOR, snapshot, "audit.zip")
    assert stored(house).digest == snapshot.digest
    assert house.details("snapshot:import:store")["origin"] == "audit.zip"


def test_without_sources_there_is_nothing_to_collect(house: House) -> None:
    empty = Collection(database=house.database, sources=(), kinds={}, clock=house.clock)
    with pytest.raises(ConfigurationError, match="No source is configured"):
        empty.run(ADMINISTRATOR)


def test_only_administrators_collect(house: House) -> None:
    with pytest.raises(NotAllowedError):
        house.collection.run(reviewer("cat"))
    with pytest.raises(NotAllowedError):
        house.collection.store(reviewer("cat"), house.company.snapshot(), "x")
