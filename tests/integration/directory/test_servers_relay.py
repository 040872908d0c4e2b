"""The relay between a client and a directory does what it is told, and nothing else."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from accessreview.ldap.settings import Security
from tests.integration.directory.conftest import Slapds
from tests.servers.certificates import issue
from tests.servers.ldap_relay import At, Deed, Misbehaviour, Relay, running_ldap_relay
from tests.servers.slapd import SUFFIX, Slapd, person

pytestmark = pytest.mark.integration

NUMBER = 25
PAGE = 10
CANNOT_CONTACT = 255


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds("".join(person(f"u{number:02d}") for number in range(NUMBER))) as running:
        yield running


def search(relay: Relay, *words: str, ca: Path | None = None, url: str = "ldap") -> tuple[int, int]:
    """The exit code of a paged search, and how many people it found."""
    done = subprocess.run(
        [
            *("ldapsearch", "-x", "-LLL", "-H", f"{url}://127.0.0.1:{relay.port}"),
            *("-D", f"cn=audit,{SUFFIX}", "-w", "audit-secret", "-o", "nettimeout=5"),
            *("-b", f"ou=people,{SUFFIX}", "-E", f"pr={PAGE}/noprompt", *words),
            *("(uid=u*)", "uid"),
        ],
        capture_output=True,
        check=False,
        timeout=30,
        env={"LDAPTLS_CACERT": str(ca or ""), "LDAPTLS_REQCERT": "demand"},
    )
    return done.returncode, done.stdout.count(b"uid: u")


def test_what_does_not_misbehave_is_passed_on(slapd: Slapd) -> None:
    ca = slapd.ca_file
    with running_ldap_relay("127.0.0.1", slapd.port) as relay:
        assert search(relay) == (0, NUMBER)
    assert relay.events[At.PAGE] == relay.events[At.SEARCH] == 3
    assert relay.events[At.ENTRY] == NUMBER
    assert b"audit-secret" in relay.clear
    with running_ldap_relay(
        *("127.0.0.1", slapd.tls_port),
        upstream_ca=ca,
        certificate=slapd.certificate,
        security=Security.LDAPS,
    ) as relay:
        assert search(relay, ca=ca, url="ldaps") == (0, NUMBER)
    assert not relay.clear


def test_starttls_is_ended_here_stripped_or_pretended(slapd: Slapd) -> None:
    ca = slapd.ca_file
    shown, starttls = slapd.certificate, Security.STARTTLS
    with running_ldap_relay("127.0.0.1", slapd.port, certificate=shown, security=starttls) as relay:
        assert search(relay, "-ZZ", ca=ca) == (0, NUMBER)
    with running_ldap_relay("127.0.0.1", slapd.port) as stripped:
        assert search(stripped, "-ZZ", ca=ca) == (1, 0)
    pretending = Misbehaviour(Deed.PRETEND_TLS)
    with running_ldap_relay("127.0.0.1", slapd.port, pretending) as pretended:
        assert search(pretended, "-ZZ", ca=ca)[1] == 0
    for one in (relay, stripped, pretended):
        assert b"audit-secret" not in one.clear


def test_a_certificate_of_somebody_else_is_not_believed(slapd: Slapd, tmp_path: Path) -> None:
    other = issue(None, tmp_path)
    with running_ldap_relay(
        "127.0.0.1", slapd.port, certificate=other, security=Security.LDAPS
    ) as relay:
        assert search(relay, ca=slapd.ca_file, url="ldaps") == (CANNOT_CONTACT, 0)


def named(part: object) -> str:
    if not isinstance(part, Misbehaviour):
        return str(part)
    return f"{part.deed} at {part.at} {part.number}{' and on' * part.always}"


@pytest.mark.parametrize(
    ("one", "code", "found"),
    [
        (Misbehaviour(Deed.HANG_UP, number=2), CANNOT_CONTACT, 2 * PAGE),
        (Misbehaviour(Deed.HANG_UP, At.ENTRY, number=5, part=9), CANNOT_CONTACT, 4),
        (Misbehaviour(Deed.HANG_UP, At.SEARCH, number=3), CANNOT_CONTACT, 2 * PAGE),
        (Misbehaviour(Deed.RESET, At.BOUND), 254, 0),
        (Misbehaviour(Deed.GARBAGE, At.ENTRY, number=12), CANNOT_CONTACT, 11),
        (Misbehaviour(Deed.DRIBBLE), 0, NUMBER),
        (Misbehaviour(Deed.LOSE, At.ENTRY, number=12), 0, NUMBER - 1),
        (Misbehaviour(Deed.LOSE, At.ENTRY, number=12, always=True), 0, 11),
        (Misbehaviour(Deed.REPEAT, At.ENTRY, number=12), 0, NUMBER + 1),
        (Misbehaviour(Deed.RESULT, number=2, code=4), 4, 2 * PAGE),
        (Misbehaviour(Deed.RESULT, At.DONE, number=3, code=51, text="busy"), 51, NUMBER),
        (Misbehaviour(Deed.RESULT, At.BOUND, code=49), 49, 0),
        (Misbehaviour(Deed.FORGET_COOKIE, number=2), 0, 2 * PAGE),
        (Misbehaviour(Deed.NO_PAGING), 0, PAGE),
        (Misbehaviour(Deed.IGNORE_PAGING, At.SEARCH), 0, NUMBER),
        (Misbehaviour(Deed.SPOIL_COOKIE, At.SEARCH, number=2), 2, PAGE),
        (Misbehaviour(Deed.DISCONNECT, number=2), 52, 2 * PAGE),
        (Misbehaviour(Deed.REWRITE, At.ENTRY, 1, old=b"u00", new=b"longer"), 0, NUMBER - 1),
        (Misbehaviour(Deed.REFER, referral="ldap://x/uid: u"), 0, NUMBER + 1),
    ],
    ids=named,
)
def test_each_fault_is_the_one_that_was_asked_for(
    slapd: Slapd, one: Misbehaviour, code: int, found: int
) -> None:
    with running_ldap_relay("127.0.0.1", slapd.port, one) as relay:
        assert search(relay) == (code, found)


def test_a_silent_server_keeps_the_connection_open(slapd: Slapd) -> None:
    silent = Misbehaviour(Deed.FALL_SILENT, At.ENTRY, number=3, part=5)
    with (
        running_ldap_relay("127.0.0.1", slapd.port, silent) as relay,
        pytest.raises(subprocess.TimeoutExpired),
    ):
        subprocess.run(
            [
                *("ldapsearch", "-x", "-H", f"ldap://127.0.0.1:{relay.port}"),
                *("-D", f"cn=audit,{SUFFIX}", "-w", "audit-secret", "-b", SUFFIX),
            ],
            capture_output=True,
            check=False,
            timeout=1,
        )


def test_an_endless_cookie_gives_the_same_pages_again_and_again(slapd: Slapd) -> None:
    endless = Misbehaviour(Deed.ENDLESS_COOKIE, always=True)
    broken = Misbehaviour(Deed.HANG_UP, number=7)
    with running_ldap_relay("127.0.0.1", slapd.port, endless, broken) as relay:
        assert search(relay) == (CANNOT_CONTACT, 2 * NUMBER + PAGE)
