"""What a fault of a directory may do to a reading, and what it may never do.

A fault is a row: which server, what happens, at which moment, and what has to come of it. It is
carried out through the collector, joining, composing and the gate, and judged by what the server
truly holds.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.connection import open_connection
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading
from accessreview.snapshot.completeness import Thresholds, judge
from accessreview.snapshot.joining import join
from tests.directory_faults_servers import (
    GROUPS,
    NAMED,
    PAGE,
    PASSWORD,
    PEOPLE,
    Place,
    Servers,
)
from tests.faults import FALSE_COMPLETE, Came, Outcome, Result, Times, came, wrong_with

NOW = datetime(2026, 3, 1, tzinfo=UTC)


HASTE: Times = {"timeout_seconds": 2, "deadline_seconds": 6}
"""For rows where nothing comes: all others have time enough, however busy the machine is."""
IN_VAIN = "no answer came in time (2 s for each wait, 6 s for all)"

_LATE = 3
"""By how many seconds a run may end after its deadline."""
_AT_ONCE = 6
_SECRETS = (PASSWORD, "capped-secret", "shallow-secret")


OPENLDAP, AD, DS389 = (
    DirectoryKind.OPENLDAP,
    DirectoryKind.ACTIVE_DIRECTORY,
    DirectoryKind.DS389,
)
KINDS = (OPENLDAP, AD, DS389)


class Shape(NamedTuple):
    """Which page is the last one of people, of groups, of all; how many entries people have."""

    people: int
    groups: int
    all: int
    entries: int


SHAPES = MappingProxyType(
    {OPENLDAP: Shape(5, 7, 7, 120), AD: Shape(6, 9, 11, 130), DS389: Shape(5, 7, 8, 120)}
)


@dataclass(frozen=True, slots=True)
class Held:
    """Ids of accounts and groups, and pairs of group and member."""

    objects: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, reading: Reading) -> "Held":
        rows = (row for name in ("accounts", "groups") for row in reading.tables[name].rows())
        pairs = ((row[1], row[3]) for row in reading.tables["members"].rows())
        return cls(frozenset(row[1] for row in rows), frozenset(pairs))


@dataclass(frozen=True, slots=True)
class Ground:
    """A server that no row changes, and what an account that may see all of it has read there.

    ``named`` are principals of permissions; ``order`` the names in which entries come.
    """

    servers: Servers
    place: Place
    last: Reading
    named: frozenset[str]
    order: tuple[str, ...]

    @classmethod
    def of(cls, servers: Servers, place: Place) -> "Ground":
        last = whole(place)
        assert last.source.coverage is Coverage.FULL, last.source.gaps
        named = {
            row[2].casefold()
            for row in last.tables["principal_names"].rows()
            if row[2].partition("@")[0].rpartition("\\")[2] in NAMED
        }
        with open_connection(reaching(place), CollectionError) as connection:
            order = [
                entry.dn
                for filter_ in place.schema.filters
                for entry in connection.pages(place.base, filter_, ("1.1",))
            ]
        return cls(servers, place, last, frozenset(named), tuple(order))

    def id_of(self, name: str) -> str:
        """The id of a person or group."""
        (found,) = {
            row[1]
            for table in ("accounts", "groups")
            for row in self.last.tables[table].rows()
            if row[2] == name
        }
        return found

    def written(self, name: str) -> str:
        """The distinguished name as the server writes it."""
        id_ = self.id_of(name)
        (found,) = (row[2] for row in self.last.tables["locators"].rows() if row[1] == id_)
        return found

    def entry_of(self, name: str) -> int:
        """As which entry, of all searches, it comes."""
        return self.order.index(self.written(name)) + 1

    def raw_id(self, name: str) -> bytes:
        """The id as it is sent."""
        id_ = self.id_of(name)
        if not id_.startswith("S-"):
            return id_.encode()
        revision, authority, *parts = map(int, id_.split("-")[1:])
        head = bytes((revision, len(parts))) + authority.to_bytes(6, "big")
        return head + b"".join(part.to_bytes(4, "little") for part in parts)

    def holds_the_seed(self) -> bool:
        """Whether what was read is what the servers were filled with."""
        ids = {name: self.id_of(name) for name in (*PEOPLE, *GROUPS)}
        seeded = {(ids[group], ids[one]) for group, members in GROUPS.items() for one in members}
        groups = {ids[group] for group in GROUPS}
        return seeded == {pair for pair in Held.of(self.last).pairs if pair[0] in groups}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a row collects from while its fault lasts.

    ``before`` and ``after`` are what the directory holds: a complete reading has at least what
    both have, and at most what either has. ``last`` is the last good reading, if there is one.
    ``complaint`` tells what else went wrong, if anything.
    """

    settings: ServerSettings
    schema: DirectorySchema
    before: Held
    after: Callable[[], Held]
    last: Reading | None
    now: Callable[[], datetime] = lambda: NOW
    complaint: Callable[[], str] = str


Stage = Callable[[Ground], AbstractContextManager[Scene]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row; ``words`` have to be said about it."""

    server: DirectoryKind
    what: str
    moment: str
    outcome: Outcome
    words: str
    stage: Stage = field(repr=False)

    @property
    def id(self) -> str:
        return f"{self.server}: {self.what}, {self.moment}"


def everywhere(what: str, moment: str, outcome: Outcome, words: str, stage: Stage) -> list[Fault]:
    """The same row for each server."""
    return [Fault(server, what, moment, outcome, words, stage) for server in KINDS]


def reaching(place: Place, **changes: object) -> ServerSettings:
    """Settings for the account that usually reads."""
    usual: dict[str, object] = {
        "name": "Corp",
        "host": place.host,
        "port": place.tls_port,
        "security": Security.LDAPS,
        "bind_dn": place.account,
        "password": lambda: PASSWORD,
        "ca_file": place.ca_file,
        "timeout_seconds": 30,
        "deadline_seconds": 60,
        "page_size": PAGE,
    }
    return ServerSettings(**(usual | changes))  # type: ignore[arg-type] # checked by use


def source(settings: ServerSettings, schema: DirectorySchema) -> DirectorySource:
    return DirectorySource(DirectorySettings(id="corp", server=settings, schema=schema))


def whole(place: Place) -> Reading:
    """All that a server holds, as an account reads it that may see everything."""
    account, password = place.privileged
    settings = replace(
        reaching(place),
        bind_dn=account,
        password=lambda: password,
        page_size=500,
    )
    (reading,) = join([source(settings, place.schema).collect(lambda: NOW)])
    return reading


def scene(ground: Ground, settings: ServerSettings, **changes: object) -> Scene:
    """One of a directory that stays as it is."""
    held = Held.of(ground.last)
    usual: dict[str, object] = {
        "settings": settings,
        "schema": ground.place.schema,
        "before": held,
        "after": lambda: held,
        "last": ground.last,
    }
    return Scene(**(usual | changes))  # type: ignore[arg-type] # checked by use


def carried_out(faults: Sequence[Fault], ground: Ground) -> list[Result[Fault]]:
    """All of these rows of one server, several at once, but none that waits beside busy ones."""
    results: list[Result[Fault]] = []
    for waits in (True, False):
        some = [fault for fault in faults if (IN_VAIN in fault.words) is waits]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            results += pool.map(lambda fault: _carry_out(fault, ground), some)
    return results


def _carry_out(fault: Fault, ground: Ground) -> Result[Fault]:
    with fault.stage(ground) as staged:
        settings = staged.settings
        found = came(
            lambda: _read(staged),
            staged.now,
            lambda reading: judge(reading, staged.last, ground.named, Thresholds()),
            Outcome.KEPT_OUT,
        )
        allowed = settings.deadline_seconds + _LATE
        wrong = [*wrong_with(found, fault, settings.label, _SECRETS, allowed)]
        wrong += _untrue(staged, found)
    if complaint := staged.complaint():
        wrong.append(complaint)
    return Result(fault, found.outcome, found.seconds, found.said, tuple(wrong))


def _read(staged: Scene) -> Reading:
    (reading,) = join([source(staged.settings, staged.schema).collect(staged.now)])
    return reading


def _untrue(staged: Scene, found: Came) -> Iterator[str]:
    if found.outcome is not Outcome.COMPLETE or found.reading is None:
        return
    before, after, now = staged.before, staged.after(), Held.of(found.reading)
    if invented := now.pairs - before.pairs - after.pairs:
        yield f"{len(invented)} memberships are invented"
    if lacking := (before.pairs & after.pairs) - now.pairs:
        yield f"{FALSE_COMPLETE}: {len(lacking)} memberships are lacking"
    if lost := (before.objects & after.objects) - now.objects:
        yield f"{FALSE_COMPLETE}: {len(lost)} accounts or groups are lacking"
