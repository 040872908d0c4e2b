"""``accessreview doctor`` on sources that need no server: its forms, exit codes and files."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accessreview.cli import main
from tests.servers.ports import free_ports

LDIF = (
    "dn: dc=corp\nobjectClass: domain\n\n"
    "dn: uid=ann,dc=corp\nobjectClass: inetOrgPerson\nuid: ann\nentryUUID: 1\n\n"
    "dn: cn=ops,dc=corp\nobjectClass: groupOfNames\ncn: ops\nentryUUID: 2\n"
    "member: uid=ann,dc=corp\n\n"
)
FILE = (
    '[[source]]\nkind = "ldif"\nid = "old"\nname = "Old"\ndirectory = "openldap"\n'
    'path = "old.ldif"\n'
)
NOBODY = (
    '[[source]]\nkind = "openldap"\nid = "new"\nhost = "127.0.0.1"\nport = {port}\n'
    'bind_dn = "cn=audit"\npassword_file = "secret"\nbases = ["dc=corp"]\n'
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file that can be read, and a server where nobody listens."""
    (tmp_path / "old.ldif").write_text(LDIF, encoding="utf-8")
    (tmp_path / "secret").write_text("canary-2b9d\n", encoding="utf-8")
    file = tmp_path / "accessreview.toml"
    file.write_text(FILE + NOBODY.format(port=free_ports(1)[0]), encoding="utf-8")
    return file


def doctor(config: Path, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["doctor", "--config", str(config), *words], catch_exceptions=False
    )


def test_a_file_that_can_be_read_is_in_order(config: Path) -> None:
    result = doctor(config, "--source", "old", "--json")
    (row,) = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert (row["source"], row["step"], row["verdict"]) == ("old", "files", "ok")
    assert "1 accounts, 1 groups" in row["sentence"]


def test_what_is_missing_in_a_file_is_warned_of(config: Path) -> None:
    (config.parent / "old.ldif").write_text(LDIF[:-1], encoding="utf-8")
    result = doctor(config, "--source", "old", "--json")
    _, row = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, row["verdict"]) == (0, "warning")
    assert "may be cut off: cn=ops,dc=corp" in row["sentence"]


def test_a_file_that_is_missing_is_named(config: Path) -> None:
    (config.parent / "old.ldif").unlink()
    result = doctor(config, "--source", "old")
    assert result.exit_code == 9
    assert result.stdout.startswith("Old (old)\n  ✗ files       ")
    assert "old.ldif" in result.stdout


def test_every_source_is_looked_at_and_one_failure_makes_the_exit_code(config: Path) -> None:
    result = doctor(config)
    assert result.exit_code == 9
    assert [line for line in result.stdout.splitlines() if line[:1] not in {" ", ""}] == [
        "Old (old)",
        "new",
    ]
    assert "canary" not in result.stdout + result.stderr


def test_what_was_not_tried_is_told_in_one_line(config: Path) -> None:
    lines = doctor(config, "--source", "new").stdout.splitlines()
    (failed,) = [line for line in lines if "✗" in line]
    assert failed.startswith("  ✗ port        Nothing listens at 127.0.0.1:")
    assert lines[lines.index(failed) + 1].startswith(
        "  -             Not tried, because “port” failed: certificate, trust, sign-in, server,"
    )


def test_without_a_source_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text("", encoding="utf-8")
    result = doctor(file)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("No source is configured: add a [[source]]")


def test_a_source_that_is_not_there_is_refused_with_those_that_are(config: Path) -> None:
    result = doctor(config, "--source", "other")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == "There is no source other; configured are old, new.\n"


def test_on_a_terminal_no_line_is_wider_than_it(config: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {name: os.environ[name] for name in os.environ if name != "COLUMNS"}
    command = [sys.executable, "-m", "accessreview", "doctor", "--config", str(config)]
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while some := os.read(ours, 1 << 16):
                shown += some
        except OSError:  # the other end is closed
            pass
        finally:
            os.close(ours)
    lines = shown.decode().splitlines()
    assert process.returncode == 9
    assert len(lines) > 8
    assert [line for line in lines if len(line) > 80] == []
