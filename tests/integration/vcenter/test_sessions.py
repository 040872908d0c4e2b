"""Sessions with vCenters: several at once, and one that is not used for a while."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event

import pytest

from accessreview.bundles.reader import read_bundle
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Reading
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.integration.vcenter.conftest import ESTATE
from tests.servers.certificates import Authority, issue
from tests.servers.lab_vcenter import Lab, running_lab
from tests.servers.relay import Answer, Deed, running_between
from tests.vcenter_faults import reaching

pytestmark = pytest.mark.integration

OTHER = ESTATE.parent / "case-5"
TOGETHER_SECONDS = 20


def _read(settings: VCenterSettings) -> Reading:
    return VCenterSource(settings).collect(lambda: datetime(2026, 1, 2, tzinfo=UTC))


def test_several_vcenters_are_read_at_once_and_nothing_is_mixed_up(
    lab: Lab, authority: Authority, tmp_path: Path
) -> None:
    """Each waits, at every step, until the other one is asked as well."""
    sources = ("vc-000", "vc-001")
    bundle = read_bundle(OTHER)
    lab.load(bundle, source=sources[0], options={"page_size": 50})
    with ExitStack() as stack:
        other = stack.enter_context(running_lab(tmp_path, bundle, source=sources[1], ca=authority))
        both = Barrier(2)

        def deed_at(asked: str) -> Deed:
            if asked in {"Login", "Fetch", "RetrieveAllPermissions", "RetrievePropertiesEx"}:
                both.wait(TOGETHER_SECONDS)
            return Answer.intact

        relay = issue(authority, tmp_path, name="relay")
        ports = [stack.enter_context(running_between(relay, one, deed_at)) for one in (lab, other)]
        with ThreadPoolExecutor(2) as pool:
            settings = [
                reaching(one, id=source, port=port)
                for one, source, port in zip((lab, other), sources, ports, strict=True)
            ]
            readings = [*pool.map(_read, settings)]

    for source, reading in zip(sources, readings, strict=True):
        for name in ("entities", "roles", "role_privileges"):
            expected = {row for row in bundle[name].rows() if row[0] == source}
            assert set(reading.tables[name].rows()) == expected


def test_a_session_that_waits_for_something_else_is_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.load(ESTATE)
    monkeypatch.setattr("accessreview.vsphere.keeping._EVERY_SECONDS", 0.01)

    with open_session(reaching(lab), CollectionError) as session:
        _until(lambda: _calls(lab).count("CurrentTime") > 1)
        with session.step("reading the roles"):
            assert session.authorization.roleList

    asked = _calls(lab)
    assert asked.count("Login") == 1
    assert asked[-1] == "Logout" or asked[-2] == "Logout"  # one may be on its way


def _calls(lab: Lab) -> list[str]:
    return [*lab.control({"do": "calls"})["calls"]]


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        Event().wait(0.02)
    raise AssertionError("it does not come to that")
