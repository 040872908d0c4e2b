"""Rows: servers that cannot be reached, verified or signed in to."""

from collections.abc import Iterator
from datetime import timedelta

from accessreview.ldap.settings import Security
from tests.directory_faults import AD, DS389, IN_VAIN, KINDS, OPENLDAP, Fault, Stage, everywhere
from tests.directory_faults_own import LOCKING, changed
from tests.directory_faults_servers import Servers
from tests.directory_faults_staging import direct, encrypted, never_taken, nobody_there, silent
from tests.faults import Outcome
from tests.servers.certificates import Issued, issue, make_ca
from tests.servers.ldap_relay import Deed, Misbehaviour

_WRONG = {
    OPENLDAP: "the name or the password is wrong",
    AD: "(code 49, data 52e)",
    DS389: "the name or the password is wrong",
}
_LOCKED = {
    OPENLDAP: "the name or the password is wrong",  # there is no such account any more
    AD: "(code 49, data 533)",
    DS389: "the server is unwilling (code 53)",
}


def rows() -> Iterator[Fault]:
    yield from _unreachable()
    yield from _certificates()
    yield from _starttls()
    yield from _accounts()


def _refused(what: str, moment: str, words: str, stage: Stage) -> list[Fault]:
    return everywhere(what, moment, Outcome.NOTHING, words, stage)


def _unreachable() -> Iterator[Fault]:
    yield from _refused("nobody listens", "connecting", "Connection refused", nobody_there)
    yield from _refused("connection never taken", "connecting", IN_VAIN, never_taken)
    for moment, security in (
        ("TLS", Security.LDAPS),
        ("StartTLS", Security.STARTTLS),
        ("sign-in in clear", Security.PLAIN),
    ):
        yield from _refused("silence", moment, IN_VAIN, silent(security))
    unknown = direct(host="nowhere.invalid")
    yield from _refused("unknown host name", "connecting", "cannot be looked up", unknown)


def _certificates() -> Iterator[Fault]:
    words = "the certificate does not verify against"
    for what, shown in {
        "wrong authority": _of_another_authority,
        "wrong name": _of_another_name,
        "expired certificate": _expired,
        "self-signed certificate": _self_signed,
    }.items():
        for moment, security in (("TLS", Security.LDAPS), ("StartTLS", Security.STARTTLS)):
            stage = encrypted(shown=shown, offered=security, security=security)
            yield from _refused(what, moment, words, stage)
    yield from _refused("wrong pin", "TLS", "not the pinned one", direct(pin_sha256="ab" * 32))
    words = "does not verify against the authorities of this machine"
    yield from _refused("no authority given", "TLS", words, direct(ca_file=None))


def _of_another_authority(servers: Servers) -> Issued:
    folder = servers.new_folder()
    return issue(make_ca(folder, "other-ca"), folder)


def _of_another_name(servers: Servers) -> Issued:
    folder = servers.new_folder()
    return issue(servers.authority, folder, names=("dc9.corp.example",), ips=("127.0.0.9",))


def _expired(servers: Servers) -> Issued:
    return issue(servers.authority, servers.new_folder(), lifetime=timedelta(hours=-1))


def _self_signed(servers: Servers) -> Issued:
    return issue(None, servers.new_folder())


def _starttls() -> Iterator[Fault]:
    stripped = encrypted(offered=Security.PLAIN, security=Security.STARTTLS)
    words = "the server does not offer StartTLS, and nothing is sent in clear"
    yield from _refused("StartTLS stripped", "StartTLS", words, stripped)
    pretended = encrypted(
        Misbehaviour(Deed.PRETEND_TLS), offered=Security.PLAIN, security=Security.STARTTLS
    )
    yield from _refused("StartTLS pretended", "StartTLS", "failed", pretended)
    clear = encrypted(offered=Security.PLAIN, security=Security.LDAPS)
    yield from _refused("clear LDAP in place of TLS", "TLS", "failed", clear)


def _accounts() -> Iterator[Fault]:
    stage = direct(password=str)
    yield from _refused("empty password", "sign-in", "is empty", stage)
    for what, stage, words in (
        ("wrong password", direct(password=lambda: "wrong"), _WRONG),
        ("account locked or deleted", changed(LOCKING), _LOCKED),
    ):
        for server in KINDS:
            yield Fault(server, what, "sign-in", Outcome.NOTHING, words[server], stage)
