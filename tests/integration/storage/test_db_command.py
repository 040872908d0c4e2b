"""``accessreview db`` from nothing to a checked backup."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accessreview.cli import main
from accessreview.storage.database import REVISION, open_database
from tests.contracts.samples import a_user, record
from tests.fakes import fresh_sqlite


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["db", *words])


@pytest.fixture
def config(tmp_path: Path) -> str:
    """With everything at its default but the folder."""
    path = tmp_path / "accessreview.toml"
    path.write_text('data_directory = "data"\n', encoding="utf-8")
    return str(path)


def test_a_database_is_made_checked_and_copied(config: str, tmp_path: Path) -> None:
    missing = run("current", "--config", config)
    assert (missing.exit_code, missing.stdout) == (12, "")
    assert "accessreview db upgrade" in missing.stderr

    made = run("upgrade", "--config", config)
    assert json.loads(made.stdout) == {"revision": REVISION, "backup": None}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700

    told = run("current", "--config", config)
    assert json.loads(told.stdout) == {"revision": REVISION, "needed": REVISION}
    checked = run("check", "--config", config)
    assert json.loads(checked.stdout) == {"revision": REVISION, "audit_events": 0}

    target = tmp_path / "copy.db"
    assert run("backup", str(target), "--config", config).exit_code == 0
    assert target.is_file()
    again = run("backup", str(target), "--config", config)
    assert (again.exit_code, again.stdout) == (12, "")


def test_a_trail_changed_outside_fails_the_check(tmp_path: Path) -> None:
    address = fresh_sqlite(tmp_path)
    database = open_database(address)
    for number in range(3):
        with database.writing() as work:
            work.users.add(a_user(number))
            record(work)
    database.close()
    with closing(sqlite3.connect(tmp_path / "accessreview-1.db")) as connection:
        connection.execute("DROP TRIGGER audit_events_refuse_update")
        connection.execute("UPDATE audit_events SET actor = 'nobody' WHERE sequence = 2")
        connection.commit()
    config = tmp_path / "accessreview.toml"
    config.write_text(f'[database]\nurl = "{address}"\n', encoding="utf-8")

    result = run("check", "--config", str(config))

    assert (result.exit_code, result.stdout) == (11, "")
    assert "broken at event 2" in result.stderr


def test_a_folder_that_cannot_be_made_is_said(config: str, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")

    result = run("upgrade", "--config", config)

    assert result.exit_code == 13
    assert "data_directory" in result.stderr


def test_postgresql_is_backed_up_by_its_own_tools(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n", encoding="utf-8")
    config = tmp_path / "accessreview.toml"
    config.write_text(
        f'[database]\nurl = "postgresql://reviewer@127.0.0.1/access"\npassword_file = "{secret}"\n',
        encoding="utf-8",
    )

    result = run("backup", str(tmp_path / "copy"), "--config", str(config))

    assert result.exit_code == 4
    assert "pg_dump" in result.stderr
    assert "s3cret" not in result.stderr
