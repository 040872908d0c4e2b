"""``accessreview db``: prepare, check and back up the database."""

from pathlib import Path

import click

from accessreview.bootstrap.database import database_address
from accessreview.cli.config_option import config_option
from accessreview.cli.output import print_rows
from accessreview.evidence.chain import verify_chain
from accessreview.model.errors import IntegrityError
from accessreview.resources import directory
from accessreview.settings import load_settings
from accessreview.storage import migration
from accessreview.storage.database import REVISION, open_database
from accessreview.system import make_folder


@click.group()
def db() -> None:
    """Prepare, check and back up the database."""


@db.command("upgrade")
@config_option
def upgrade(config: Path | None) -> None:
    """Create the database or bring it to this program's revision; SQLite's file is copied first."""
    settings = load_settings(config)
    if not settings.database.url:
        make_folder(settings.data_directory)
    saved = migration.migrate(database_address(settings), directory("migrations"))
    print_rows([{"revision": REVISION, "backup": str(saved) if saved else None}])


@db.command("current")
@config_option
def current(config: Path | None) -> None:
    """Print the revision that the database is at, and the one that this program needs."""
    found = migration.current(database_address(load_settings(config)))
    print_rows([{"revision": found, "needed": REVISION}])


@db.command("check")
@config_option
def check(config: Path | None) -> None:
    """Check the tables, the file and the chain of the audit trail."""
    address = database_address(load_settings(config))
    problems = list(migration.check(address))
    database = open_database(address)
    with database.reading() as work:
        events = work.audit.list()
    database.close()
    broken = verify_chain(events)
    if broken is not None:
        problems.append(f"The audit trail is broken at event {broken}: it was changed outside.")
    if problems:
        raise IntegrityError("\n".join(problems))
    print_rows([{"revision": REVISION, "audit_events": len(events)}])


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def backup(file: Path, config: Path | None) -> None:
    """Copy the SQLite database, in use or not, to the new FILE."""
    migration.backup(database_address(load_settings(config)), file)
    print_rows([{"backup": str(file)}])
