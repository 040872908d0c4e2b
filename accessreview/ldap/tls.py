"""TLS to a directory server: the peer is always verified, and every wait is bounded.

ldap3 checks no certificate by default, and names only by a function that newer Pythons lack; its
time limit is per piece received, so a server that drips would hold it for ever.
"""

import socket
import ssl
from typing import Any

import ldap3
from typing_extensions import override

from accessreview.ldap.settings import Security, ServerSettings
from accessreview.tls import Deadline, compare, trust


class BoundedSocket:
    """What ldap3 uses of a socket, looking at the clock before each wait."""

    def __init__(self, bare: socket.socket, deadline: Deadline) -> None:
        self.bare = bare
        self._deadline = deadline

    def recv(self, size: int) -> bytes:
        self.bare.settimeout(self._deadline.wait_seconds)
        return self.bare.recv(size)

    def sendall(self, data: bytes) -> None:
        self.bare.settimeout(self._deadline.wait_seconds)
        self.bare.sendall(data)

    def shutdown(self, how: int) -> None:
        self.bare.shutdown(how)

    def close(self) -> None:
        self.bare.close()


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
        if isinstance(bare, BoundedSocket):
            bare = bare.bare
        try:
            bare.settimeout(self._deadline.wait_seconds)
            secure = self._context.wrap_socket(bare, server_hostname=connection.server.host)
            # Before it is compared, so that it is closed if it is another one.
            connection.socket = BoundedSocket(secure, self._deadline)
            compare(secure, self._pin)
        except Exception as error:
            self.failure = error
            raise
