"""``config show``: all that is in force, and no secret in it."""

import json

from click.testing import CliRunner

from accessreview.cli import main
from tests.unit.cli.conftest import Installation

SECRET = "hunter2-hunter2"


def test_every_setting_is_shown_and_secrets_by_file_name_alone(
    installation: Installation,
) -> None:
    (installation.folder / "secret").write_text(SECRET, encoding="utf-8")
    installation.config.write_text(
        """
        [database]
        url = "postgresql://reader@db/access"
        password_file = "secret"
        [mail]
        host = "mail"
        sender = "a@b"
        password_file = "secret"
        [[source]]
        kind = "openldap"
        id = "corp"
        host = "ldap"
        bind_dn = "cn=x"
        password_file = "secret"
        bases = ["dc=corp"]
        [source.remediation]
        username = "cn=y"
        password_file = "secret"
        """,
        encoding="utf-8",
    )
    result = installation.try_("config", "show")
    (shown,) = map(json.loads, result.stdout.splitlines())
    assert SECRET not in result.output
    assert result.output.count(f"{installation.folder}/secret") == 4
    assert shown["web"]["port"] == 8480
    assert shown["source"][0]["page_size"] == 500


def test_a_password_in_the_address_of_the_database_is_not_shown(
    installation: Installation,
) -> None:
    installation.config.write_text(
        f'[database]\nurl = "postgresql://reader:{SECRET}@db/access"', encoding="utf-8"
    )
    told = installation.refused(4, "config", "show")
    assert "password_file" in told
    assert SECRET not in told


def test_the_environment_may_name_the_file(installation: Installation) -> None:
    for words in (["config", "show"], ["db", "check"]):
        result = CliRunner(env={"ACCESSREVIEW_CONFIG": str(installation.config)}).invoke(
            main, words
        )
        assert result.exit_code == 0, result.stderr


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["config", "show", "--config", "none.toml"])
    assert result.exit_code == 2
    assert "File 'none.toml' does not exist" in result.stderr
