"""Which of a directory's servers is asked, and what it says that it is."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from accessreview.ldap.connection import open_connection
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.errors import CollectionError
from tests.integration.directory.conftest import Ds389s, Server, Slapds
from tests.integration.directory.test_connection_answers import EVERYTHING, answers, stock
from tests.servers.ds389 import SUFFIX as SUFFIX_389
from tests.servers.slapd import SUFFIX, Slapd

SILENT, REFUSING = "127.0.0.2", "127.0.0.3"
NOWHERE = "nowhere.invalid"

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", SILENT, REFUSING]),
]


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds() as running:
        yield running


@contextmanager
def silent(port: int) -> Iterator[socket.socket]:
    """A server at ``SILENT`` that takes connections and never says anything."""
    with socket.create_server((SILENT, port)) as listening:
        listening.settimeout(0)
        yield listening


def refusal(settings: ServerSettings) -> str:
    with pytest.raises(CollectionError) as caught, open_connection(settings, CollectionError):
        pass
    return str(caught.value)


@pytest.mark.parametrize("first", [NOWHERE, REFUSING, SILENT])
def test_the_next_server_is_asked_when_one_does_not_answer(
    slapd: Slapd, server: Server, first: str
) -> None:
    settings = server(
        slapd, host=first, fallback_hosts=(NOWHERE, "127.0.0.1", REFUSING), timeout_seconds=1
    )
    with silent(slapd.tls_port), open_connection(settings, CollectionError) as connection:
        assert connection.settings.host == "127.0.0.1"
        assert "//127.0.0.1:" in connection.settings.label
        assert connection.entry(SUFFIX, ["dc"])


def test_when_none_answers_each_is_named_with_its_reason(slapd: Slapd, server: Server) -> None:
    words = refusal(server(slapd, host=REFUSING, fallback_hosts=(NOWHERE,)))
    assert f"{REFUSING}:{slapd.tls_port}): connecting failed: the connection failed" in words
    assert f"{NOWHERE}:{slapd.tls_port}): connecting failed: the host name cannot" in words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pin_sha256": "ab" * 32}, "not the pinned one"),
        ({"ca_file": None}, "does not verify"),
        ({"password": lambda: "wrong"}, "the name or the password is wrong"),
    ],
    ids=["pin", "authority", "password"],
)
def test_a_server_that_answers_wrongly_is_an_error_and_no_reason_to_ask_the_next(
    slapd: Slapd, server: Server, wrong: dict[str, object], words: str
) -> None:
    with silent(slapd.tls_port) as never_asked:
        assert words in refusal(server(slapd, fallback_hosts=(SILENT,), **wrong))
        with pytest.raises(BlockingIOError):
            never_asked.accept()


def test_a_server_lost_during_the_run_is_not_replaced(slapds: Slapds, server: Server) -> None:
    with slapds() as slapd, silent(slapd.tls_port) as never_asked:
        settings = server(slapd, fallback_hosts=(SILENT,))
        with open_connection(settings, CollectionError) as connection:
            slapd.kill()
            with pytest.raises(CollectionError, match=r"127\.0\.0\.1"):
                list(connection.pages(SUFFIX, "(objectClass=*)", ["cn"]))
        with pytest.raises(BlockingIOError):
            never_asked.accept()


def test_an_openldap_says_what_it_is_and_holds(slapd: Slapd, server: Server) -> None:
    with open_connection(server(slapd), CollectionError) as connection:
        identity = connection.identity
        assert connection.domains() == ()
    assert identity.kind is DirectoryKind.OPENLDAP
    assert identity.bases == (SUFFIX,)
    assert "1.2.840.113556.1.4.319" in identity.controls


def test_a_389_says_what_it_is_and_answers_as_ldap3_itself_receives(
    ds389s: Ds389s, server: Server
) -> None:
    account = f"cn=audit,{SUFFIX_389}"
    read = []
    with ds389s() as ds389:
        settings = server(ds389, bind_dn=account)
        with open_connection(settings, CollectionError) as connection:
            identity = connection.identity
        for fast in (False, True):
            url = f"ldap://127.0.0.1:{ds389.port}"
            with stock(url, account, "audit-secret", fast=fast) as by_ldap3:
                read.append(answers(by_ldap3, SUFFIX_389, EVERYTHING))
    assert identity.kind is DirectoryKind.DS389
    assert identity.bases == (SUFFIX_389,)
    assert read[0] == read[1]
