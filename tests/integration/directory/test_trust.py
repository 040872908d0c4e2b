"""Whom the collector speaks to, what it sends there, and what it never shows."""

import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from accessreview.ldap.settings import Security, ServerSettings
from accessreview.model.errors import CollectionError, ConfigurationError
from accessreview.model.snapshot import Coverage
from tests.integration.directory.conftest import Collect, Server, Slapds
from tests.servers.certificates import Authority, issue, make_ca
from tests.servers.listener import running_listener
from tests.servers.slapd import SUFFIX, Slapd, group, person

pytestmark = pytest.mark.integration

CANARY = "canary-7f3a"
ENCRYPTED = [Security.LDAPS, Security.STARTTLS]
ENTRIES = person("ann") + group("admins", "ann")
START_TLS = b"1.3.6.1.4.1.1466.20037"
STRANGE = ["self-signed", "another authority", "another name", "expired"]


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@pytest.fixture(scope="module", params=STRANGE)
def strange(
    request: pytest.FixtureRequest,
    slapds: Slapds,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Slapd]:
    folder = tmp_path_factory.mktemp("certificate")
    certificate = {
        "self-signed": lambda: issue(None, folder),
        "another authority": lambda: issue(make_ca(folder, "other"), folder),
        "another name": lambda: issue(authority, folder, names=("elsewhere.example",), ips=()),
        "expired": lambda: issue(authority, folder, lifetime=-timedelta(hours=1)),
    }[request.param]()
    with slapds(ENTRIES, certificate=certificate) as running:
        yield running


def refusal(server: ServerSettings, collect: Collect) -> str:
    """What is said when nothing can be read; never the password, not even in a traceback."""
    with pytest.raises(CollectionError) as caught:
        collect(server)
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(server)
    return str(caught.value)


@pytest.mark.parametrize("security", ENCRYPTED)
def test_a_server_is_verified_and_everything_read(
    slapd: Slapd, server: Server, collect: Collect, security: Security
) -> None:
    reading = collect(server(slapd, security=security))
    assert (reading.source.coverage, reading.source.gaps) == (Coverage.FULL, ())


@pytest.mark.parametrize("security", ENCRYPTED)
def test_a_server_that_cannot_prove_who_it_is_gets_no_password(
    strange: Slapd, server: Server, collect: Collect, security: Security
) -> None:
    words = refusal(server(strange, security=security, password=lambda: CANARY), collect)
    assert "certificate does not verify" in words


@pytest.mark.parametrize("security", ENCRYPTED)
def test_a_pinned_certificate_stands_for_any_authority(
    strange: Slapd, server: Server, collect: Collect, security: Security
) -> None:
    pin = strange.certificate.sha256
    reading = collect(server(strange, security=security, ca_file=None, pin_sha256=pin.upper()))
    assert reading.source.coverage is Coverage.FULL


@pytest.mark.parametrize("security", ENCRYPTED)
def test_another_certificate_than_the_pinned_one_is_refused(
    slapd: Slapd, server: Server, collect: Collect, security: Security
) -> None:
    words = refusal(server(slapd, security=security, pin_sha256="ab" * 32), collect)
    assert slapd.certificate.sha256 in words


@pytest.mark.parametrize("code", [1, 2, 52])
def test_where_starttls_is_refused_nothing_is_sent_in_clear(
    slapd: Slapd, server: Server, collect: Collect, code: int
) -> None:
    def refuse(request: bytes) -> Iterator[bytes]:
        number = request[2 : 4 + request[3]]
        answer = number + b"\x78\x07\x0a\x01%c\x04\x00\x04\x00" % code
        yield b"\x30%c" % len(answer) + answer

    with running_listener(refuse) as listener:
        settings = server(
            slapd, security=Security.STARTTLS, port=listener.port, password=lambda: CANARY
        )
        words = refusal(settings, collect)
    assert "StartTLS" in words
    assert START_TLS in listener.received
    assert CANARY.encode() not in listener.received
    assert b"cn=audit" not in listener.received


@pytest.mark.parametrize("security", list(Security))
def test_a_silent_server_is_given_up(
    slapd: Slapd, server: Server, collect: Collect, security: Security
) -> None:
    with running_listener() as silent:
        settings = server(slapd, security=security, port=silent.port, timeout_seconds=0.3)
        assert "no answer came in time" in refusal(settings, collect)


def test_a_server_that_drips_is_given_up_at_the_deadline(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    def drip(_request: bytes) -> Iterator[bytes]:
        yield b"\x30\x84\x00\x0f\xff\xff"
        while True:
            yield b"\x00"

    with running_listener(drip) as dripping:
        settings = server(slapd, security=Security.PLAIN, port=dripping.port, deadline_seconds=0.5)
        assert "no answer came in time" in refusal(settings, collect)


def test_nonsense_for_an_answer_is_said_to_be_that(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    with running_listener(lambda _: iter([b"HTTP/1.1 400 Bad Request\r\n\r\n"])) as web:
        settings = server(slapd, security=Security.PLAIN, port=web.port, deadline_seconds=1)
        assert "signing in as" in refusal(settings, collect)


def test_a_referral_is_never_followed_and_makes_the_reading_partial(
    slapds: Slapds, server: Server, collect: Collect
) -> None:
    with running_listener() as elsewhere:
        referral = (
            f"dn: ou=away,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\n"
            f"ou: away\nref: ldap://127.0.0.1:{elsewhere.port}/ou=away,dc=other\n\n"
        )
        with slapds(ENTRIES + referral) as slapd:
            reading = collect(server(slapd))
            with pytest.raises(CollectionError, match="lies on another server"):
                collect(server(slapd), bases=(f"ou=team,ou=away,{SUFFIX}",))
    assert reading.source.coverage is Coverage.PARTIAL
    assert any("ou=away,dc=other" in gap for gap in reading.source.gaps)
    assert (elsewhere.connections, bytes(elsewhere.received)) == (0, b"")


def test_a_server_that_demands_encryption_says_so(
    slapds: Slapds, server: Server, collect: Collect
) -> None:
    with slapds(settings="security simple_bind=128") as slapd:
        words = refusal(server(slapd, security=Security.PLAIN), collect)
    assert "the server demands encryption" in words


def test_a_plain_connection_is_remarked_in_every_reading(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    reading = collect(server(slapd, security=Security.PLAIN))
    assert reading.source.coverage is Coverage.FULL
    assert "neither encrypted" in reading.source.gaps[0]


def test_a_wrong_password_is_said_and_not_shown(
    slapd: Slapd, server: Server, collect: Collect
) -> None:
    words = refusal(server(slapd, password=lambda: CANARY), collect)
    assert "the name or the password is wrong" in words


def test_a_host_that_has_no_address_is_said(slapd: Slapd, server: Server, collect: Collect) -> None:
    words = refusal(server(slapd, host="nowhere.invalid"), collect)
    assert "the host name cannot be looked up" in words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": lambda: ""}, "is empty"),
        ({"bind_dn": ""}, "No account is named"),
        ({"pin_sha256": "abc"}, "is no SHA-256"),
        ({"ca_file": Path("/nowhere/ca.pem")}, "cannot be used: No such file"),
        ({"ca_file": Path(__file__)}, "holds no certificate"),
    ],
    ids=["no password", "no account", "bad pin", "no CA file", "no PEM"],
)
def test_settings_that_cannot_be_used_are_refused(
    slapd: Slapd, server: Server, collect: Collect, change: dict[str, object], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        collect(server(slapd, **change))
