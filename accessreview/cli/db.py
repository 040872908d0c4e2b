"""``accessreview db``: prepare, check and back up the database."""

from pathlib import Path
from typing import Final

import click

from accessreview.cli.output import print_rows
from accessreview.evidence.chain import verify_chain
from accessreview.model.errors import IntegrityError, UnavailableError
from accessreview.resources import directory
from accessreview.settings import Settings, load_settings, read_secret
from accessreview.storage import migration
from accessreview.storage.database import REVISION, open_database
from accessreview.storage.engine import with_password

_config: Final = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The configuration file; without one the defaults hold.",
)


@click.group()
def db() -> None:
    """Prepare, check and back up the database."""


@db.command("upgrade")
@_config
def upgrade(config: Path | None) -> None:
    """Create the database or bring it to this program's revision; SQLite's file is copied first."""
    settings = load_settings(config)
    if not settings.database.url:
        _make(settings.data_directory)
    saved = migration.migrate(_address(settings), directory("migrations"))
    print_rows([{"revision": REVISION, "backup": str(saved) if saved else None}])


@db.command("current")
@_config
def current(config: Path | None) -> None:
    """Print the revision that the database is at, and the one that this program needs."""
    found = migration.current(_address(load_settings(config)))
    print_rows([{"revision": found, "needed": REVISION}])


@db.command("check")
@_config
def check(config: Path | None) -> None:
    """Check the tables, the file and the chain of the audit trail."""
    address = _address(load_settings(config))
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
@_config
def backup(file: Path, config: Path | None) -> None:
    """Copy the SQLite database, in use or not, to the new FILE."""
    migration.backup(_address(load_settings(config)), file)
    print_rows([{"backup": str(file)}])


def _address(settings: Settings) -> str:
    secret = settings.database.password_file
    address = settings.database_url
    return with_password(address, read_secret(secret)) if secret else address


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"The data directory {folder} cannot be created: {error.strerror}; name another by "
            "data_directory in the configuration."
        ) from error
