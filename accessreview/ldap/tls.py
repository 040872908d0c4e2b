"""TLS to a directory server: the peer is always verified, and every wait is bounded.

ldap3 checks no certificate by default, and names only by a function that newer Pythons lack; its
time limit is per piece received, so a server that drips would hold it for ever.
"""

import socket
import ssl
from contextlib import suppress
from typing import Any

import ldap3
from typing_extensions import override

from accessreview.ldap.ber import MalformedError
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.tls import Deadline, compare, trust

_RECEIVED_AT_ONCE = 1 << 16
_LARGEST_RECORD = 1 << 14
"""Of TLS."""


class BoundedSocket:
    """What is used of a socket, looking at the clock before each wait.

    ``unread`` is what came behind the last answer and is kept for the next.
    """

    def __init__(self, bare: socket.socket, deadline: Deadline) -> None:
        self.bare = bare
        self.unread = b""
        self._deadline = deadline
        self._wait = -1.0

    def receive(self) -> bytes:
        """Some of what has come, at least a byte; nothing once the server has closed."""
        self._look_at_the_clock()
        return self.bare.recv(_RECEIVED_AT_ONCE)

    def sendall(self, data: bytes) -> None:
        self._look_at_the_clock()
        self.bare.sendall(data)

    def certificate(self) -> bytes:
        """The server's own, in DER; empty where nothing is encrypted."""
        return b""

    def shutdown(self, how: int) -> None:
        self.bare.shutdown(how)

    def close(self) -> None:
        self.bare.close()

    def _look_at_the_clock(self) -> None:
        wait = self._deadline.wait_seconds
        if wait != self._wait:  # setting it is a call of the system
            self.bare.settimeout(wait)
            self._wait = wait


class EncryptedSocket(BoundedSocket):
    """TLS in memory, of as much as comes at once.

    Servers make a record of each entry, and an ``SSLSocket`` asks the system for each of them.
    """

    def __init__(
        self, bare: socket.socket, deadline: Deadline, context: ssl.SSLContext, host: str
    ) -> None:
        super().__init__(bare, deadline)
        self._coming, self._going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._coming, self._going, server_hostname=host)
        self._room = memoryview(bytearray(_RECEIVED_AT_ONCE))

    def shake_hands(self, pin: str) -> None:
        """Verify the server by the context, or by the pin.

        Raises:
            ssl.SSLError: it is not the right one, or not verifiable.
            OSError: nothing came in time, or the connection broke.
        """
        try:
            while not self._has_shaken_hands():
                if not self._fetch():
                    self._coming.write_eof()
            self._send()
        except ssl.SSLError:
            with suppress(OSError):
                self._send()  # an alert tells the server why
            raise
        compare(self._tls, pin)

    @override
    def receive(self) -> bytes:
        while (size := self._decrypted()) is None:
            if not self._fetch():
                return b""
        return bytes(self._room[:size])

    @override
    def sendall(self, data: bytes) -> None:
        while data:
            data = data[self._tls.write(data) :]
        self._send()

    @override
    def certificate(self) -> bytes:
        return self._tls.getpeercert(binary_form=True) or b""

    def _has_shaken_hands(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _decrypted(self) -> int | None:
        """How much there is in the room now: 0 at the end, None if more has to come first."""
        size = 0
        try:
            while read := self._tls.read(_LARGEST_RECORD, self._room[size:]):
                size += read  # type: ignore[operator]  # into a buffer it is their number
        except ssl.SSLWantReadError:
            return size or None
        return size

    def _fetch(self) -> int:
        """Let more come; 0 once the server has closed."""
        self._send()  # what TLS itself has to say to what came
        return self._coming.write(super().receive())

    def _send(self) -> None:
        if self._going.pending:
            super().sendall(self._going.read())


class StrictTls(ldap3.Tls):
    """Verifies chain and host name by OpenSSL itself, or the pin, for ldaps and StartTLS alike.

    ``failure`` keeps why a handshake failed: ldap3 passes on only its text.
    """

    def __init__(self, settings: ServerSettings, deadline: Deadline) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.failure: Exception | None = None
        self._deadline = deadline
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        encrypted = settings.security is not Security.PLAIN
        self._pin = trust(self._context, settings) if encrypted else ""

    @override
    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        bare = connection.socket
        try:
            if isinstance(bare, BoundedSocket):
                _refuse_to_believe(bare.unread)
                bare = bare.bare
            # At once, so that nothing more can be said in clear.
            connection.socket = secure = EncryptedSocket(
                bare, self._deadline, self._context, connection.server.host
            )
            secure.shake_hands(self._pin)
        except Exception as error:
            self.failure = error
            connection.socket.close()  # nothing more may be said over it
            raise


def _refuse_to_believe(unread: bytes) -> None:
    """Whatever is said in clear after StartTLS was agreed on may be anybody's on the way."""
    if unread:
        raise MalformedError("something was said in clear where encryption had been agreed on")
