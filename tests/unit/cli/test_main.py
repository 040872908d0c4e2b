"""The command line as a program: lazy, quiet, and never with a stack trace."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from accessreview.cli import COMMANDS, main
from accessreview.cli.lazy import LazyGroup
from accessreview.model.errors import ConflictError

DOCUMENTED = Path(__file__).parents[2] / "data" / "vectors" / "documented"
HEAVY = [
    "flask",
    "sqlalchemy",
    "alembic",
    "pyVmomi",
    "ldap3",
    "apscheduler",
    "waitress",
    "cryptography",
    "pydantic",
]


@click.command()
def conflicting() -> None:
    raise ConflictError("The campaign “Q1” is closed; reopen it first.")


@click.command()
def broken() -> None:
    raise KeyError("a secret")


GROUP = LazyGroup(
    name="test",
    commands_at={"conflicting": f"{__name__}:conflicting", "broken": f"{__name__}:broken"},
    params=[click.Option(["--debug"], is_flag=True)],
)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(GROUP, arguments)
    assert result.stdout == ""
    return result.exit_code, result.stderr


def test_an_error_of_the_product_is_its_sentence_and_its_code() -> None:
    assert run("conflicting") == (8, "The campaign “Q1” is closed; reopen it first.\n")


def test_an_unexpected_failure_is_one_sentence_that_quotes_nothing() -> None:
    code, told = run("broken")

    assert code == 1
    assert told.startswith("This should not have happened (KeyError).")
    assert told.count("\n") == 1
    assert "secret" not in told


def test_the_stack_trace_is_shown_on_demand() -> None:
    with pytest.raises(KeyError):
        CliRunner(catch_exceptions=False).invoke(GROUP, ["--debug", "broken"])


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["unknown"])

    assert result.exit_code == 2
    assert "No such command 'unknown'" in result.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_table_can_be_called(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {name} ")


def test_the_help_names_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"])

    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


def test_checking_a_bundle_imports_nothing_that_it_does_not_need() -> None:
    script = (
        "import sys\nfrom accessreview.cli import main\n"
        "main(['snapshot', 'check', sys.argv[1]], standalone_mode=False)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, DOCUMENTED], capture_output=True, text=True, check=True
    )

    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("locale", ["C", "de_DE.ISO-8859-1"])
def test_rows_are_utf8_whatever_the_locale(locale: str, tmp_path: Path) -> None:
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    source = tmp_path / "manifest.json"
    times = {"started_at": "2026-01-31T12:00:00Z", "finished_at": "2026-01-31T12:00:00Z"}
    source.write_text(
        json.dumps(
            {
                "format": "accessreview-snapshot",
                "version": 1,
                "taken_at": "2026-01-31T12:00:00Z",
                "sources": [
                    {"id": "vc", "kind": "vcenter", "name": "vc", "coverage": "full", **times},
                    {"id": "d", "kind": "directory", "name": "d", "coverage": "full", **times},
                ],
            }
        ),
        encoding="utf-8",
    )
    tables = {
        "entities": "source,id,type,name,parent,second_parent,acl_of\nvc,größe,Folder,x,,,\n",
        "roles": "source,id,name,system\nvc,1,r,false\n",
        "role_privileges": "source,role,privilege\nvc,1,System.View\n",
        "permissions": (
            "source,entity,principal,is_group,role,propagate\nvc,größe,all,true,1,true\n"
        ),
        "groups": "source,id,name\nd,g,all\n",
        "members": "group_source,group,member_source,member\nd,g,d,é\n",
        "accounts": (
            "source,id,login,display_name,mail,kind,enabled,identity\nd,é,ann,,,human,true,\n"
        ),
        "principal_names": "source,id,name\nd,g,all\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "accessreview", "effective", tmp_path],
        capture_output=True,
        env=environment,
        check=True,
    )

    assert done.stdout.decode("utf-8") == (
        '{"account": "é", "account_source": "d", "entity": "größe", '
        '"privileges": ["System.View"], "vcenter": "vc"}\n'
    )


def test_a_reader_that_leaves_early_causes_no_complaint() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "accessreview", "effective", DOCUMENTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read().decode()
        process.wait()

    assert "Traceback" not in told
    assert "should not have happened" not in told
    assert "BrokenPipe" not in told
