"""``accessreview user``: the logins of this tool."""

from pathlib import Path

import click

from accessreview.bootstrap.operator import OPERATOR
from accessreview.cli.config_option import config_option
from accessreview.cli.configured import opened
from accessreview.cli.output import print_rows
from accessreview.model.canonical import Plain
from accessreview.model.errors import NotFoundError
from accessreview.model.user import User, UserRole
from accessreview.services.application import Application


@click.group()
def user() -> None:
    """Add and disable those who use this tool."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in UserRole]), required=True)
@click.option("--identity", default="", help="The person of the snapshots; a reviewer needs one.")
@click.option("--mail", default="")
@click.password_option(help="Asked for when not given.")
@config_option
def add(  # noqa: PLR0913 - the options of a command
    *,
    login: str,
    name: str,
    role: str,
    identity: str,
    mail: str,
    password: str,
    config: Path | None,
) -> None:
    """Add a user who can sign in at once."""
    with opened(config) as application:
        added = application.users.add(
            OPERATOR,
            login=login,
            display_name=name,
            mail=mail,
            role=UserRole(role),
            identity=identity,
            password=password,
        )
        print_rows([_shown(added)])


@user.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """Everybody, without their passwords' hashes."""
    with opened(config) as application:
        print_rows(_shown(each) for each in application.users.list(OPERATOR))


@user.command("disable")
@click.argument("login")
@config_option
def disable(login: str, config: Path | None) -> None:
    """Shut a user out at once, sessions included."""
    with opened(config) as application:
        found = _found(application, login)
        print_rows([_shown(application.users.disable(OPERATOR, found.id))])


@user.command("password")
@click.argument("login")
@click.password_option(help="Asked for when not given.")
@config_option
def password_command(login: str, password: str, config: Path | None) -> None:
    """Give somebody a new password; their sessions end."""
    with opened(config) as application:
        found = _found(application, login)
        application.users.set_password(OPERATOR, found.id, password)
        print_rows([_shown(found)])


def _found(application: Application, login: str) -> User:
    with application.database.reading() as work:
        found = work.users.by_login(login)
    if found is None:
        raise NotFoundError(f"There is no user with the login {login}.")
    return found


def _shown(shown: User) -> dict[str, Plain]:
    return {
        "login": shown.login,
        "name": shown.display_name,
        "mail": shown.mail,
        "role": shown.role.value,
        "identity": shown.identity,
        "enabled": shown.enabled,
    }
