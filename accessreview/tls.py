"""TLS to servers that are read from or written to: the peer is always verified, waits are bounded.

The libraries' own defaults verify nothing, or not everywhere, and wait for ever: each session with
a vCenter or a directory builds on what is here instead.
"""

import hashlib
import hmac
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from accessreview.model.errors import ConfigurationError

_LEAVE_SECONDS = 5
_SHA256_DIGITS = 64
_ANOTHER_NAME = (
    "give the host by a name that stands in the certificate, or have one issued for this name"
)
_REMEDIES = {
    9: "set the clock right, here or where it was issued",
    10: "have it renewed on the server",
    62: _ANOTHER_NAME,
    64: _ANOTHER_NAME,  # an address
}
"""By OpenSSL's number of what does not verify."""
_OTHER_REMEDY = "give the right CA file or pin the certificate"


class Peer(Protocol):
    """Whom to trust: by its own certificate, by a CA file, or by this machine's authorities."""

    @property
    def label(self) -> str: ...
    @property
    def ca_file(self) -> Path | None: ...
    @property
    def pin_sha256(self) -> str: ...


class Deadline:
    """When a session must have ended; ``wait_seconds`` is what one wait may still take."""

    def __init__(self, timeout_seconds: float, deadline_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._end = time.monotonic() + deadline_seconds

    def leave(self, sign_out: Callable[[], object]) -> None:
        """Sign out, whatever has gone wrong, and a little beyond the end where it must be.

        A failure is not told: what there is to say was said by the step that failed before.
        """
        self._end = max(self._end, time.monotonic() + _LEAVE_SECONDS)
        with suppress(Exception):
            sign_out()

    def part(self, timeout_seconds: float, deadline_seconds: float) -> "Deadline":
        """One for a part of the session, which ends no later than the session."""
        left = max(0.0, self._end - time.monotonic())
        return Deadline(timeout_seconds, min(deadline_seconds, left))

    @property
    def wait_seconds(self) -> float:
        """Raises TimeoutError once the end is reached."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return min(self._timeout, left)


class WrongPinError(ssl.SSLError):
    """The server shows another certificate than the pinned one."""


def trust(context: ssl.SSLContext, peer: Peer) -> str:
    """Have a client's context trust the peer and nobody else.

    Returns the pin that ``compare`` is to be given after each handshake; empty when the context
    verifies by itself.

    Raises:
        ConfigurationError: the CA file cannot be used, or the pin is no SHA-256.
    """
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if peer.pin_sha256:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return _pin(peer)
    if peer.ca_file is None:
        context.load_default_certs()
        return ""
    try:
        context.load_verify_locations(peer.ca_file)
    except OSError as error:
        why = (
            "it holds no certificate in PEM form"
            if isinstance(error, ssl.SSLError)
            else error.strerror
        )
        raise ConfigurationError(
            f"The CA file {peer.ca_file} of {peer.label} cannot be used: {why}."
        ) from None
    return ""


def compare(secure: ssl.SSLSocket | ssl.SSLObject, pin: str) -> None:
    """Raise WrongPinError unless the pin is empty or that of the certificate shown."""
    if not pin:
        return
    shown = hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()
    if not hmac.compare_digest(shown, pin):
        raise WrongPinError(f"the server's certificate has SHA-256 {shown}")


def tls_reason(error: ssl.SSLError, peer: Peer) -> str:
    """What failed, and the remedy, as the end of a sentence."""
    match error:
        case WrongPinError():
            return (
                f"{error.args[0]}, which is not the pinned one; compare it on the server and"
                " change the pin if it was renewed"
            )
        case ssl.SSLCertVerificationError():
            trusted = peer.ca_file or "the authorities of this machine"
            remedy = _REMEDIES.get(error.verify_code, _OTHER_REMEDY)
            why = error.verify_message.rstrip(".")
            return f"the certificate does not verify against {trusted}: {why}; {remedy}"
        case _:
            return (
                f"TLS failed ({error.reason or type(error).__name__}); TLS 1.2 or newer is needed"
            )


def _pin(peer: Peer) -> str:
    pin = peer.pin_sha256.replace(":", "").strip().lower()
    if len(pin) != _SHA256_DIGITS or set(pin) - set("0123456789abcdef"):
        raise ConfigurationError(
            f"The pinned certificate of {peer.label} is no SHA-256: give 64 hexadecimal"
            " digits, as `openssl x509 -noout -fingerprint -sha256` prints them."
        )
    return pin
