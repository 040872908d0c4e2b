"""What is read beside the inventory: a part that fails takes nothing else with it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from pyVmomi import vim

from accessreview.collectors.vcenter.parts import Part, PartRows, PartsRead, Visit, read_parts
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import CollectionError
from accessreview.tls import Deadline
from accessreview.vsphere.session import Session
from accessreview.vsphere.settings import VCenterSettings
from tests.unit.collectors.vcenter.estate import SOURCE, raw, rows

SETTINGS = VCenterSettings(
    id="vc1", name="Lab", host="vc.test", username="collector", password=lambda: "secret"
)
HOST = ("host-10", "lockdown", "normal")


NOBODY = cast("Any", None)
SESSION = Session(
    settings=SETTINGS,
    deadline=Deadline(1, 1),
    content=NOBODY,
    authorization=NOBODY,
    views=NOBODY,
    key="key",
    user="collector",
    error=CollectionError,
)
"""Good for its steps, and connected to nothing."""


def _read(*parts: Part) -> PartsRead:
    return read_parts(parts, SESSION, raw(), lambda: datetime.now(UTC))


def _hosts(_: Visit) -> PartRows:
    return {"facts": [HOST]}


def _refused(visit: Visit) -> PartRows:
    with visit.session.step("asking each host"):
        raise vim.fault.NoPermission(privilegeId="Global.Settings")


def _broken(_: Visit) -> PartRows:
    raise KeyError("a surprise")


def test_the_rows_of_all_parts_are_put_together() -> None:
    found = _read(Part("Hosts", _hosts), Part("More", lambda _: {"facts": [HOST], "uses": []}))

    assert found == PartsRead({"facts": (HOST, HOST), "uses": ()}, (), ())


@pytest.mark.parametrize("failing", [_refused, _broken])
def test_a_part_that_fails_is_a_gap_and_the_others_are_read(
    failing: Callable[[Visit], PartRows],
) -> None:
    found = _read(Part("Uses", failing), Part("Hosts", _hosts))

    assert found.tables == {"facts": (HOST,)}
    assert found.doubts == ()
    (gap,) = found.gaps
    assert gap.startswith("Uses: ")
    assert gap.endswith(".")
    assert "vc.test" not in gap


def test_a_refusal_is_said_with_what_was_being_done() -> None:
    (gap,) = _read(Part("Hosts", _refused)).gaps

    assert gap == (
        "Hosts: Asking each host failed: the account lacks the privilege Global.Settings."
    )


def test_a_part_without_which_a_permission_may_be_unseen_is_a_doubt() -> None:
    found = _read(Part("Sight", _refused, hides=True))

    assert found.gaps == ()
    assert len(found.doubts) == 1


def test_a_part_says_gaps_and_doubts_of_its_own() -> None:
    def telling(visit: Visit) -> PartRows:
        visit.gaps.add("The lockdown mode was not told", "host-10")
        visit.doubts.add("Nothing is seen below", "group-v3")
        return {}

    found = _read(Part("Hosts", telling))

    assert found.gaps == ("Hosts: The lockdown mode was not told: host-10.",)
    assert found.doubts == ("Hosts: Nothing is seen below: group-v3.",)


def test_rows_of_parts_stand_in_the_reading_under_its_source() -> None:
    reading = translate(SOURCE, raw(), {"facts": (HOST,)})

    assert rows(reading, "facts") == {HOST}
    assert {row[0] for row in reading.tables["facts"].rows()} == {"vc1"}
