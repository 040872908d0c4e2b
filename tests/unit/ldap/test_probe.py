"""Asking for StartTLS whoever listens, a directory or not."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import repeat

import pytest

from accessreview.ldap.probe import ServerProbe
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.model.diagnosis import Check, Verdict, in_turn
from tests.servers.listener import Answer, running_listener

NOT_OFFERED = bytes.fromhex("300c02010178070a010204000400")
OFFERED = bytes.fromhex("300c02010178070a010004000400")


def failure(answer: Answer) -> Check:
    """The step that fails at a server that answers so."""
    with running_listener(answer) as listener, ExitStack() as stack:
        settings = ServerSettings(
            name="Corp",
            host="127.0.0.1",
            port=listener.port,
            bind_dn="cn=audit",
            password=lambda: "canary-77c0",
            security=Security.STARTTLS,
            timeout_seconds=1,
        )
        probe = ServerProbe(settings, lambda: datetime.now(UTC), stack)
        checks = [*in_turn(probe.steps())]
        assert b"canary" not in listener.received
    (failed,) = [check for check in checks if check.verdict is Verdict.FAILED]
    return failed


def hangs_up(_: bytes) -> Iterator[bytes]:
    raise ConnectionAbortedError


@pytest.mark.parametrize(
    ("answer", "step", "words"),
    [
        (lambda _: iter([NOT_OFFERED]), "starttls", "does not offer StartTLS (code 2), and"),
        (lambda _: iter([NOT_OFFERED[:5], NOT_OFFERED[5:]]), "starttls", "(code 2)"),
        (lambda _: iter([b"HTTP/1.1 400\r\n\r\n"]), "starttls", "not answer as a directory does"),
        (lambda _: iter([b"\x30\x03\x02\x01\x01"]), "starttls", "not answer as a directory does"),
        (lambda _: iter(()), "starttls", "takes connections, but gives no answer within 1 s"),
        (lambda _: repeat(b"\x30\x82\xff\xff"), "starttls", "gives no answer within 1 s"),
        (hangs_up, "starttls", "closes the connection when StartTLS is asked for"),
        (lambda _: iter([OFFERED, b"no TLS"]), "certificate", "does not speak TLS as it should"),
    ],
    ids=["no", "in parts", "HTTP", "half", "silent", "endless", "hangs up", "yes, but no TLS"],
)
def test_what_answers_otherwise_is_told(answer: Answer, step: str, words: str) -> None:
    failed = failure(answer)
    assert failed.step == step
    assert words in failed.sentence
