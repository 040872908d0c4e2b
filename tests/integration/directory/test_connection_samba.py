"""A domain controller by our wrapper: what it is, how it answers, and tickets for a password."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from accessreview.ldap.connection import open_connection
from accessreview.ldap.root import Domain
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings, SignIn
from accessreview.model.errors import CollectionError, ConfigurationError
from tests.integration.directory.conftest import Sambas
from tests.integration.directory.readings import as_account
from tests.integration.directory.test_connection_answers import EVERYTHING, answers, stock
from tests.servers.adproxy import running_adproxy
from tests.servers.required import require
from tests.servers.samba import AD, ADDRESSES, Samba, group, user

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]

MANY = [f"u{number:02d}" for number in range(60)]
LDIF = "".join(map(user, (*MANY, "audit"))) + group("all", *MANY)
CONFIGURATION = """\
[libdefaults]
    default_realm = {realm}
    dns_canonicalize_hostname = false
    rdns = false
    dns_lookup_kdc = false
[realms]
    {realm} = {{
        kdc = {address}
    }}
"""


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(LDIF, services="ldap, kdc") as running:
        samba_tool(running, "spn", "add", f"ldap/{running.address}", "DC1$")
        yield running


@pytest.fixture(scope="module")
def settings(samba: Samba) -> ServerSettings:
    return as_account(samba)


def test_a_domain_controller_says_what_it_is_and_what_its_domains_are_called(
    settings: ServerSettings,
) -> None:
    with open_connection(settings, CollectionError) as connection:
        identity, domains = connection.identity, connection.domains()
    assert identity.kind is DirectoryKind.ACTIVE_DIRECTORY
    assert identity.bases == (AD.base,)
    assert identity.dns_host_name == "dc1.ad.test"
    assert identity.highest_usn
    assert len(identity.invocation_id) == len("00000000-0000-0000-0000-000000000000")
    assert domains == (Domain(AD.base, AD.netbios_name, AD.domain),)


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "in parts"])
def test_every_answer_is_what_ldap3_itself_receives(samba: Samba, *, cut: bool) -> None:
    with running_adproxy(samba.address, values=15, page=20) as port:
        url = f"ldap://127.0.0.1:{port}" if cut else f"ldap://{samba.address}"
        wanted = ["cn", "member"] if cut else EVERYTHING
        read = []
        for fast in (False, True):
            with stock(url, "audit@ad.test", "audit-secret", fast=fast) as connection:
                read.append(answers(connection, AD.base, wanted))
    by_ldap3, ours = read
    assert ours == by_ldap3
    everything = [name for one in ours for name in one.get("attributes", ())]
    assert ("member;range=0-14" in everything) is cut


@pytest.fixture
def kerberos(
    samba: Samba, settings: ServerSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ServerSettings:
    """Settings to sign in with a ticket, for which the process finds a keytab."""
    require("" if find_spec("gssapi") else "signing in by Kerberos needs the package gssapi")
    keytab, configuration = tmp_path / "keytab", tmp_path / "krb5.conf"
    configuration.write_text(CONFIGURATION.format(realm=AD.realm, address=samba.address))
    samba_tool(samba, "domain", "exportkeytab", str(keytab), f"--principal=audit@{AD.realm}")
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/tickets")
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", f"FILE:{keytab}")
    return replace(settings, sign_in=SignIn.KERBEROS, bind_dn="", password=str)


def samba_tool(samba: Samba, *words: str) -> None:
    subprocess.run(
        ["samba-tool", *words, f"--configfile={samba.folder}/run.conf"],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )


@pytest.mark.parametrize("security", [Security.LDAPS, Security.STARTTLS])
def test_a_ticket_signs_in_where_the_connection_is_encrypted(
    kerberos: ServerSettings, security: Security
) -> None:
    with open_connection(replace(kerberos, security=security), CollectionError) as connection:
        found = list(connection.pages(AD.base, "(sAMAccountName=u0*)", ["cn"]))
    assert len(found) == 10


def test_without_its_library_it_says_what_to_install(
    settings: ServerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    by_ticket = replace(settings, sign_in=SignIn.KERBEROS, bind_dn="", password=str)
    with (
        pytest.raises(ConfigurationError, match="the Python package gssapi"),
        open_connection(by_ticket, CollectionError),
    ):
        pass


def test_without_encryption_no_ticket_is_shown(kerberos: ServerSettings) -> None:
    settings = replace(kerberos, security=Security.PLAIN)
    with (
        pytest.raises(ConfigurationError, match="needs encryption"),
        open_connection(settings, CollectionError),
    ):
        pass


@pytest.mark.parametrize("lost", ["KRB5_CLIENT_KTNAME", "KRB5_CONFIG"])
def test_what_kerberos_says_is_passed_on(
    kerberos: ServerSettings, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(lost, "/nowhere")
    with (
        pytest.raises(CollectionError, match=r"by Kerberos failed: Kerberos says: .+\."),
        open_connection(kerberos, CollectionError),
    ):
        pass
