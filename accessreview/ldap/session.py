"""Reaching a server of a directory: the first that answers, verified before anything is said."""

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NoReturn

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPStartTLSError

from accessreview.ldap.reasons import failure_words
from accessreview.ldap.receive import receive_fast
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.ldap.tls import BoundedSocket, StrictTls
from accessreview.model.errors import AccessReviewError
from accessreview.tls import Deadline

Error = type[AccessReviewError]


@dataclass(frozen=True, slots=True)
class Session:
    """A connection to one server; ``settings`` name that one alone."""

    settings: ServerSettings
    connection: ldap3.Connection
    tls: StrictTls
    deadline: Deadline
    error: Error

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Turn whatever fails inside into one sentence that says what was being done."""
        try:
            yield
        except AccessReviewError:
            raise
        except Exception as failure:  # noqa: BLE001 - see below
            # ldap3 fails on unexpected answers in any way (KeyError, TypeError, ...), and the cause
            # is cut off because its text may hold what was sent.
            raise self.error(self.sentence(doing, failure)) from None

    def fail(self, doing: str, why: str) -> NoReturn:
        raise self.error(f"{self.settings.label}: {doing} failed: {why}.")

    def sentence(self, doing: str, failure: Exception) -> str:
        words = failure_words(failure, self.tls.failure, self.settings)
        return f"{self.settings.label}: {doing} failed: {words}."

    def close(self) -> None:
        """Leave in good order."""
        self.deadline.leave(self.connection.unbind)


def connected(settings: ServerSettings, error: Error, *, writes: bool) -> Session:
    """Connect to the first server that answers, encrypted as set; nobody is signed in yet.

    Only silence leads to the next server. One that answers wrongly, above all with a certificate
    that does not fit, is an error at once: going on would keep people from learning of it.

    Raises:
        error: no server answers, or one cannot be verified; its sentence names every one tried.
        ConfigurationError: the certificate settings cannot be used.
    """
    deadline = Deadline(settings.timeout_seconds, settings.deadline_seconds)
    silent: list[str] = []
    for host in (settings.host, *settings.fallback_hosts):
        one = replace(settings, host=host, fallback_hosts=())
        tls = StrictTls(one, deadline)
        session = Session(one, _prepared(one, tls, writes=writes), tls, deadline, error)
        try:
            _connect(session)
        except Exception as failure:  # noqa: BLE001 - as in `step`
            silent.append(session.sentence("connecting", failure))
            session.close()
            if not _is_silence(tls.failure or failure):
                raise error(" ".join(silent)) from None
        else:
            return session
    raise error(" ".join(silent))


def _connect(session: Session) -> None:
    connection = session.connection
    connection.open(read_server_info=False)
    if not isinstance(connection.socket, BoundedSocket):
        connection.socket = BoundedSocket(connection.socket, session.deadline)
    if session.settings.security is Security.STARTTLS:
        connection.start_tls(read_server_info=False)


def _is_silence(failure: Exception) -> bool:
    """Whether nobody answered, rather than somebody wrongly."""
    match failure:
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return True
        case ssl.SSLError() | LDAPStartTLSError():
            return False
        case _:
            return isinstance(failure, OSError | LDAPException)


def _prepared(settings: ServerSettings, tls: StrictTls, *, writes: bool) -> ldap3.Connection:
    server = ldap3.Server(
        settings.host,
        settings.actual_port,
        use_ssl=settings.security is Security.LDAPS,
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=min(settings.timeout_seconds, settings.deadline_seconds),
        allowed_referral_hosts=[],
    )
    connection = ldap3.Connection(
        server,
        client_strategy=ldap3.SYNC,
        auto_bind=ldap3.AUTO_BIND_NONE,
        auto_referrals=False,  # or name and password would go, in clear, wherever a referral says
        auto_range=False,
        check_names=False,
        return_empty_attributes=False,
        read_only=not writes,
        receive_timeout=math.ceil(settings.timeout_seconds),  # whole seconds only
    )
    receive_fast(connection)
    _close_sockets_that_fail(connection)
    return connection


def _close_sockets_that_fail(connection: ldap3.Connection) -> None:
    """ldap3 leaves open the socket of each address that it tried in vain."""
    strategy = connection.strategy
    open_socket = strategy._open_socket  # noqa: SLF001 - nothing public is in the way of it

    def open_or_close(*address: object, **parts: object) -> None:
        try:
            open_socket(*address, **parts)
        except Exception:
            if connection.socket:
                connection.socket.close()
            raise

    strategy._open_socket = open_or_close  # noqa: SLF001 - see above
