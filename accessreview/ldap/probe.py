"""Looking, step by step, at the way to a directory server and at signing in there."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

from accessreview.ldap.ber import SEQUENCE, MalformedError, content, message
from accessreview.ldap.connection import open_connection
from accessreview.ldap.port import Connection
from accessreview.ldap.settings import Security, ServerSettings, SignIn
from accessreview.model.diagnosis import (
    Step,
    Told,
    Verdict,
    failed,
    in_turn,
    ok,
    warning,
    without_label,
)
from accessreview.model.errors import CollectionError
from accessreview.reach import Way, at_once
from accessreview.tls import Deadline, trust

_START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_ANSWERED = 0x78
_INTEGER, _ENUMERATED = 0x02, 0x0A
_LONGEST_ANSWER = 1 << 16
_LONGEST = 300
"""Seconds that the whole examination of one server may take."""

Now = Callable[[], datetime]


class ServerProbe:
    """One server, up to a sign-in that stands in ``connection`` until the block ends."""

    def __init__(self, settings: ServerSettings, now: Now, stack: ExitStack) -> None:
        self.settings = replace(
            settings,
            fallback_hosts=(),
            deadline_seconds=min(settings.deadline_seconds, _LONGEST),
        )
        starts = settings.security is Security.STARTTLS
        before = self._ask_for_tls if starts else at_once
        self._way = Way(self.settings, settings.actual_port, now, before)
        self._stack = stack
        self.connection: Connection | None = None

    def steps(self) -> Iterator[Step]:
        security = self.settings.security
        yield Step("settings", self._settings)
        for step in self._way.steps(encrypted=security is not Security.PLAIN):
            if step.name == "certificate" and security is Security.STARTTLS:
                yield Step("starttls", self._starttls)
            yield step
        if security is Security.PLAIN:
            yield Step("trust", _plain)
        yield Step("sign-in", self._sign_in)

    def _settings(self) -> Iterator[Told]:
        if self.settings.security is not Security.PLAIN:
            trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), self.settings)
        if self.settings.sign_in is SignIn.KERBEROS:
            yield ok("A ticket is used; no secret is needed.")
            return
        self.settings.password()
        yield ok(f"The password of {self.settings.bind_dn} can be read.")

    def _starttls(self) -> Iterator[Told]:
        try:
            with self._way.connect() as connection:
                self._ask_for_tls(connection)
        except TimeoutError:
            raise self._way.silence() from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CollectionError(
                f"{self._way.place} closes the connection when StartTLS is asked for ({why}):"
                " something else than a directory listens there."
            ) from None
        yield ok("The server offers StartTLS.")

    def _ask_for_tls(self, connection: socket.socket) -> None:
        connection.sendall(_START_TLS)
        seconds = self.settings.timeout_seconds
        try:
            code = _result_code(connection, Deadline(seconds, seconds))
        except (MalformedError, IndexError):
            raise CollectionError(
                f"{self._way.place} does not answer as a directory does: mend host or port."
            ) from None
        if code:
            raise CollectionError(
                f"The server does not offer StartTLS (code {code}), and nothing is sent in clear:"
                ' set security = "ldaps", or let the server offer it.'
            )

    def _sign_in(self) -> Iterator[Told]:
        self.connection = self._stack.enter_context(open_connection(self.settings, CollectionError))
        who = self.settings.bind_dn or "the owner of the ticket"
        yield ok(f"Signed in as {who}.")


def fallback(settings: ServerSettings, host: str, now: Now) -> Iterator[Told]:
    """Go the whole way to another server of the directory; tell only where it ends."""
    with ExitStack() as stack:
        probe = ServerProbe(replace(settings, host=host), now, stack)
        for check in in_turn(probe.steps()):
            if check.verdict is Verdict.FAILED:
                yield failed(f"{host}: {without_label(check.sentence, probe.settings.label)}")
                return
    yield ok(f"{host} answers, is trusted and lets the account in.")


def _plain() -> Iterator[Told]:
    yield warning("Nothing is encrypted, and whoever answers is believed: use ldaps or starttls.")


def _result_code(connection: socket.socket, deadline: Deadline) -> int:
    """Of the one answer that is read.

    Raises:
        MalformedError, IndexError: it is no answer to what was asked.
    """
    data = b""
    while not message(data, 0)[1] or len(data) < message(data, 0)[1]:
        connection.settimeout(deadline.wait_seconds)
        some = connection.recv(_LONGEST_ANSWER)
        if not some:
            raise ConnectionResetError("the server closed the connection")
        data += some
        if len(data) > _LONGEST_ANSWER:
            raise MalformedError("the answer does not end")
    begin, end = content(data, 0, SEQUENCE, len(data))
    _, at = content(data, begin, _INTEGER, end)
    begin, end = content(data, at, _ANSWERED, end)
    at, end = content(data, begin, _ENUMERATED, end)
    return int.from_bytes(data[at:end], "big")
