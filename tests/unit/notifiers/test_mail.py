"""Against a real mail server on loopback."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from accessreview.model.errors import ConfigurationError, UnavailableError
from accessreview.notifiers.mail import MailSecurity, MailServer
from accessreview.services.ports import Message
from tests.fakes import FixedClock, SequentialIds
from tests.servers.certificates import issue, make_ca

MESSAGE = Message("ana@example.org", "3 answers please", "Dear Ana,\nplease answer.\n")
SECRET = "the mail password"


class Postbox:
    """Keeps what arrives; refuses recipients of ``refused.example``."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the library's name and arguments
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.endswith("refused.example"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(envelope)
        return "250 OK"


Authenticator = Callable[[SMTP, Session, Envelope, str, object], AuthResult]
StartServer = Callable[..., tuple[Postbox, int]]


@pytest.fixture
def start() -> Iterator[StartServer]:
    running: list[Controller] = []

    def start_server(
        tls_context: ssl.SSLContext | None = None, authenticator: Authenticator | None = None
    ) -> tuple[Postbox, int]:
        postbox = Postbox()
        controller = Controller(
            postbox,
            hostname="127.0.0.1",
            port=_free_port(),
            tls_context=tls_context,
            authenticator=authenticator,
            require_starttls=tls_context is not None,
            auth_required=authenticator is not None,
        )
        controller.start()
        running.append(controller)
        return postbox, controller.port

    yield start_server
    for controller in running:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _server(port: int, security: MailSecurity, **changes: object) -> MailServer:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "sender": "tool@example.org",
        "clock": FixedClock(),
        "ids": SequentialIds(),
        "timeout_seconds": 5.0,
        **changes,
    }
    return MailServer(port=port, security=security, **values)  # type: ignore[arg-type]


def _tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    authority = make_ca(folder)
    issued = issue(authority, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate_file, issued.key_file)
    return context, authority.certificate_file


def _accept(
    _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, given: object
) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == SECRET.encode()
    return AuthResult(success=right, handled=False)


def test_a_message_arrives_as_written(start: StartServer) -> None:
    postbox, port = start()
    _server(port, MailSecurity.PLAIN).send(MESSAGE)
    (mail,) = postbox.mails
    assert mail.rcpt_tos == ["ana@example.org"]
    assert isinstance(mail.content, bytes)
    assert b"Subject: 3 answers please\r\n" in mail.content
    assert b"Dear Ana,\r\nplease answer.\r\n" in mail.content


def test_starttls_with_a_login_delivers(start: StartServer, tmp_path: Path) -> None:
    context, ca_file = _tls(tmp_path)
    postbox, port = start(tls_context=context, authenticator=_accept)
    server = _server(port, MailSecurity.STARTTLS, ca_file=ca_file, login="tool", password=SECRET)
    server.send(MESSAGE)
    assert len(postbox.mails) == 1


def test_a_certificate_of_nobody_we_trust_is_refused(start: StartServer, tmp_path: Path) -> None:
    context, _ = _tls(tmp_path)
    postbox, port = start(tls_context=context)
    with pytest.raises(UnavailableError, match="certificate verify failed"):
        _server(port, MailSecurity.STARTTLS).send(MESSAGE)
    assert not postbox.mails


def test_a_server_without_starttls_gets_nothing(start: StartServer) -> None:
    postbox, port = start()
    with pytest.raises(UnavailableError, match="STARTTLS"):
        _server(port, MailSecurity.STARTTLS).send(MESSAGE)
    assert not postbox.mails


def test_a_wrong_login_is_told_without_the_password(start: StartServer, tmp_path: Path) -> None:
    context, ca_file = _tls(tmp_path)
    _, port = start(tls_context=context, authenticator=_accept)
    server = _server(
        port, MailSecurity.STARTTLS, ca_file=ca_file, login="tool", password="not the password"
    )
    with pytest.raises(UnavailableError, match="refused the login") as refused:
        server.send(MESSAGE)
    assert "not the password" not in str(refused.value)
    assert "not the password" not in repr(server)


def test_a_refused_recipient_and_a_server_that_is_not_there_are_named(start: StartServer) -> None:
    _, port = start()
    with pytest.raises(UnavailableError, match=r"ana@refused\.example: it refused the recipient"):
        _server(port, MailSecurity.PLAIN).send(Message("ana@refused.example", "x", "x\n"))
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1"):
        _server(_free_port(), MailSecurity.PLAIN).send(MESSAGE)


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnavailableError, match="timed out"):
            _server(port, MailSecurity.PLAIN, timeout_seconds=0.2).send(MESSAGE)


def test_plain_text_to_another_machine_is_refused_beforehand() -> None:
    with pytest.raises(ConfigurationError, match="readable on the way"):
        _server(25, MailSecurity.PLAIN, host="mail.example.org")


def test_an_unusable_file_of_authorities_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        _server(25, MailSecurity.STARTTLS, ca_file=tmp_path / "absent.pem")
