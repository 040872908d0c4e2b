"""``accessreview run`` and ``accessreview serve``: the web application and the ticker."""

import signal
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType

import click
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from accessreview.bootstrap.application import build, prepare
from accessreview.bootstrap.operator import OPERATOR
from accessreview.bootstrap.sample import Login, fill, sample_settings
from accessreview.bootstrap.web import web_application
from accessreview.cli.config_option import config_option
from accessreview.model.errors import AccessReviewError, UnavailableError
from accessreview.model.user import UserRole
from accessreview.scheduler.ticker import Ticker
from accessreview.services.application import Application
from accessreview.settings import Settings, load_settings
from accessreview.system import new_password

SAMPLE_DIRECTORY = Path("var/sample")
Server = BaseWSGIServer | MultiSocketServer


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
    server = listen(settings, application)
    first_collection(application)
    logins = fill(application, settings) if config is None else first_login(application)
    serve_until_ended(server, settings, application, logins)


@click.command()
@config_option
def serve(config: Path | None) -> None:
    """Serve a database that is prepared already (accessreview db upgrade)."""
    settings = load_settings(config)
    application = build(settings)
    serve_until_ended(listen(settings, application), settings, application, ())


def first_collection(application: Application) -> None:
    """Collect at once where nothing was ever collected; a failure is told, not fatal."""
    with application.database.reading() as work:
        if work.snapshots.latest() is not None:
            return
    if not application.collection.sources:
        _say("No source is configured yet, so there is nothing to collect from.")
        return
    _say("Collecting for the first time.")
    with application.database.reading() as work:
        before = work.audit.head()
    if "collect" in application.periodic.run_due():
        with application.database.reading() as work:
            events = work.audit.list(before.sequence if before else 0)
        failures: Sequence[str] = [
            each.details["result"] for each in events if each.action == "job:collect:fail"
        ]
    else:
        failures = _collect_again(application)
    for failure in failures:
        _say(f"The first collection failed: {failure}")


def _collect_again(application: Application) -> Sequence[str]:
    """Collect although this period's attempt was made, and failed, before the last start."""
    try:
        application.refresh.run(OPERATOR)
    except AccessReviewError as error:
        return (str(error),)
    return ()


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


def listen(settings: Settings, application: Application) -> Server:
    """Take the port before anything else is done; whoever comes early waits.

    Raises:
        UnavailableError: the port is taken, or is not ours to listen on.
    """
    host, port = settings.web.host, settings.web.port
    app = web_application(settings, application)
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=settings.web.threads,
            ident="accessreview",
            # else waitress takes away what the trusted proxies say of the visitor
            clear_untrusted_proxy_headers=not settings.web.trusted_proxies,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there is no such host"
        raise UnavailableError(
            f"Nothing can be served on {host}:{port}: {reason}. Set another web.host or web.port."
        ) from error


def serve_until_ended(
    server: Server, settings: Settings, application: Application, logins: Sequence[Login]
) -> None:
    """Serve until interrupted or terminated; the request that is running is finished first."""
    signal.signal(signal.SIGTERM, _terminate)
    # waitress ends well by itself when it is interrupted; before it runs nobody else would
    with closing(application.database), suppress(KeyboardInterrupt):
        click.echo(f"accessreview serves on http://{settings.web.host}:{settings.web.port}/")
        for login in logins:
            click.echo(f"  {login.role:<14} {login.login:<20} {login.password}")
        click.echo("Press Ctrl-C to stop.")
        with Ticker(application.periodic.run_due, settings.schedule.tick_seconds):
            server.run()


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
