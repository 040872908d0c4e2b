"""Rows: the way to a vCenter, whom to trust, and signing in."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.faults import Outcome
from tests.servers.certificates import issue, make_ca
from tests.servers.https import Exchange, running_https, running_silence
from tests.servers.ports import free_ports
from tests.vcenter_faults import HASTE, IN_VAIN, Fault, Ground, Scene, Stage, reaching
from tests.vcenter_faults_staging import answered, bytes_instead, damaged, edited, ordered

_NOTHING = Outcome.NOTHING
_CONNECTING, _SIGNING_IN = "connecting", "sign-in"
_VERSIONS = "vimServiceVersions.xml"


def rows() -> Iterator[Fault]:
    yield from _ways()
    yield from _certificates()
    yield from _versions()
    yield from _sign_in()


def _row(what: str, moment: str, words: str, stage: Stage) -> Fault:
    return Fault(what, moment, _NOTHING, words, (stage,))


def _ways() -> Iterator[Fault]:
    yield _row("nobody listens", _CONNECTING, "the connection failed", _set(port=_closed))
    yield _row("the host name is unknown", _CONNECTING, "the connection failed", _unknown())
    yield _row("silence before TLS", _CONNECTING, IN_VAIN, _silent())
    yield _row("the server stands still", _SIGNING_IN, IN_VAIN, _frozen())


def _certificates() -> Iterator[Fault]:
    for what, words, lives, names, own in (
        ("self-signed certificate", "self-signed certificate", 1, None, True),
        ("certificate of another authority", "unable to get local issuer", 1, None, False),
        ("expired certificate", "certificate has expired", -1, None, None),
        ("certificate of another host", "IP address mismatch", 1, ["vc.example"], None),
    ):
        yield _row(what, _CONNECTING, words, _shown(lives, names, own))
    yield _row(
        "certificate that is not the pinned one",
        _CONNECTING,
        "which is not the pinned one",
        ordered(ca_file=None, pin_sha256="00" * 32),
    )
    yield _row(
        "authority that this machine does not know",
        _CONNECTING,
        "the authorities of this machine",
        ordered(ca_file=None),
    )


def _versions() -> Iterator[Fault]:
    moment = "asking for the version"
    for what, words, order in (
        ("HTTP 503", "HTTP status 503", damaged(_VERSIONS, kind="status", status=503)),
        ("HTTP 404", "HTTP status 404", damaged(_VERSIONS, kind="status", status=404)),
        (
            "redirect",
            "HTTP status 302",
            damaged(_VERSIONS, kind="redirect", location="https://elsewhere.invalid/"),
        ),
        ("hung up", "the connection failed", damaged(_VERSIONS, kind="drop")),
        ("cut off", "cut off", damaged(_VERSIONS, kind="truncate", percent=50)),
        ("an empty answer", "names no API version", damaged(_VERSIONS, kind="short", percent=0)),
    ):
        yield _row(what, moment, words, ordered(order))
    yield _row("silence", moment, IN_VAIN, ordered(damaged(_VERSIONS, kind="stall"), **HASTE))
    yield _row(
        "a byte now and then", moment, IN_VAIN, ordered(damaged(_VERSIONS, kind="drip"), **HASTE)
    )
    yield _row(
        "a version that nobody knows",
        moment,
        "names no API version",
        edited("", "<version>[0-9.]+</version>", "<version>99.0</version>", count=9),
    )


def _sign_in() -> Iterator[Fault]:
    yield _row(
        "wrong password",
        _SIGNING_IN,
        "the user name or the password is wrong, or the account is locked; nothing was tried twice",
        ordered(password=lambda: "canary-wrong"),
    )
    for what, words, fault in (
        ("account locked", "the account is locked", "InvalidLogin"),
        ("account without any permission", "the account lacks the privilege", "NoPermission"),
        ("no more sessions", "vCenter answered OutOfBounds", "OutOfBounds"),
        ("another language", "vCenter answered InvalidLocale", "InvalidLocale"),
    ):
        order = damaged("Login", kind="fault", fault=fault)
        yield _row(what, _SIGNING_IN, words, ordered(order))
    yield _row(
        "the request is echoed with the password in it",
        _SIGNING_IN,
        "the answer was cut off or is no answer of a vCenter (HTTP status 401)",
        answered("Login", lambda answer: answer.exchange.answer(401, answer.exchange.body)),
    )
    yield _row(
        "the password is echoed in a fault",
        _SIGNING_IN,
        "the account lacks the privilege",
        answered("Login", lambda answer: answer.no_permission()),
    )
    yield _row(
        "an ESXi host instead of a vCenter",
        _SIGNING_IN,
        "the server is not a vCenter but an ESXi host",
        edited("RetrieveServiceContent", "VirtualCenter", "HostAgent"),
    )
    yield _row(
        "a server without its services",
        _SIGNING_IN,
        "lacks services",
        edited("RetrieveServiceContent", "<authorizationManager.*?</authorizationManager>", ""),
    )
    yield _row(
        "an answer without a session",
        _SIGNING_IN,
        "was not understood",
        edited("Login", "<returnval>.*</returnval>", ""),
    )
    yield _row(
        "a session that is forgotten at once",
        "after sign-in",
        "the session ended",
        answered("Login", lambda answer: answer.exchange.answer(answer.status, answer.body)),
    )
    yield _row(
        "a web page instead",
        _SIGNING_IN,
        "no XML",
        answered("RetrieveServiceContent", bytes_instead(b"<html><p>It works!<br></html>")),
    )


def _closed(_: Ground) -> int:
    return free_ports(1)[0]


def _set(**given: Any) -> Stage:  # noqa: ANN401 - functions of the ground, by the name of a setting
    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        changes = {name: value(ground) for name, value in given.items()}
        yield Scene(settings=reaching(ground.lab, **changes))

    return stage


def _unknown() -> Stage:
    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        yield Scene(settings=reaching(ground.lab, host="vcenter.invalid"))

    return stage


def _silent() -> Stage:
    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with running_silence() as port:
            yield Scene(settings=reaching(ground.lab, port=port, **HASTE))

    return stage


def _frozen() -> Stage:
    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        def password() -> str:
            ground.lab.process.send_signal(signal.SIGSTOP)
            return ground.lab.password

        try:
            yield Scene(settings=reaching(ground.lab, password=password, **HASTE))
        finally:
            ground.lab.process.send_signal(signal.SIGCONT)

    return stage


def _shown(lives: int, names: list[str] | None, own: bool | None) -> Stage:  # noqa: FBT001
    """A server with another certificate, at which nothing may be sent.

    ``own``: signed by itself; by another authority where it is False, and by the right one where
    it is None.
    """

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        asked: list[str] = []

        def answer(exchange: Exchange) -> None:
            asked.append(exchange.path)
            exchange.answer(404)

        signer = {
            True: None,
            False: make_ca(ground.folder, "other-ca"),
            None: ground.authority,
        }[own]
        host: dict[str, Any] = {"names": names, "ips": []} if names else {}
        shown = issue(signer, ground.folder, name="shown", lifetime=timedelta(hours=lives), **host)
        with running_https(shown, answer) as port:
            scene = Scene(settings=reaching(ground.lab, port=port))
            yield replace(scene, complaint=lambda: "something was asked" if asked else "")

    return stage
