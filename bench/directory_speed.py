"""Measure how fast and in how much memory a directory is read, beside other clients.

    python bench/directory_speed.py [--users 100007] [--runs 5]

Starts slapd with so many users in a temporary folder. In each run every client reads once, so that
all have the same share of what else the machine does; the shortest time of each counts, and the
most memory. The table goes to ``docs/benchmarks.md``.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from report import machine, today, written

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.system import SystemClock
from tests.servers.slapd import SUFFIX, Slapd, group, person, running_slapd

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
CLIENTS = Path(__file__).with_name("directory_clients.py")
SYSTEM_PYTHON = "/usr/bin/python3"
ACCOUNT, PASSWORD = f"cn=audit,{SUFFIX}", "audit-secret"
USERS_A_GROUP, MEMBERS = 50, 100
PYTHON = ("accessreview", "python-ldap", "ldap3")
COLLECTOR = "the whole collector, to rows of a snapshot"
LEAST_SHARE = 0.5
"""Of the users a second that ldapsearch reads."""
MOST_GROWN = 24
"""MiB that reading a hundred thousand users may take; to hold them takes five times as much."""
KIB = 1024


@dataclass(frozen=True)
class Reading:
    """What every client is asked for."""

    label: str
    filter: str
    attributes: tuple[str, ...]


READINGS = (
    Reading(
        "users",
        "(objectClass=person)",
        (
            *("objectClass", "entryUUID", "uid", "cn", "displayName", "givenName", "mail"),
            *("employeeNumber", "manager"),
        ),
    ),
    Reading("groups", "(objectClass=groupOfNames)", ("objectClass", "entryUUID", "cn", "member")),
)


@dataclass(frozen=True)
class Answer:
    seconds: float
    entries: int
    values: int
    peak: int = 0
    """KiB resident at most, if that is measured."""
    grown: int = 0
    """How much of it came while it read."""


def ldif(users: int) -> Iterator[str]:
    """Users, a group of a hundred for every fifty of them, and one of half of all."""
    logins = [f"u{number:06d}" for number in range(users)]
    for number, login in enumerate(logins):
        yield person(
            login,
            f"mail: {login}@corp.example",
            f"displayName: Person Number {number}",
            "givenName: Person",
            f"employeeNumber: {number}",
            f"manager: uid={logins[number // 10]},ou=people,{SUFFIX}",
        )
    for number in range(users // USERS_A_GROUP):
        places = (number * 7919 + step * 104729 for step in range(MEMBERS))
        yield group(f"g{number:05d}", *(logins[place % users] for place in places))
    yield group("half", *logins[: users // 2])


def by_ldapsearch(slapd: Slapd, url: str, reading: Reading, *, count: bool) -> Answer:
    """With ``count`` its output is read too, which takes time of its own."""
    command = [
        *("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", url, "-D", ACCOUNT),
        *("-w", PASSWORD, "-b", SUFFIX, "-E", "pr=500/noprompt", reading.filter),
        *reading.attributes,
    ]
    begun = time.perf_counter()
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE if count else subprocess.DEVNULL,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LDAPTLS_CACERT": str(slapd.ca_file)},
    )
    seconds = time.perf_counter() - begun
    lines = done.stdout.splitlines() if count else []
    entries = sum(line.startswith(b"dn:") for line in lines)
    values = sum(bool(line) and not line.startswith((b"dn:", b"# ")) for line in lines)
    return Answer(seconds, entries, values)


def by_client(name: str, slapd: Slapd, url: str, reading: Reading) -> Answer:
    python = SYSTEM_PYTHON if name == "python-ldap" else sys.executable
    words = [python, CLIENTS, name, url, slapd.ca_file, ACCOUNT, PASSWORD, SUFFIX]
    done = subprocess.run(
        [*words, reading.filter, *reading.attributes], capture_output=True, text=True, check=True
    )
    seconds, *counted = done.stdout.split()
    return Answer(float(seconds), *map(int, counted))


def by_collector(slapd: Slapd, *, encrypted: bool) -> Answer:
    """Everything that the product does to have users, groups and members as rows."""
    settings = DirectorySettings(
        id="bench",
        server=ServerSettings(
            name="bench",
            host="127.0.0.1",
            port=slapd.tls_port if encrypted else slapd.port,
            security=Security.LDAPS if encrypted else Security.PLAIN,
            ca_file=slapd.ca_file,
            bind_dn=ACCOUNT,
            password=lambda: PASSWORD,
        ),
        schema=DirectorySchema(kind=DirectoryKind.OPENLDAP, bases=(SUFFIX,)),
    )
    begun = time.perf_counter()
    reading = DirectorySource(settings).collect(SystemClock().now)
    seconds = time.perf_counter() - begun
    rows = {name: len(reading.tables[name]) for name in ("accounts", "groups", "members")}
    return Answer(seconds, rows["accounts"] + rows["groups"], rows["members"])


class Race:
    """The best of every client, by reading and by whether it is encrypted."""

    def __init__(self, slapd: Slapd, runs: int) -> None:
        self._slapd = slapd
        self._runs = runs
        self._best: dict[tuple[str, str, bool], Answer] = {}

    def run(self, reading: Reading, *, encrypted: bool) -> None:
        """Let all read in turn, as often as there are runs.

        Raises:
            SystemExit: one has read something else than ldapsearch.
        """
        slapd, port = self._slapd, self._slapd.tls_port if encrypted else self._slapd.port
        url = f"{'ldaps' if encrypted else 'ldap'}://127.0.0.1:{port}"
        expected = by_ldapsearch(slapd, url, reading, count=True)
        clients: dict[str, Callable[[], Answer]] = {
            "ldapsearch": lambda: by_ldapsearch(slapd, url, reading, count=False),
            **{name: lambda name=name: by_client(name, slapd, url, reading) for name in PYTHON},
        }
        for run in range(self._runs):
            for name, client in clients.items():
                answer = client()
                told = (answer.entries, answer.values)
                if name != "ldapsearch" and told != (expected.entries, expected.values):
                    raise SystemExit(f"{name} reads {told}, and ldapsearch {expected}.")
                measured = replace(answer, entries=expected.entries, values=expected.values)
                self._keep(name, reading.label, encrypted, measured)
                print(f"run {run + 1} {url[:5]} {reading.label} {name}: {answer.seconds:.2f} s")

    def collect(self, *, encrypted: bool) -> None:
        for _ in range(self._runs):
            self._keep(COLLECTOR, "all", encrypted, by_collector(self._slapd, encrypted=encrypted))

    def _keep(self, name: str, label: str, encrypted: bool, answer: Answer) -> None:  # noqa: FBT001
        key = (name, label, encrypted)
        other = self._best.get(key, answer)
        self._best[key] = replace(
            answer,
            seconds=min(answer.seconds, other.seconds),
            peak=max(answer.peak, other.peak),
            grown=max(answer.grown, other.grown),
        )

    def share(self, name: str, label: str, *, encrypted: bool) -> float:
        """How many entries a second it reads, as a share of those of ldapsearch."""
        return (
            self._best["ldapsearch", label, encrypted].seconds
            / self._best[name, label, encrypted].seconds
        )

    def memory(self, name: str, label: str) -> tuple[float, float]:
        """MiB resident at most, and how much of it came while it read."""
        both = [self._best[name, label, encrypted] for encrypted in (False, True)]
        return max(one.peak for one in both) / KIB, max(one.grown for one in both) / KIB

    def rows(self) -> Iterator[str]:
        for reading in READINGS:
            entries = self._best["ldapsearch", reading.label, False].entries
            values = self._best["ldapsearch", reading.label, False].values
            yield f"| **{entries:,} {reading.label}, {values:,} values** | | | | | | |"
            for name in ("ldapsearch", *PYTHON):
                cells = [_label(name)]
                for encrypted in (False, True):
                    seconds = self._best[name, reading.label, encrypted].seconds
                    share = self.share(name, reading.label, encrypted=encrypted)
                    cells += [f"{entries / seconds:,.0f}", f"{share:.2f}"]
                memory = self.memory(name, reading.label)
                cells += [f"{size:.0f}" if name in PYTHON else "" for size in memory]
                yield f"| {' | '.join(cells)} |"
        found = self._best[COLLECTOR, "all", False]
        yield f"| **{found.entries:,} accounts and groups, {found.values:,} members** | | | | | | |"
        speeds = [
            f"{found.entries / self._best[COLLECTOR, 'all', encrypted].seconds:,.0f} | "
            for encrypted in (False, True)
        ]
        yield f"| {_label(COLLECTOR)} | {' | '.join(speeds)} | | |"


def _label(name: str) -> str:
    match name:
        case "accessreview":
            return f"**accessreview**, on ldap3 {version('ldap3')} with its own receiving"
        case "ldap3":
            return f"ldap3 {version('ldap3')} as it is"
        case "python-ldap":
            words = "import ldap, platform; print(ldap.__version__, platform.python_version())"
            told = subprocess.run(
                [SYSTEM_PYTHON, "-c", words], capture_output=True, text=True, check=True
            )
            library, python = told.stdout.split()
            return f"python-ldap {library}, on Python {python}"
        case "ldapsearch":
            told = subprocess.run(
                ["/usr/bin/ldapsearch", "-VV"], capture_output=True, text=True, check=True
            )
            return f"ldapsearch {told.stderr.split('ldapsearch ')[1].split()[0]}"
        case other:
            return other


def _text(race: Race, runs: int) -> str:
    command = " ".join((".venv/bin/python bench/directory_speed.py", *sys.argv[1:]))
    where = f"{machine()}. Python {sys.version.split()[0]}"
    lines = [
        f"`{command}`, {today()}. {where}. The best of {runs} runs.",
        "",
        "| | entries a second | of ldapsearch | by ldaps | of ldapsearch | MiB | MiB to read |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*lines, *race.rows()])


def main() -> None:
    ask = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    # a full last page would be doubted, and all names counted again
    ask.add_argument("--users", type=int, default=100_007)
    ask.add_argument("--runs", type=int, default=5)
    given = ask.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream
    with (
        tempfile.TemporaryDirectory() as folder,
        running_slapd(Path(folder), "".join(ldif(given.users))) as slapd,
    ):
        race = Race(slapd, given.runs)
        for encrypted in (False, True):
            for reading in READINGS:
                race.run(reading, encrypted=encrypted)
            race.collect(encrypted=encrypted)
    text = _text(race, given.runs)
    print(text)
    PAGE.write_text(written(PAGE.read_text("utf-8"), "directories", text), "utf-8")
    if wrong := list(_wrong(race)):
        raise SystemExit("\n".join(wrong))


def _wrong(race: Race) -> Iterator[str]:
    """In what reading users falls short."""
    users = READINGS[0].label
    share = min(race.share("accessreview", users, encrypted=one) for one in (False, True))
    if share < LEAST_SHARE:
        yield f"Of what ldapsearch reads, {share:.2f} is less than wanted."
    _, grown = race.memory("accessreview", users)
    if grown > MOST_GROWN:
        yield f"Reading takes {grown:.0f} MiB, more than wanted: not a page at a time."


if __name__ == "__main__":
    main()
