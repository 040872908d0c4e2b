"""Whatever is wrong: one sentence with the remedy, the exit code by table, and nothing changed."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from accessreview.bundles.writer import write_bundle
from accessreview.storage.database import REVISION
from tests.company import RULESET, Company
from tests.servers import slapd
from tests.servers.required import require
from tests.servers.slapd import SUFFIX, Slapd, missing, running_slapd

pytestmark = [pytest.mark.integration, pytest.mark.system]

ROOT = Path(__file__).parents[2]
LDIF = '[[source]]\nkind = "ldif"\nid = "x"\ndirectory = "openldap"\npath = "x.ldif"\n'
WEAK = () if os.geteuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
"""Takes from root the capability to write what is read-only."""


@dataclass(frozen=True)
class Home:
    """A folder with a configuration, a database with a snapshot in it, and the real command."""

    folder: Path

    def run(
        self, *words: str, under: Sequence[str] = (), config: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*under, sys.executable, "-m", "accessreview", *words]
            + ["--config=accessreview.toml"] * config,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def configure(self, text: str) -> None:
        with (self.folder / "accessreview.toml").open("a", encoding="utf-8") as file:
            file.write(text)

    def database(self) -> Path:
        return self.folder / "data" / "accessreview.db"

    def state(self, *besides: str) -> list[str]:
        """Everything stored, but for the rows of these tables."""
        with closing(sqlite3.connect(self.database())) as connection:
            return [
                line
                for line in connection.iterdump()
                if not any(line.startswith(f'INSERT INTO "{table}"') for table in besides)
            ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("home"))
    (home.folder / "rules.toml").write_text(RULESET.text, encoding="utf-8")
    home.configure('data_directory = "data"\nruleset = "rules.toml"\n')
    write_bundle(Company().snapshot(), home.folder / "bundle")
    for words in (("db", "upgrade"), ("import", "bundle")):
        done = home.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
    return home.folder


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    shutil.copytree(template, tmp_path / "home")
    return Home(tmp_path / "home")


def check(
    done: "subprocess.CompletedProcess[str]", code: int, *told: str, sentences: int = 1
) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == sentences, done.stderr
    for words in told:
        assert words in done.stderr


def truncated(home: Home) -> None:
    write_bundle(Company().snapshot(), home.folder / "bad.zip")
    data = (home.folder / "bad.zip").read_bytes()
    (home.folder / "bad.zip").write_bytes(data[: len(data) // 2])


def mis_encoded(home: Home) -> None:
    shutil.copytree(home.folder / "bundle", home.folder / "bad.zip")
    file = home.folder / "bad.zip" / "accounts.csv"
    file.write_bytes(file.read_bytes().replace(b"Amy", b"Am\xfd"))


def inconsistent(home: Home) -> None:
    shutil.copytree(home.folder / "bundle", home.folder / "bad.zip")
    with (home.folder / "bad.zip" / "members.csv").open("ab") as file:
        file.write(b"dir,hosts,dir,nobody\r\n")


def climbing(home: Home) -> None:
    write_bundle(Company().snapshot(), home.folder / "bad.zip")
    with zipfile.ZipFile(home.folder / "bad.zip", "a") as archive:
        archive.writestr("../escaped", "x")


def bursting(home: Home) -> None:
    with zipfile.ZipFile(home.folder / "bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * (64 << 20))


@pytest.mark.parametrize("spoil", [truncated, mis_encoded, inconsistent, climbing, bursting])
def test_a_bad_bundle_is_refused_whole(home: Home, spoil: Callable[[Home], None]) -> None:
    before = home.state()
    spoil(home)
    done = home.run("import", "bad.zip")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 3
    assert "Traceback" not in done.stderr
    assert home.state() == before
    assert not (home.folder.parent / "escaped").exists()


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("colour = 1\n", 4, ["accessreview.toml: colour: there is no such setting"]),
        ("[web\n", 4, ["accessreview.toml is not TOML"]),
        ('[review]\nmapping = "none.csv"\n', 2, ["none.csv cannot be read"]),
        (
            '[mail]\nhost = "m"\nsender = "a@b"\npassword_file = "none"\n',
            4,
            ["none cannot be read: No such file", "Put it there"],
        ),
        (
            '[mail]\nhost = "m"\nsender = "a@b"\npassword_file = "empty"\n',
            4,
            ["empty is empty", "first line"],
        ),
        (
            '[database]\nurl = "postgresql://u@127.0.0.1:1/x"\n',
            12,
            ["postgresql://u@127.0.0.1:1/x", "check the address"],
        ),
    ],
    ids=["unknown key", "not TOML", "no mapping", "no secret", "empty secret", "no server"],
)
def test_a_bad_configuration_is_refused(
    home: Home, text: str, code: int, told: Sequence[str]
) -> None:
    before = home.state()
    (home.folder / "empty").touch()
    home.configure(text)
    check(home.run("collect"), code, *told)
    assert home.state() == before


def test_a_ruleset_with_an_unknown_key_is_refused(home: Home) -> None:
    before = home.state()
    (home.folder / "rules.toml").write_text(f"{RULESET.text}\nurgent = true\n", encoding="utf-8")
    check(home.run("collect"), 2, "rules.toml", "urgent")
    assert home.state() == before


def test_a_database_of_a_newer_version_is_left_alone(home: Home) -> None:
    with closing(sqlite3.connect(home.database())) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = home.state()
    for words in (("collect",), ("db", "upgrade"), ("run",), ("serve",), ("user", "list")):
        check(home.run(*words), 12, "data/accessreview.db", "9999", f"newer than {REVISION}")
    assert home.state() == before


def test_what_is_no_database_is_left_alone(home: Home) -> None:
    home.database().write_bytes(b"not a database at all" * 100)
    check(home.run("collect"), 12, "data/accessreview.db is not a database", "backup")
    assert home.database().read_bytes() == b"not a database at all" * 100


@pytest.fixture
def read_only(home: Home) -> Iterator[Home]:
    yield home
    for path in (home.folder, home.folder / "data"):
        if path.exists():
            path.chmod(0o700)


def test_a_read_only_folder_is_named(read_only: Home) -> None:
    before = read_only.state()
    for path in (read_only.folder / "data").iterdir():
        path.chmod(0o400)
    (read_only.folder / "data").chmod(0o500)
    done = read_only.run("import", "bundle", under=WEAK)
    check(done, 12, "data/accessreview.db", "read-only for this user")
    assert read_only.state() == before


def test_a_data_directory_that_cannot_be_made_is_named(read_only: Home) -> None:
    shutil.rmtree(read_only.folder / "data")
    read_only.folder.chmod(0o500)
    for words in (("db", "upgrade"), ("run",)):
        done = read_only.run(*words, under=WEAK)
        check(done, 13, "data cannot be made", "name another data_directory")


def test_a_port_in_use_is_named_and_nothing_is_collected(home: Home) -> None:
    before = home.state()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        home.configure(f"[web]\nport = {port}\n")
        for command in ("run", "serve"):
            told = [f"127.0.0.1:{port}", "Address already in use", "Set another"]
            check(home.run(command), 13, *told)
    assert home.state() == before


def test_an_address_of_another_machine_cannot_be_listened_on(home: Home) -> None:
    home.configure('[web]\nhost = "192.0.2.1"\n')
    check(home.run("serve"), 13, "192.0.2.1:8480", "Set another web.host")


def test_a_name_that_is_no_host_is_named(home: Home) -> None:
    told = ("audit_events", "watches")  # both say why nothing came
    before = home.state(*told)
    (home.folder / "secret").write_text("x", encoding="utf-8")
    home.configure(
        '[[source]]\nkind = "vcenter"\nid = "vc"\nname = "Main site"\n'
        'host = "vcenter.invalid"\nusername = "u"\npassword_file = "secret"\n'
    )
    check(home.run("collect"), 9, "Main site (vcenter.invalid:443)", "nothing was stored")
    assert home.state(*told) == before


def test_an_account_that_nobody_is_gets_named(home: Home) -> None:
    done = home.run("effective", "bundle", "--account=nobody", config=False)
    check(done, 5, "No account has the id, login or name “nobody”")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    require(missing())
    entries = slapd.person("ann") + slapd.group("admins", "ann")
    with running_slapd(tmp_path_factory.mktemp("slapd"), entries) as running:
        yield running


def test_a_wrong_password_is_named_and_never_shown(home: Home, directory: Slapd) -> None:
    before = home.state("audit_events")
    (home.folder / "secret").write_text("canary-7f3a\n", encoding="utf-8")
    home.configure(
        f'[[source]]\nkind = "openldap"\nid = "corp"\nhost = "127.0.0.1"\n'
        f'port = {directory.tls_port}\nca_file = "{directory.ca_file}"\n'
        f'bind_dn = "cn=audit,{SUFFIX}"\npassword_file = "secret"\nbases = ["{SUFFIX}"]\n'
    )
    done = home.run("collect")
    check(done, 9, f"corp (ldaps://127.0.0.1:{directory.tls_port})", "password is wrong")
    assert "canary" not in done.stderr
    assert home.state("audit_events") == before
    assert "canary" not in "".join(home.state())


def test_a_missing_file_of_a_source_is_named_and_the_failure_recorded(home: Home) -> None:
    before, everything = home.state("audit_events"), home.state()
    home.configure(LDIF)
    check(home.run("collect"), 9, f"{home.folder}/x.ldif is not there", "correct its path")
    assert home.state("audit_events") == before
    assert len(home.state()) == len(everything) + 1
