"""Messages handed to a mail server: verified TLS, or plain text on this machine only."""

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from accessreview.model.errors import ConfigurationError, UnavailableError
from accessreview.notifiers.composing import compose
from accessreview.services.ports import Clock, IdSource, Message


class MailSecurity(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A notifier that speaks SMTP; certificates are always verified.

    Raises:
        ConfigurationError: plain text is asked for to another machine, or ``ca_file`` is unusable.
    """

    host: str
    port: int
    sender: str
    clock: Clock
    ids: IdSource
    security: MailSecurity = MailSecurity.STARTTLS
    login: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 20.0

    def __post_init__(self) -> None:
        if self.security is MailSecurity.PLAIN and not _is_loopback(self.host):
            raise ConfigurationError(
                f"Mail to {self.host} without TLS would be readable on the way; "
                "set the security to starttls or tls."
            )
        self._context()

    def send(self, message: Message) -> None:
        mail = compose(message, sender=self.sender, id_=self.ids.new(), at=self.clock.now())
        try:
            with self._connect() as server:
                if self.security is MailSecurity.STARTTLS:
                    server.starttls(context=self._context())
                if self.login:
                    server.login(self.login, self.password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError(
                f"The mail server {self.host}:{self.port} did not take the message to "
                f"{message.to}: {_reason(error)}."
            ) from error

    def _connect(self) -> smtplib.SMTP:
        if self.security is MailSecurity.TLS:
            return smtplib.SMTP_SSL(
                self.host,
                self.port,
                local_hostname="localhost",
                timeout=self.timeout_seconds,
                context=self._context(),
            )
        return smtplib.SMTP(
            self.host, self.port, local_hostname="localhost", timeout=self.timeout_seconds
        )

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"{self.ca_file} cannot be used as the certificates that vouch for the mail "
                f"server {self.host}: {error}."
            ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    """Say what went wrong; an authentication error repeats no credential."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"it refused the login ({error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            return "it refused the recipient"
        case smtplib.SMTPResponseException():
            return f"it answered {error.smtp_code}"
        case TimeoutError():
            return "it did not answer in time"
        case _:
            return str(error).rstrip(".") or type(error).__name__
