"""Three servers with the same people and groups, which faults are to befall.

Whatever a group holds in one of them it holds in the others, so that one table of faults can be
held to all. Permissions name every group that no other group holds: a group that neither is named
nor held gives nobody access, whoever hides it.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.settings import DirectoryKind
from tests.directory_seeds import ds389 as of_389
from tests.servers import ds389, samba, slapd
from tests.servers.certificates import Authority, Issued, issue, make_ca
from tests.servers.templates import Templates

PEOPLE = tuple(f"u{number:03d}" for number in range(120))
SMALL, DEPTH = 30, 5
GROUPS: dict[str, tuple[str, ...]] = (
    {"all": PEOPLE}
    | {f"g{number:02d}": PEOPLE[number * 4 : number * 4 + 4] for number in range(SMALL)}
    | {f"chain{level}": (PEOPLE[level], f"chain{level + 1}") for level in range(DEPTH - 1)}
    | {f"chain{DEPTH - 1}": (PEOPLE[DEPTH],)}
)
NAMED = frozenset(("all", "chain0", *(f"g{number:02d}" for number in range(SMALL))))
"""The groups that permissions name."""

PAGE = 25
PASSWORD = "audit-secret"
_ROOT, _ROOTS_PASSWORD = f"cn=admin,{slapd.SUFFIX}", "root-secret"


class Running(Protocol):
    """A server that may be killed and started again, if it is a row's own."""

    folder: Path
    process: "subprocess.Popen[bytes] | None"

    def kill(self) -> None: ...
    def start(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running server: where it answers in clear, who reads it, who may see all of it.

    ``change`` adds entries, or changes them where the LDIF says ``changetype``.
    """

    kind: DirectoryKind
    host: str
    port: int
    tls_port: int
    ca_file: Path
    certificate: Issued
    base: str
    account: str
    privileged: tuple[str, str]
    running: Running = field(repr=False)
    change: Callable[[str], None] = field(repr=False)

    @property
    def schema(self) -> DirectorySchema:
        return DirectorySchema(kind=self.kind, bases=(self.base,))

    def name(self, one: str) -> str:
        """The distinguished name of a person or group."""
        is_ad = self.kind is DirectoryKind.ACTIVE_DIRECTORY
        unit = "people" if one in PEOPLE else "groups"
        kind = "uid" if unit == "people" and not is_ad else "cn"
        return f"{kind},ou={unit},{self.base}".replace(",", f"={one},", 1)


@dataclass(frozen=True, slots=True)
class Servers:
    """Starts them: each folder is new, what takes long is copied from a template.

    ``shown`` is a certificate that fits whatever answers at 127.0.0.1.
    """

    folder: Path
    templates: Templates
    authority: Authority
    shown: Issued

    @classmethod
    def of(cls, folder: Path, templates: Templates) -> "Servers":
        authority = make_ca(folder, "faults-ca")
        return cls(folder, templates, authority, issue(authority, folder))

    def new_folder(self) -> Path:
        return Path(mkdtemp(dir=self.folder))

    def running(self, kind: DirectoryKind) -> AbstractContextManager[Place]:
        """A server of one's own until the end of the block."""
        return _STARTS[kind](self)


@contextmanager
def openldap(
    servers: Servers,
    *,
    rules: str = "",
    settings: str = "",
    entries: str = "",
    size_limit: int = 500,
) -> Iterator[Place]:
    """One with further ``entries``, and with access ``rules`` before the usual ones."""
    template = servers.templates.made(
        "faults-slapd", lambda made: slapd.make_slapd(made, (_in_openldap(), entries)), entries
    )
    folder = servers.new_folder()
    with slapd.running_slapd(
        folder,
        template=template,
        ca=servers.authority,
        settings=settings,
        size_limit=size_limit,
        overlays=f"rootpw {_ROOTS_PASSWORD}\n",
    ) as running:
        if rules:
            running.restrict(rules)
        yield Place(
            kind=DirectoryKind.OPENLDAP,
            host="127.0.0.1",
            port=running.port,
            tls_port=running.tls_port,
            ca_file=running.ca_file,
            certificate=running.certificate,
            base=slapd.SUFFIX,
            account=f"cn=audit,{slapd.SUFFIX}",
            privileged=(_ROOT, _ROOTS_PASSWORD),
            running=running,
            change=partial(_changed, running),
        )


def _changed(running: slapd.Slapd, ldif: str) -> None:
    subprocess.run(
        [
            *("ldapmodify", "-a", "-x", "-H", f"ldap://127.0.0.1:{running.port}"),
            *("-D", _ROOT, "-w", _ROOTS_PASSWORD),
        ],
        input=ldif.encode(),
        capture_output=True,
        check=True,
    )


@contextmanager
def _ds389(servers: Servers) -> Iterator[Place]:
    template = servers.templates.made("faults-389", lambda made: ds389.make_ds389(made, _in_389()))
    with ds389.running_ds389(servers.new_folder(), template, ca=servers.authority) as running:
        yield Place(
            kind=DirectoryKind.DS389,
            host="127.0.0.1",
            port=running.port,
            tls_port=running.tls_port,
            ca_file=running.ca_file,
            certificate=running.certificate,
            base=ds389.SUFFIX,
            account=f"cn=audit,{ds389.SUFFIX}",
            privileged=(f"cn=remedy,{ds389.SUFFIX}", "remedy-secret"),
            running=running,
            change=running.change,
        )


@contextmanager
def _samba(servers: Servers) -> Iterator[Place]:
    forest = samba.AD
    made = servers.templates.made
    empty = made(f"forest-{forest.domain}", lambda folder: samba.make_forest(folder, forest))
    seeded = made(
        "faults-samba", lambda folder: samba.seed_forest(folder, forest, empty, _in_samba())
    )
    with samba.running_samba(servers.new_folder(), forest, seeded, ca=servers.authority) as running:
        yield Place(
            kind=DirectoryKind.ACTIVE_DIRECTORY,
            host=running.address,
            port=389,
            tls_port=636,
            ca_file=running.ca_file,
            certificate=running.certificate,
            base=forest.base,
            account=f"audit@{forest.domain}",
            privileged=(f"Administrator@{forest.domain}", "Administrator-secret1"),
            running=running,
            change=running.change,
        )


_STARTS: dict[DirectoryKind, Callable[[Servers], AbstractContextManager[Place]]] = {
    DirectoryKind.OPENLDAP: openldap,
    DirectoryKind.ACTIVE_DIRECTORY: _samba,
    DirectoryKind.DS389: _ds389,
}
MISSING: dict[DirectoryKind, Callable[[], str]] = {
    DirectoryKind.OPENLDAP: slapd.missing,
    DirectoryKind.ACTIVE_DIRECTORY: samba.missing,
    DirectoryKind.DS389: ds389.missing,
}


def _in_openldap() -> str:
    return "".join(map(slapd.person, PEOPLE)) + "".join(
        slapd.group(name, *(_inner(one, "cn={},ou=groups") for one in members))
        for name, members in GROUPS.items()
    )


def _in_389() -> str:
    return "".join(map(of_389.person, PEOPLE)) + "".join(
        of_389.group(name, *(_inner(one, f"cn={{}},{of_389.GROUPS}") for one in members))
        for name, members in reversed(GROUPS.items())
    )


def _in_samba() -> str:
    return "".join(map(samba.user, ("audit", *PEOPLE))) + "".join(
        samba.group(name, *(_inner(one, "CN={},OU=groups") for one in members))
        for name, members in reversed(GROUPS.items())
    )


def _inner(one: str, name: str) -> str:
    return name.format(one) if one in GROUPS else one
