"""A company that a hundred people join and many leave, for tests of the gate."""

from accessreview.model.assessment import ViolationState
from accessreview.model.refusal import RefusedReading
from accessreview.model.snapshot import Snapshot, Source
from accessreview.services.acceptance import Acceptances
from tests.company import Row
from tests.unit.services.conftest import ADMINISTRATOR, House

PEOPLE = 100


def hire(house: House, number: int) -> None:
    kept = [row for row in house.company.rows["accounts"] if not row[1].startswith("p")]
    people: list[Row] = [
        ("dir", f"p{n}", f"p{n}", f"P {n}", "", "human", "true", "") for n in range(number)
    ]
    house.company.rows["accounts"] = kept + people


def collect(house: House) -> Snapshot:
    house.clock.move(hours=1)
    digest = house.refresh.run(ADMINISTRATOR).digest
    with house.database.reading() as work:
        return work.snapshots.get(digest)


def people(snapshot: Snapshot) -> int:
    return sum(row[1].startswith("p") for row in snapshot["accounts"].rows())


def source(snapshot: Snapshot, id_: str = "dir") -> Source:
    return next(each for each in snapshot.sources if each.id == id_)


def refused(house: House) -> list[RefusedReading]:
    return list(acceptances(house).list(ADMINISTRATOR))


def acceptances(house: House) -> Acceptances:
    return Acceptances(house.database, house.clock)


def accept(house: House, source_id: str = "dir", **changes: object) -> RefusedReading:
    said: dict[str, object] = {"by": "Ben Boss", "reason": "The plant was sold.", **changes}
    return acceptances(house).accept(ADMINISTRATOR, source_id, **said)  # type: ignore[arg-type]


def violations(house: House) -> set[ViolationState]:
    """The states of Dan's."""
    with house.database.reading() as work:
        return {one.state for one in work.violations.all() if one.key.subject == "dan"}
