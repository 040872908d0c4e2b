"""TLS to a directory server: the peer is always verified, and every wait is bounded.

ldap3 checks no certificate by default, and names only by a function that newer Pythons lack; its
time limit is per piece received, so a server that drips would hold it for ever.
"""

import hashlib
import hmac
import socket
import ssl
import time
from typing import Any

import ldap3
from typing_extensions import override

from accessreview.ldap.settings import Security, ServerSettings
from accessreview.model.errors import ConfigurationError

_SHA256_DIGITS = 64


class Deadline:
    """When a connection must have ended; ``wait_seconds`` is what one wait may still take."""

    def __init__(self, settings: ServerSettings) -> None:
        self._timeout = settings.timeout_seconds
        self._end = time.monotonic() + settings.deadline_seconds

    def extend(self, seconds: float) -> None:
        """Allow at least so many seconds from now, to leave in good order."""
        self._end = max(self._end, time.monotonic() + seconds)

    @property
    def wait_seconds(self) -> float:
        """Raises TimeoutError once the end is reached."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return min(self._timeout, left)


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


class WrongPinError(ssl.SSLError):
    """The server shows another certificate than the pinned one."""


class StrictTls(ldap3.Tls):
    """Verifies chain and host name by OpenSSL itself, or the pin, for ldaps and StartTLS alike.

    ``failure`` keeps why a handshake failed: ldap3 passes on only its text.
    """

    def __init__(self, settings: ServerSettings, deadline: Deadline) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.failure: Exception | None = None
        self._deadline = deadline
        self._pin = _pin(settings) if settings.pin_sha256 else ""
        self._context = _context(settings)

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
            self._compare(secure)
        except Exception as error:
            self.failure = error
            raise

    def _compare(self, secure: ssl.SSLSocket) -> None:
        if not self._pin:
            return
        shown = hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()
        if not hmac.compare_digest(shown, self._pin):
            raise WrongPinError(f"the server's certificate has SHA-256 {shown}")


def _context(settings: ServerSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.security is Security.PLAIN:
        return context
    if settings.pin_sha256:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except OSError as error:
            why = (
                "it holds no certificate in PEM form"
                if isinstance(error, ssl.SSLError)
                else error.strerror
            )
            raise ConfigurationError(
                f"The CA file {settings.ca_file} of {settings.label} cannot be used: {why}."
            ) from None
    else:
        context.load_default_certs()
    return context


def _pin(settings: ServerSettings) -> str:
    pin = settings.pin_sha256.replace(":", "").strip().lower()
    if len(pin) != _SHA256_DIGITS or set(pin) - set("0123456789abcdef"):
        raise ConfigurationError(
            f"The pinned certificate of {settings.label} is no SHA-256: give 64 hexadecimal"
            " digits, as `openssl x509 -noout -fingerprint -sha256` prints them."
        )
    return pin
