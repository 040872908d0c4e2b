"""Revisions lead there and back on both databases, wholly or not at all."""

import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from accessreview.model.errors import StorageError
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import RuleKind, Severity
from accessreview.resources import directory
from accessreview.services.ports import Occurrence
from accessreview.storage.database import REVISION, open_database
from accessreview.storage.engine import database_url
from accessreview.storage.migration import check, current, downgrade, migrate
from tests.contracts.samples import a_finding, a_user, an_assessment, record, with_campaign
from tests.fakes import START

SCRIPTS = directory("migrations")


def execute(address: str, statement: str, **parameters: object) -> None:
    engine = create_engine(database_url(address))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement), parameters)
    finally:
        engine.dispose()


def tables(address: str) -> set[str]:
    engine = create_engine(database_url(address))
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_revisions_lead_there_and_back_without_drift(empty_address: str) -> None:
    migrate(empty_address, SCRIPTS)
    assert check(empty_address) == ()

    downgrade(empty_address, SCRIPTS, "base")
    assert tables(empty_address) == {"alembic_version"}
    assert current(empty_address) is None

    migrate(empty_address, SCRIPTS)
    assert check(empty_address) == ()
    assert current(empty_address) == REVISION


def test_the_program_needs_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))

    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_revisions_do_not_depend_on_the_present_program() -> None:
    revisions = sorted(SCRIPTS.glob("versions/[0-9]*.py"))

    assert revisions
    for revision in revisions:
        assert "accessreview." not in revision.read_text(encoding="utf-8"), revision.name


def test_a_table_changed_by_hand_is_drift(address: str) -> None:
    execute(address, "ALTER TABLE users ADD COLUMN phone text")

    (problem,) = check(address)

    assert "phone" in problem


def test_a_second_migration_changes_nothing(address: str) -> None:
    assert migrate(address, SCRIPTS) is None
    assert check(address) == ()


def test_a_database_of_a_newer_version_is_left_alone(address: str) -> None:
    execute(address, "UPDATE alembic_version SET version_num = '9999'")

    for attempt in (open_database, check, lambda where: migrate(where, SCRIPTS)):
        with pytest.raises(StorageError, match=f"revision 9999, newer than {REVISION}"):
            attempt(address)

    assert current(address) == "9999"


def test_a_database_of_an_older_version_is_to_be_upgraded(address: str) -> None:
    downgrade(address, SCRIPTS, "0001")

    with pytest.raises(StorageError, match=r"at revision 0001 .* run accessreview db upgrade"):
        open_database(address)


def test_what_the_trail_says_of_jobs_is_remembered_of_their_occurrences(address: str) -> None:
    database = open_database(address)
    ends = (("collect", "1", "finish"), ("remind", "1", "fail"), ("collect", "2", "start"))
    with database.writing() as work:
        for job, period, end in ends:
            work.occurrences.claim(job, period, START)
            work.audit.record(f"job:{job}:{end}", "scheduler", job, {"period": period}, START)
    database.close()

    downgrade(address, SCRIPTS, "0002")
    migrate(address, SCRIPTS)

    assert check(address) == ()
    database = open_database(address)
    with database.writing() as work:
        assert work.occurrences.retake("collect", "1", START, START) is None
        assert work.occurrences.last("remind") == Occurrence("1", START, START)
        assert work.occurrences.last("collect") == Occurrence("2", START, None)
    database.close()


def test_findings_are_the_same_in_either_form(address: str) -> None:
    database = open_database(address)
    snapshot = with_campaign(database)
    key = FindingKey("Ünder", SubjectKind.VCENTER, 'vc "1"\u2028')
    found = [a_finding(3), a_finding(1), Finding(key, RuleKind.SPRAWL, Severity.LOW, 2**40)]
    kept = [
        an_assessment(snapshot),
        an_assessment(snapshot, id="assessment-2", findings=Findings.of(found)),
        an_assessment(snapshot, id="assessment-3", findings=Findings.of([])),
    ]
    with database.writing() as work:
        for assessment in kept:
            work.assessments.add(assessment)
        record(work)
    database.close()
    packed = findings_in(address)

    downgrade(address, SCRIPTS, "0003")
    lines = [json.loads(line) for line in findings_in(address)[1].splitlines()]
    migrate(address, SCRIPTS)

    assert lines[-1] == {
        "key": {"rule": "Ünder", "subject_kind": "vcenter", "subject": 'vc "1"\u2028'},
        "kind": "sprawl",
        "severity": "low",
        "places": 2**40,
    }
    assert findings_in(address) == packed
    assert check(address) == ()
    database = open_database(address)
    with database.reading() as work:
        assert [work.assessments.get(assessment.id) for assessment in kept] == kept
    database.close()
    with pytest.raises(DBAPIError, match="never changed"):
        execute(address, "UPDATE assessments SET count = 0")


def test_examples_that_findings_carried_are_left_behind(address: str) -> None:
    database = open_database(address)
    with_campaign(database)
    database.close()
    downgrade(address, SCRIPTS, "0001")  # where nothing refuses to be rewritten yet
    (lines,) = findings_in(address)
    rows = [json.loads(line) | {"examples": [{"label": "a\nb"}]} for line in lines.splitlines()]
    old = zlib.compress("\n".join(map(json.dumps, rows)).encode())
    execute(address, "UPDATE assessments SET findings = :old", old=old)

    migrate(address, SCRIPTS)

    database = open_database(address)
    with database.reading() as work:
        assert list(work.assessments.get("assessment-1").findings) == [a_finding(1), a_finding(2)]
    database.close()


def findings_in(address: str) -> list[bytes]:
    engine = create_engine(database_url(address))
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT findings FROM assessments ORDER BY number")).all()
    engine.dispose()
    return [zlib.decompress(each) for each in found]


def test_a_database_without_tables_is_to_be_prepared(empty_address: str) -> None:
    with pytest.raises(StorageError, match="accessreview db upgrade"):
        open_database(empty_address)


def test_a_database_of_another_program_is_left_alone(empty_address: str) -> None:
    execute(empty_address, "CREATE TABLE theirs (id integer)")

    with pytest.raises(StorageError, match="another program"):
        migrate(empty_address, SCRIPTS)

    assert tables(empty_address) == {"theirs"}


def test_a_migration_that_fails_leaves_everything_as_it_was(address: str, tmp_path: Path) -> None:
    database = open_database(address)
    with database.writing() as work:
        work.users.add(a_user())
        record(work)
    database.close()
    downgrade(address, SCRIPTS, "0001")
    before = tables(address)
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    revision = scripts / "versions" / "0002_refuse_rewriting.py"
    broken = revision.read_text(encoding="utf-8").replace(
        "def upgrade() -> None:",
        "def upgrade() -> None:\n"
        '    op.execute("CREATE TABLE half_done (id integer)")\n'
        '    op.drop_table("occurrences")\n'
        '    raise ValueError("broken")\n',
    )
    revision.write_text(broken, encoding="utf-8")

    with pytest.raises(ValueError, match="broken"):
        migrate(address, scripts)

    assert current(address) == "0001"
    assert tables(address) == before
    migrate(address, SCRIPTS)
    assert check(address) == ()


def test_two_migrations_at_once_are_one(empty_address: str, tmp_path: Path) -> None:
    config = tmp_path / "accessreview.toml"
    config.write_text(f'[database]\nurl = "{empty_address}"\n', encoding="utf-8")
    command = [sys.executable, "-m", "accessreview", "db", "upgrade", "--config", str(config)]

    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert check(empty_address) == ()
