"""A group of commands that imports only the one that is called, and ends every failure in words."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from typing_extensions import override

from accessreview.cli.errors import INTERRUPTED, UNEXPECTED, exit_code, explained
from accessreview.model.errors import AccessReviewError


class LazyGroup(click.Group):
    """Commands by name from ``module:attribute``.

    An error of this product becomes its sentences and its exit code. Any other exception becomes
    one sentence, without its message, which could quote a secret; with ``--debug`` it is raised.
    """

    def __init__(self, *, commands_at: Mapping[str, str], **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**attributes)
        self._commands_at = commands_at

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._commands_at)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._commands_at:
            return None
        module, _, attribute = self._commands_at[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AccessReviewError as error:
            for sentence in explained(error):
                click.echo(sentence, err=True)
            ctx.exit(exit_code(error))
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click ends these well by itself
        except KeyboardInterrupt:
            click.echo("Stopped by you; nothing is left half done.", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.find_root().params["debug"]:
                raise
            click.echo(
                f"This should not have happened ({type(error).__name__}). Nothing more was done. "
                "Run it again with --debug to see where, and report it.",
                err=True,
            )
            ctx.exit(UNEXPECTED)
