"""What ``make lab`` starts can be read whole, and shows what a vCenter tells beside permissions."""

import logging
from pathlib import Path

import pytest

from accessreview.bootstrap.application import build
from accessreview.bootstrap.operator import OPERATOR
from accessreview.model.agreement import Asking
from accessreview.model.observation import ObservationKind
from accessreview.model.snapshot import Coverage
from accessreview.settings import load_settings
from scripts import lab as laboratory
from tests.servers import lab_vcenter, slapd
from tests.servers.required import require

pytestmark = pytest.mark.integration


def test_the_laboratory_is_read_whole_watched_and_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    require(lab_vcenter.missing(), slapd.missing())
    folders = [tmp_path / name for name in ("vcenter", "directory")]
    for folder in folders:
        folder.mkdir()
    entries = laboratory.PEOPLE_LDIF + laboratory.GROUPS_LDIF
    with (
        laboratory.vcenter(folders[0]) as lab,
        slapd.running_slapd(folders[1], entries) as directory,
    ):
        settings = load_settings(laboratory.configuration(tmp_path, lab, directory))
        logins = [login for _, login, _ in laboratory.add_users(settings)]
        application = build(settings)
        try:
            stored = application.refresh.run(OPERATOR)
            (agreed,) = application.queries.agreement.latest(OPERATOR)
            observed = {one.kind for one in application.queries.observations.all(OPERATOR)}
            watched = application.queries.watching.page(OPERATOR, "vc1", 1)
        finally:
            application.database.close()
    for secret in (lab.password, "audit-secret", "remedy-secret"):
        assert secret not in caplog.text
    assert logins == ["admin", "auditor", *laboratory.REVIEWERS]
    assert [(one.coverage, one.gaps) for one in stored.sources] == [(Coverage.FULL, ())] * 2
    assert (agreed.agreement.asking, agreed.agreement.differences) == (Asking.ASKED, ())
    assert observed >= {
        ObservationKind.POWER_OUTSIDE_PERMISSIONS,
        ObservationKind.HOSTS_BY_DOMAIN,
        ObservationKind.PAST_LOCKDOWN,
        ObservationKind.NOT_LOCKED_DOWN,
    }
    assert {one.type for one in watched.rows.rows} == {
        "PermissionAddedEvent",
        "esx.audit.lockdownmode.exceptions.changed",
    }
