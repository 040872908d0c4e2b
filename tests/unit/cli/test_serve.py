"""What ``run`` does before it serves: the first collection and the first logins."""

import pytest

from accessreview.bootstrap.application import prepare
from accessreview.bootstrap.sample import fill
from accessreview.cli.serve import first_collection, first_login
from accessreview.model.errors import UnavailableError
from accessreview.model.user import UserRole
from accessreview.sample import SAMPLE
from accessreview.settings import Settings, load_settings
from tests.unit.cli.conftest import Installation

LDIF = """
[[source]]
kind = "ldif"
id = "halden"
directory = "active-directory"
path = "halden.ldf"
bases = ["DC=halden,DC=example"]
"""


def settings_of(installation: Installation, text: str = "") -> Settings:
    with installation.config.open("a", encoding="utf-8") as file:
        file.write(text)
    settings = load_settings(installation.config)
    prepare(settings)
    return settings


def snapshots(installation: Installation) -> int:
    with installation.opened() as application, application.database.reading() as work:
        return len(work.snapshots.list())


def test_a_first_collection_that_fails_is_told_and_tried_again_at_the_next_start(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_of(installation, LDIF)
    for _ in range(2):
        with installation.opened() as application:
            first_collection(application)
        told = capsys.readouterr().err.splitlines()
        assert told[0] == "Collecting for the first time."
        assert told[1].startswith("The first collection failed: No source could be read")
        assert len(told) == 2
    (installation.folder / "halden.ldf").write_bytes((SAMPLE / "halden.ldf").read_bytes())
    with installation.opened() as application:
        first_collection(application)
    assert capsys.readouterr().err == "Collecting for the first time.\n"
    assert snapshots(installation) == 1


def test_what_was_collected_is_not_collected_at_every_start(
    peopled: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with peopled.opened() as application:
        first_collection(application)
    assert (capsys.readouterr().err, snapshots(peopled)) == ("", 1)


def test_without_sources_that_is_said(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with installation.opened() as application:
        first_collection(application)
    assert "No source is configured yet" in capsys.readouterr().err


def test_the_first_administrator_is_shown_once(installation: Installation) -> None:
    with installation.opened() as application:
        (login,) = first_login(application)
        assert first_login(application) == ()
        user, _ = application.sign_in.sign_in(login.login, login.password)
    assert user.role is UserRole.ADMINISTRATOR


def test_a_sample_that_was_interrupted_says_how_to_start_afresh(peopled: Installation) -> None:
    settings = load_settings(peopled.config)
    (settings.data_directory / "logins.json").touch()
    with (
        peopled.opened() as application,
        pytest.raises(UnavailableError, match=f"remove the folder {settings.data_directory} to"),
    ):
        fill(application, settings)
