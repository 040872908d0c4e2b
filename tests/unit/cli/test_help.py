"""Every command, however deep: it explains itself, and the reference pages name it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from accessreview.cli import main

OF_THE_APPLICATION = ["flask", "sqlalchemy", "pyVmomi", "ldap3", "waitress"]
REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGES = "".join((REFERENCE / f"{name}.md").read_text("utf-8") for name in ("commands", "storage"))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = [*commands(main)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])
    assert (result.exit_code, result.stderr) == (0, "")
    usage, _, rest = result.stdout.partition("\n\n")
    assert usage.startswith(f"Usage: main {' '.join(words)} ")
    assert rest.split("\n")[0].strip()[0].isupper()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_reference_names_every_command(words: tuple[str, ...]) -> None:
    assert f"`accessreview {' '.join(words)}" in PAGES


@pytest.mark.parametrize("name", ["verify", "reproduce"])
def test_auditors_commands_import_nothing_of_the_application(name: str) -> None:
    script = (
        "import sys\nfrom accessreview.cli import main\n"
        f"main(['evidence', '{name}', '--help'], standalone_mode=False)\n"
        f"print(sorted(set({OF_THE_APPLICATION!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
