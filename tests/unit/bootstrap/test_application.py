"""The application put together over a prepared database, from files alone."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.bootstrap.web import web_application
from accessreview.model.errors import AccessReviewError, ConfigurationError, StorageError
from accessreview.settings import Settings, load_settings


def settings_of(folder: Path, text: str = "") -> Settings:
    file = folder / "accessreview.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_a_database_that_was_not_prepared_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="accessreview db upgrade"):
        build(settings_of(tmp_path))


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert prepare(settings) is None
    before = settings.data_directory.joinpath("accessreview.db").read_bytes()
    assert prepare(settings) is None
    assert settings.data_directory.joinpath("accessreview.db").read_bytes() == before


def test_without_sources_nothing_is_collected_but_people_are_reminded(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    prepare(settings)
    application = build(settings)
    assert [job.name for job in application.periodic.jobs] == ["remind"]
    with pytest.raises(ConfigurationError, match="No source is configured"):
        application.collection.run(OPERATOR)
    application.database.close()


def test_jobs_are_due_as_the_schedule_says(tmp_path: Path) -> None:
    text = """
    [schedule]
    collect_every_hours = 6
    remind_at = "05:30"
    [[source]]
    kind = "ldif"
    id = "lab"
    directory = "openldap"
    path = "lab.ldif"
    """
    settings = settings_of(tmp_path, text)
    prepare(settings)
    application = build(settings)
    collect, remind = application.periodic.jobs
    assert (collect.every.total_seconds(), remind.at.isoformat()) == (6 * 3600, "05:30:00")
    application.database.close()


@pytest.mark.parametrize(
    ("minutes", "jobs"), [(5, ["collect", "watch", "remind"]), (0, ["collect", "remind"])]
)
def test_live_vcenters_are_watched_unless_that_is_off(
    tmp_path: Path, minutes: int, jobs: list[str]
) -> None:
    text = f"""
    [schedule]
    watch_every_minutes = {minutes}
    [[source]]
    kind = "vcenter"
    id = "vc"
    host = "vc.example"
    username = "reader"
    password_file = "secret"
    """
    settings = settings_of(tmp_path, text)
    prepare(settings)
    application = build(settings)
    found = application.periodic.jobs
    assert [job.name for job in found] == jobs
    if minutes:
        assert found[1].every == timedelta(minutes=5)
    application.database.close()


@pytest.mark.parametrize(("deadline", "hours"), [(1800, 2), (7200, 4)])
def test_no_collection_is_given_up_that_may_still_read(
    tmp_path: Path, deadline: int, hours: int
) -> None:
    text = f"""
    [[source]]
    kind = "openldap"
    id = "corp"
    host = "ldap.example"
    bind_dn = "cn=audit,dc=corp,dc=example"
    password_file = "secret"
    bases = ["dc=corp,dc=example"]
    deadline_seconds = {deadline}
    """
    settings = settings_of(tmp_path, text)
    prepare(settings)
    application = build(settings)
    assert application.periodic.jobs[0].abandoned_after == timedelta(hours=hours)
    application.database.close()


@pytest.mark.parametrize(
    ("text", "files", "told"),
    [
        ('ruleset = "none.toml"', {}, "none.toml cannot be read: "),
        ('ruleset = "rules.toml"', {"rules.toml": "[ruleset]\nid = 1"}, "rules.toml"),
        ('[review]\nmapping = "m.csv"', {"m.csv": "x"}, "m.csv: the first row has to read"),
        (
            '[mail]\nhost = "h"\nsender = "s"\npassword_file = "none"',
            {},
            "The secret in .*none cannot be read",
        ),
        ('[mail]\nhost = "h.example"\nsender = "s"\nsecurity = "plain"', {}, "without TLS"),
        ('[database]\nurl = "mysql://h/x"', {}, "begins with mysql"),
    ],
    ids=["no ruleset", "wrong ruleset", "wrong mapping", "no password", "clear mail", "database"],
)
def test_what_cannot_be_used_is_named_before_anything_is_served(
    tmp_path: Path, text: str, files: Mapping[str, str], told: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    prepare(settings_of(tmp_path))
    with pytest.raises(AccessReviewError, match=told):
        build(settings_of(tmp_path, text))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - what is refused here
def test_every_address_without_a_trusted_name_is_refused(tmp_path: Path, host: str) -> None:
    settings = settings_of(tmp_path, f'[web]\nhost = "{host}"')
    prepare(settings)
    application = build(settings)
    with pytest.raises(ConfigurationError, match=r"name in web\.trusted_hosts"):
        web_application(settings, application)
    application.database.close()


def test_only_trusted_names_are_answered(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[web]\ntrusted_hosts = ["access.corp.example"]')
    prepare(settings)
    application = build(settings)
    client = web_application(settings, application).test_client()
    assert client.get("/sign-in", base_url="http://access.corp.example").status_code == 200
    assert client.get("/sign-in", base_url="http://other.example").status_code == 400
    application.database.close()
