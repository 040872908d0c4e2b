"""The way to a server, step by step: name, port, certificate, and whether that is trusted.

For finding out what is wrong. Sessions go the same way at once, and say less when it ends early.
"""

import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

from cryptography import x509

from accessreview.model.diagnosis import (
    Step,
    Told,
    capitalised,
    failed,
    ok,
    warning,
)
from accessreview.model.errors import CollectionError
from accessreview.tls import Peer, WrongPinError, compare, tls_reason, trust

_RENEW_WITHIN = timedelta(days=21)

Address = tuple[int, tuple[int | str | bytes, ...]]
"""A family of addresses, and one of it with the port."""

Before = Callable[[socket.socket], None]
"""What has to be said on a fresh connection before TLS begins; raises CollectionError."""


class Server(Peer, Protocol):
    """A peer and where it is; ``timeout_seconds`` is what each wait may take."""

    @property
    def host(self) -> str: ...
    @property
    def timeout_seconds(self) -> float: ...


def at_once(_: socket.socket) -> None:
    """Nothing is said before TLS."""


@dataclass(slots=True)
class Way:
    """The way to one server; the steps are taken in the order of ``steps``."""

    server: Server
    port: int
    now: Callable[[], datetime]
    before_tls: Before = at_once
    _addresses: tuple[Address, ...] = ()

    def steps(self, *, encrypted: bool) -> Iterator[Step]:
        yield Step("name", self._look_up)
        yield Step("port", self._knock)
        if encrypted:
            yield Step("certificate", self._show)
            yield Step("trust", self._verify)

    @property
    def place(self) -> str:
        return f"{self.server.host}:{self.port}"

    def connect(self) -> socket.socket:
        """A connection to the first address that takes one; waits are bounded.

        Raises:
            OSError: none does; that of the last one.
        """
        failure = OSError("no address")
        for family, address in self._addresses:
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.settimeout(self.server.timeout_seconds)
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def silence(self) -> CollectionError:
        """The error of a server that takes a connection and then does not answer in time."""
        return CollectionError(
            f"{self.place} takes connections, but gives no answer within"
            f" {self.server.timeout_seconds:g} s: something else listens there, or a firewall lets"
            " only the beginning pass."
        )

    def _look_up(self) -> Iterator[Told]:
        self._addresses = _looked_up(self.server.host, self.port, self.server.timeout_seconds)
        found = dict.fromkeys(str(address[0]) for _, address in self._addresses)
        if self.server.host in found:
            yield ok(f"{self.server.host} is an address, and need not be looked up.")
        else:
            yield ok(f"{self.server.host} is {' and '.join(found)}.")

    def _knock(self) -> Iterator[Told]:
        try:
            self.connect().close()
        except ConnectionRefusedError:
            yield failed(
                f"Nothing listens at {self.place}: start the server there, or mend host or port."
            )
        except TimeoutError:
            yield failed(
                f"{self.place} does not answer within {self.server.timeout_seconds:g} s: the host"
                " is down, or a firewall drops what is sent."
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            yield failed(f"{self.place} cannot be reached: {why}.")
        else:
            yield ok(f"{self.place} takes connections.")

    def _show(self) -> Iterator[Told]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # to see it; whether it is trusted is the next step
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        yield shown(self._handshake(context, ""), self.now())

    def _verify(self) -> Iterator[Told]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pin = trust(context, self.server)
        self._handshake(context, pin)
        by = "it is the pinned one" if pin else "its authority and its name fit"
        yield ok(f"The certificate is trusted: {by}.")

    def _handshake(self, context: ssl.SSLContext, pin: str) -> bytes:
        """The certificate, in DER, of a handshake that came to its end."""
        connection = self._connected()
        try:
            self.before_tls(connection)
            with context.wrap_socket(connection, server_hostname=self.server.host) as secure:
                compare(secure, pin)
                return secure.getpeercert(binary_form=True) or b""
        except TimeoutError:
            raise self.silence() from None
        except (ssl.SSLCertVerificationError, WrongPinError) as error:
            raise CollectionError(f"{capitalised(tls_reason(error, self.server))}.") from None
        except ssl.SSLError as error:
            raise CollectionError(
                f"{self.place} does not speak TLS as it should"
                f" ({error.reason or type(error).__name__}): look whether it is the port for TLS,"
                " and whether TLS 1.2 or newer is offered."
            ) from None
        except OSError as error:
            raise CollectionError(
                f"{self.place} closes the connection when TLS begins"
                f" ({error.strerror or type(error).__name__}): look into the server's log."
            ) from None
        finally:
            connection.close()

    def _connected(self) -> socket.socket:
        try:
            return self.connect()
        except OSError as error:
            raise CollectionError(
                f"{self.place} took a connection before and now does not"
                f" ({error.strerror or type(error).__name__}); try again."
            ) from None


def shown(der: bytes, now: datetime) -> Told:
    """What a certificate says, its fingerprint last, to be copied as a pin."""
    pin = f"SHA-256: {hashlib.sha256(der).hexdigest()}"
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject = certificate.subject.rfc4514_string() or "without a name"
        issuer = certificate.issuer.rfc4514_string()
        names = ", ".join(_names(certificate)) or "no host"
    except ValueError:
        return warning(f"The certificate cannot be understood. {pin}")
    until = certificate.not_valid_after_utc
    told = f"{subject}, for {names}, issued by {issuer}, valid until {until:%Y-%m-%d}"
    if now < until < now + _RENEW_WITHIN:
        return warning(f"{told}: have it renewed soon. {pin}")
    return ok(f"{told}. {pin}")


def _names(certificate: x509.Certificate) -> Iterator[str]:
    with suppress(x509.ExtensionNotFound):
        alternatives = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
        yield from alternatives.get_values_for_type(x509.DNSName)
        yield from map(str, alternatives.get_values_for_type(x509.IPAddress))


def _looked_up(host: str, port: int, seconds: float) -> tuple[Address, ...]:
    """By ``getaddrinfo``, which itself waits as long as the machine's resolver likes."""
    answers = SimpleQueue[tuple[Address, ...]]()

    def ask() -> None:
        found: tuple[Address, ...] = ()
        with suppress(OSError, UnicodeError):
            every = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = tuple(dict.fromkeys((one[0], one[4]) for one in every))
        answers.put(found)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise CollectionError(
            f"Whoever is asked for host names says nothing of {host} for {seconds:g} s: look at"
            " this machine's name servers."
        ) from None
    if found:
        return found
    raise CollectionError(
        f"The host name {host} cannot be looked up: mend `host`, or have it entered where this"
        " machine looks names up."
    )
