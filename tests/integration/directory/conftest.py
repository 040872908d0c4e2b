"""Servers for the tests of directories, and settings to reach them."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.model.snapshot import Reading
from tests.directory_seeds.openldap import crowd
from tests.servers.certificates import Authority, Issued
from tests.servers.ds389 import Ds389, make_ds389, running_ds389
from tests.servers.ds389 import missing as missing_389
from tests.servers.required import require
from tests.servers.samba import AD, Forest, Samba, make_forest, running_samba, seed_forest
from tests.servers.samba import missing as missing_samba
from tests.servers.slapd import SUFFIX, Slapd, make_slapd, missing, running_slapd
from tests.servers.templates import Templates

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Server = Callable[..., ServerSettings]
Slapds = Callable[..., AbstractContextManager[Slapd]]
Crowded = Callable[[int], AbstractContextManager[Slapd]]
Ds389s = Callable[..., AbstractContextManager[Ds389]]
Sambas = Callable[..., AbstractContextManager[Samba]]
Collect = Callable[..., Reading]


@pytest.fixture(scope="session")
def slapds(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Slapds:
    """Start a server of one's own, in a folder of its own, until the end of the block."""
    require(missing())
    return lambda entries="", **parts: running_slapd(
        tmp_path_factory.mktemp("slapd"), entries, **({"ca": authority} | parts)
    )


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """What the processes of one test run make together."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    return Templates(folder)


@pytest.fixture(scope="session")
def crowded(slapds: Slapds, templates: Templates) -> Crowded:
    """Start a slapd of one's own with that many people (``directory_seeds.openldap.crowd``)."""
    return lambda number: slapds(
        template=templates.made(f"slapd-{number}", lambda made: make_slapd(made, crowd(number)))
    )


@pytest.fixture(scope="session")
def ds389s(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, templates: Templates
) -> Ds389s:
    """Start a 389-ds of one's own with these entries, in under a second after the first time."""
    require(missing_389())
    return lambda entries="", **parts: running_ds389(
        tmp_path_factory.mktemp("ds389"),
        templates.made("ds389", lambda folder: make_ds389(folder, entries), entries),
        **({"ca": authority} | parts),
    )


@pytest.fixture(scope="session")
def sambas(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, templates: Templates
) -> Sambas:
    """Start a controller of one's own with these entries, in under a second after the first time.

    Tests that reach it allow the hosts ``ADDRESSES``.
    """
    require(missing_samba())

    def running(
        ldif: str = "",
        forest: Forest = AD,
        certificate: Issued | None = None,
        services: str = "ldap",
    ) -> AbstractContextManager[Samba]:
        empty = templates.made(f"forest-{forest.domain}", lambda made: make_forest(made, forest))
        seeded = templates.made(
            f"domain-{forest.domain}", lambda made: seed_forest(made, forest, empty, ldif), ldif
        )
        folder = tmp_path_factory.mktemp("samba")
        return running_samba(
            folder, forest, seeded, ca=authority, certificate=certificate, services=services
        )

    return running


@pytest.fixture(scope="session")
def server() -> Server:
    """Settings to reach a slapd as one of its accounts, changed as a test says."""

    def settings(slapd: Slapd, account: str = "audit", **changes: object) -> ServerSettings:
        security = changes.get("security", Security.LDAPS)
        parts: dict[str, object] = {
            "name": "Corp",
            "host": "127.0.0.1",
            "port": slapd.tls_port if security is Security.LDAPS else slapd.port,
            "bind_dn": f"cn={account},{SUFFIX}",
            "password": lambda: f"{account}-secret",
            "ca_file": slapd.ca_file,
            "timeout_seconds": 10,
            "deadline_seconds": 60,
        }
        return ServerSettings(**(parts | changes))  # type: ignore[arg-type] # checked by use

    return settings


@pytest.fixture(scope="session")
def collect() -> Collect:
    """Collect from the server that the settings name."""

    def reading(server: ServerSettings, source: str = "corp", **schema: object) -> Reading:
        parts: dict[str, object] = {"kind": DirectoryKind.OPENLDAP, "bases": (SUFFIX,)}
        settings = DirectorySettings(
            id=source,
            server=server,
            schema=DirectorySchema(**(parts | schema)),  # type: ignore[arg-type] # checked by use
        )
        return DirectorySource(settings).collect(lambda: NOW)

    return reading
