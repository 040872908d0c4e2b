"""One connection to one server: complete answers or an error, and no other host ever spoken to."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import ldap3

from accessreview.ldap.ranges import Raw, completed
from accessreview.ldap.reasons import (
    ADMIN_LIMIT,
    NO_SUCH_OBJECT,
    SIZE_LIMIT,
    SUCCESS,
    failure_words,
    result_words,
)
from accessreview.ldap.receive import receive_fast
from accessreview.ldap.settings import Security, ServerSettings
from accessreview.ldap.tls import BoundedSocket, StrictTls
from accessreview.model.errors import AccessReviewError, ConfigurationError
from accessreview.tls import Deadline

_PAGED_RESULTS = "1.2.840.113556.1.4.319"
_SMALLEST_PAGE = 50
_LEAVE_SECONDS = 5
_ANY = "(objectClass=*)"

Scope = Literal["BASE", "LEVEL", "SUBTREE"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as read: attributes by lower-case name without options, all of their values."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]


class DirectoryConnection:
    """A sign-in that stands; every method raises ``error`` with a sentence when it fails."""

    def __init__(
        self,
        settings: ServerSettings,
        connection: ldap3.Connection,
        tls: StrictTls,
        error: type[AccessReviewError],
    ) -> None:
        self.settings = settings
        self.referrals: list[str] = []
        self.pages_read = 0
        self._connection = connection
        self._tls = tls
        self._error = error

    @property
    def is_open(self) -> bool:
        return not self._connection.closed

    def pages(
        self, base: str, filter_: str, attributes: Sequence[str], scope: Scope = "SUBTREE"
    ) -> Iterator[Entry]:
        """Yield every entry of the subtree; when it ends without an error, those were all.

        What a page that failed brought along is yielded before the error is raised. URLs of
        subtrees that lie on other servers are added to ``referrals``, never followed.
        """
        doing = f"reading {filter_} under {base}"
        size, cookie, count = self.settings.page_size, b"", 0
        seen = {cookie}
        while True:
            result, entries = self._search(doing, base, filter_, scope, attributes, size, cookie)
            code = result["result"]
            if code in {SIZE_LIMIT, ADMIN_LIMIT} and not cookie and size > _SMALLEST_PAGE:
                size = max(size // 2, _SMALLEST_PAGE)
                continue
            self.pages_read += 1
            for entry in entries:
                yield self._complete(entry)
            count += len(entries)
            doing_so_far = f"{doing} stopped after {count} entries and"
            if code != SUCCESS:
                self._fail(doing_so_far, result_words(code, result["message"]))
            control = (result.get("controls") or {}).get(_PAGED_RESULTS)
            if control is None:
                self._fail(doing_so_far, "the server did not say whether that was all")
            cookie = control["value"]["cookie"] or b""
            if not cookie:
                return
            if cookie in seen and not entries:
                self._fail(doing_so_far, "the server repeats an empty page")
            seen.add(cookie)

    def entry(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """Read one entry; None if there is none of that name, or none that may be seen."""
        doing = f"reading {dn}"
        result, entries = self._search(doing, dn, _ANY, ldap3.BASE, attributes)
        if result["result"] == NO_SUCH_OBJECT:
            return None
        if result["result"] != SUCCESS:
            self._fail(doing, result_words(result["result"], result["message"]))
        return self._complete(entries[0]) if entries else None

    def delete_values(self, dn: str, values: Mapping[str, Sequence[bytes]]) -> int:
        """Delete exactly these values in one operation; return the server's result code."""
        changes = {name: [(ldap3.MODIFY_DELETE, list(some))] for name, some in values.items()}
        with self._step(f"changing {dn}"):
            self._connection.modify(dn, changes)  # type: ignore[no-untyped-call] # its stubs
        return int(self._connection.result["result"])

    def _search(  # noqa: PLR0913, PLR0917 - a search has that many parts
        self,
        doing: str,
        base: str,
        filter_: str,
        scope: Scope,
        attributes: Sequence[str],
        page: int | None = None,
        cookie: bytes = b"",
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        with self._step(doing):
            self._connection.search(
                base,
                filter_,
                scope,
                ldap3.DEREF_NEVER,
                list(attributes),
                paged_size=page,
                paged_criticality=True,  # or a server without paging would just cut
                paged_cookie=cookie or None,
            )
            answers = self._connection.response or ()
            self.referrals.extend(
                uri
                for answer in answers
                if answer["type"] == "searchResRef"
                for uri in ([answer["uri"]] if isinstance(answer["uri"], str) else answer["uri"])
            )
            return self._connection.result, [
                answer for answer in answers if answer["type"] == "searchResEntry"
            ]

    def _complete(self, answer: Mapping[str, Any]) -> Entry:
        def more(attributes: Sequence[str]) -> Raw | None:
            doing = f"reading the rest of {dn}"
            result, entries = self._search(doing, dn, _ANY, ldap3.BASE, attributes)
            if result["result"] != SUCCESS:
                self._fail(doing, result_words(result["result"], result["message"]))
            return entries[0]["raw_attributes"] if entries else None

        dn = str(answer["dn"])
        attributes = completed(answer["raw_attributes"], more)
        if attributes is None:
            self._fail(f"reading all values of {dn}", "they changed while they were read")
        return Entry(dn, attributes)

    @contextmanager
    def _step(self, doing: str) -> Iterator[None]:
        with step(self.settings, self._tls, self._error, doing):
            yield

    def _fail(self, doing: str, why: str) -> NoReturn:
        raise self._error(f"{self.settings.label}: {doing} failed: {why}.")


@contextmanager
def open_connection(
    settings: ServerSettings, error: type[AccessReviewError], *, writes: bool = False
) -> Iterator[DirectoryConnection]:
    """Connect, verify the server, sign in; and close at the end, whatever happens.

    Raises:
        error: the server cannot be reached, verified or signed in to.
        ConfigurationError: the settings cannot be used; among them writing without encryption.
    """
    password = _checked_password(settings, writes=writes)
    deadline = Deadline(settings.timeout_seconds, settings.deadline_seconds)
    tls = StrictTls(settings, deadline)
    connection = _prepared(settings, password, tls, writes=writes)
    try:
        with step(settings, tls, error, "connecting"):
            connection.open(read_server_info=False)
            if not isinstance(connection.socket, BoundedSocket):
                connection.socket = BoundedSocket(connection.socket, deadline)
            if settings.security is Security.STARTTLS:
                connection.start_tls(read_server_info=False)
        doing = f"signing in as {settings.bind_dn}"
        with step(settings, tls, error, doing):
            connection.bind(read_server_info=False)
        result = connection.result
        if result["result"] != SUCCESS:
            words = result_words(result["result"], result["message"])
            raise error(f"{settings.label}: {doing} failed: {words}.")
        connection.password = None
        yield DirectoryConnection(settings, connection, tls, error)
    finally:
        deadline.extend(_LEAVE_SECONDS)
        # Whatever there is to say was said by the step that failed.
        with suppress(Exception):
            connection.unbind()


@contextmanager
def step(
    settings: ServerSettings, tls: StrictTls, error: type[AccessReviewError], doing: str
) -> Iterator[None]:
    """Turn whatever fails inside into one sentence that says what was being done."""
    try:
        yield
    except AccessReviewError:
        raise
    except Exception as failure:  # noqa: BLE001 - see below
        # ldap3 fails on unexpected answers in any way (KeyError, TypeError, ...), and the cause is
        # cut off because its text may hold what was sent.
        words = failure_words(failure, tls.failure, settings)
        raise error(f"{settings.label}: {doing} failed: {words}.") from None


def _checked_password(settings: ServerSettings, *, writes: bool) -> str:
    if writes and settings.security is Security.PLAIN:
        raise ConfigurationError(
            f"{settings.label} may not be changed over an unencrypted connection; use ldaps or"
            " StartTLS."
        )
    if not settings.bind_dn:
        raise ConfigurationError(f"No account is named to sign in to {settings.label} with.")
    password = settings.password()
    if not password:
        # To a server, a name with an empty password is an anonymous sign-in that succeeds.
        raise ConfigurationError(
            f"The password of {settings.bind_dn} for {settings.label} is empty."
        )
    return password


def _prepared(
    settings: ServerSettings, password: str, tls: StrictTls, *, writes: bool
) -> ldap3.Connection:
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
        settings.bind_dn,
        password,
        authentication=ldap3.SIMPLE,
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
