"""TLS to a vCenter: the peer is always verified, and every wait is bounded.

pyVmomi verifies nothing on loopback unless it is given a context, waits for ever by default, and
takes no time limit for its version probe. So one context carries all three promises to whatever
uses it: who the peer is, how long one wait may be, and when everything must have ended.
"""

import hashlib
import hmac
import ssl
import time
from typing import Any

from typing_extensions import override

from accessreview.model.errors import ConfigurationError
from accessreview.vsphere.settings import VCenterSettings

_SHA256_DIGITS = 64


class Deadline:
    """When a session must have ended; ``wait_seconds`` is what one wait may still take."""

    def __init__(self, timeout_seconds: float, deadline_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._end = time.monotonic() + deadline_seconds

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self._end

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


class WrongPinError(ssl.SSLError):
    """The server shows another certificate than the pinned one."""


class StrictContext(ssl.SSLContext):
    """Verifies by authority or by pin, and bounds every wait of the sockets it wraps."""

    deadline: Deadline
    pin: str = ""


class _BoundedSocket(ssl.SSLSocket):
    """Looks at the clock before each wait: a server that drips bytes gains no time by it."""

    def _bound(self) -> None:
        if isinstance(self.context, StrictContext):
            self.settimeout(self.context.deadline.wait_seconds)

    @override
    def do_handshake(self, block: bool = False) -> None:
        self._bound()
        super().do_handshake(block)
        if isinstance(self.context, StrictContext) and self.context.pin:
            shown = hashlib.sha256(self.getpeercert(binary_form=True) or b"").hexdigest()
            if not hmac.compare_digest(shown, self.context.pin):
                raise WrongPinError(f"the server's certificate has SHA-256 {shown}")

    @override
    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._bound()
        return super().recv_into(buffer, nbytes, flags)

    @override
    def send(self, data: Any, flags: int = 0) -> int:
        self._bound()
        return super().send(data, flags)


def strict_context(settings: VCenterSettings, deadline: Deadline) -> StrictContext:
    """Make the context of one session.

    Raises:
        ConfigurationError: the CA file cannot be used, or the pin is no SHA-256.
    """
    context = StrictContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _BoundedSocket
    context.deadline = deadline
    if settings.pin_sha256:
        context.pin = _pin(settings)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except OSError as error:
            raise ConfigurationError(
                f"The CA file {settings.ca_file} of {settings.label} cannot be used:"
                f" {error.strerror or 'it holds no certificate in PEM form'}."
            ) from None
    else:
        context.load_default_certs()
    return context


def _pin(settings: VCenterSettings) -> str:
    pin = settings.pin_sha256.replace(":", "").strip().lower()
    if len(pin) != _SHA256_DIGITS or set(pin) - set("0123456789abcdef"):
        raise ConfigurationError(
            f"The pinned certificate of {settings.label} is no SHA-256: give 64 hexadecimal"
            " digits, as `openssl x509 -noout -fingerprint -sha256` prints them."
        )
    return pin
