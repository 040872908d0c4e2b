"""``accessreview run`` and ``accessreview serve``: the web application and the ticker."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click
from waitress.server import create_server

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.bootstrap.sample import Login, fill, sample_settings
from accessreview.bootstrap.web import web_application
from accessreview.cli.configured import config_option
from accessreview.model.errors import UnavailableError
from accessreview.model.user import UserRole
from accessreview.scheduler.ticker import Ticker
from accessreview.services.application import Application
from accessreview.settings import Settings, load_settings
from accessreview.system import new_password

SAMPLE_DIRECTORY = Path("var/sample")


@click.command()
@config_option
@click.option("--port", type=click.IntRange(1, 65535), help="Serve here instead.")
def run(config: Path | None, port: int | None) -> None:
    """Prepare everything and serve: your own systems, or the sample company without --config."""
    settings = sample_settings(SAMPLE_DIRECTORY, port) if config is None else load_settings(config)
    if config is not None and port is not None:
        settings = settings.model_copy(
            update={"web": settings.web.model_copy(update={"port": port})}
        )
    saved = prepare(settings)
    if saved:
        _say(f"The database was brought up to date; as it was before, it is in {saved}.")
    application = build(settings)
    first_collection(application)
    logins = fill(application, settings) if config is None else first_login(application)
    serve_application(settings, application, logins)


@click.command()
@config_option
def serve(config: Path | None) -> None:
    """Serve a database that is prepared already (accessreview db upgrade)."""
    settings = load_settings(config)
    serve_application(settings, build(settings), ())


def first_collection(application: Application) -> None:
    """Collect at once where nothing was ever collected; a failure is told, not fatal."""
    with application.database.reading() as work:
        if work.snapshots.latest() is not None:
            return
    if not application.collection.sources:
        _say("No source is configured yet, so there is nothing to collect from.")
        return
    _say("Collecting for the first time.")
    application.periodic.run_due()
    with application.database.reading() as work:
        failures = [
            event.details["result"]
            for event in work.audit.list()
            if event.action == "job:collect:fail"
        ]
    for failure in failures:
        _say(f"The first collection failed: {failure}")


def first_login(application: Application) -> Sequence[Login]:
    """Where there is no user at all, make an administrator and show the password this once."""
    if application.users.list(OPERATOR):
        return ()
    password = new_password()
    application.users.add(
        OPERATOR,
        login="admin",
        display_name="First administrator",
        mail="",
        role=UserRole.ADMINISTRATOR,
        identity="",
        password=password,
    )
    return (Login(UserRole.ADMINISTRATOR.value, "admin", password),)


def serve_application(
    settings: Settings, application: Application, logins: Sequence[Login]
) -> None:
    """Serve until interrupted or terminated; the request that is running is finished first.

    Raises:
        UnavailableError: the port is taken, or is not ours to listen on.
    """
    host, port = settings.web.host, settings.web.port
    app = web_application(settings, application)
    try:
        server = create_server(
            app, host=host, port=port, threads=settings.web.threads, ident="accessreview"
        )
    except OSError as error:
        raise UnavailableError(
            f"Nothing can be served on {host}:{port}: {error.strerror}. Set another web.port, or "
            "run with --port."
        ) from error
    signal.signal(signal.SIGTERM, _terminate)
    click.echo(f"accessreview serves on http://{host}:{port}/")
    for login in logins:
        click.echo(f"  {login.role:<14} {login.login:<20} {login.password}")
    click.echo("Press Ctrl-C to stop.")
    sys.stdout.flush()
    with Ticker(application.periodic.run_due, settings.schedule.tick_seconds):
        server.run()
    application.database.close()


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
