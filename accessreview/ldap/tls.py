"""TLS to a directory server: the peer is always verified, and every wait is bounded.

ldap3 checks no certificate by default, and names only by a function that newer Pythons lack; its
time limit is per piece received, so a server that drips would hold it for ever.
"""

import socket
import ssl
from typing import Any

import ldap3
from typing_extensions import override

from accessreview.ldap.ber import MalformedError
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.tls import Deadline, compare, trust

_RECEIVED_AT_ONCE = 1 << 18
_LARGEST_RECORD = 1 << 14
"""Of TLS; more room is never filled, and making it takes longer than the reading."""


class BoundedSocket:
    """What is used of a socket, looking at the clock before each wait.

    ``unread`` is what came behind the last answer and is kept for the next.
    """

    def __init__(self, bare: socket.socket, deadline: Deadline) -> None:
        self.bare = bare
        self.unread = b""
        self._deadline = deadline
        self._room = _LARGEST_RECORD if isinstance(bare, ssl.SSLSocket) else _RECEIVED_AT_ONCE
        self._wait = -1.0

    def receive(self) -> bytes:
        """Some of what has come, at least a byte; nothing once the server has closed."""
        self._look_at_the_clock()
        return self.bare.recv(self._room)

    def sendall(self, data: bytes) -> None:
        self._look_at_the_clock()
        self.bare.sendall(data)

    def certificate(self) -> bytes:
        """The server's own, in DER; empty where nothing is encrypted."""
        if not isinstance(self.bare, ssl.SSLSocket):
            return b""
        return self.bare.getpeercert(binary_form=True) or b""

    def shutdown(self, how: int) -> None:
        self.bare.shutdown(how)

    def close(self) -> None:
        self.bare.close()

    def _look_at_the_clock(self) -> None:
        wait = self._deadline.wait_seconds
        if wait != self._wait:  # setting it is a call of the system
            self.bare.settimeout(wait)
            self._wait = wait


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
            bare.settimeout(self._deadline.wait_seconds)
            secure = self._context.wrap_socket(bare, server_hostname=connection.server.host)
            # Before it is compared, so that it is closed if it is another one.
            connection.socket = BoundedSocket(secure, self._deadline)
            compare(secure, self._pin)
        except Exception as error:
            self.failure = error
            raise


def _refuse_to_believe(unread: bytes) -> None:
    """Whatever is said in clear after StartTLS was agreed on may be anybody's on the way."""
    if unread:
        raise MalformedError("something was said in clear where encryption had been agreed on")
