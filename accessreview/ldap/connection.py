"""One connection to one server: complete answers or an error, and no other host ever spoken to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import starmap
from typing import Any

import ldap3

from accessreview.ldap import kerberos
from accessreview.ldap.ids import text
from accessreview.ldap.port import Entry, Scope, WritingConnection
from accessreview.ldap.ranges import Raw, completed, is_complete
from accessreview.ldap.reasons import (
    ADMIN_LIMIT,
    NO_SUCH_OBJECT,
    SIZE_LIMIT,
    SUCCESS,
    result_words,
)
from accessreview.ldap.receive import Received, closed_on_failure
from accessreview.ldap.root import (
    DOMAIN_ATTRIBUTES,
    DOMAIN_FILTER,
    ROOT_ATTRIBUTES,
    Domain,
    ServerIdentity,
    domains_of,
    identity_of,
)
from accessreview.ldap.searches import Search, Searches
from accessreview.ldap.session import Session, connected
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings, SignIn
from accessreview.model.errors import AccessReviewError, ConfigurationError

_PAGED_RESULTS = "1.2.840.113556.1.4.319"
_SMALLEST_PAGE = 50
_ANY = "(objectClass=*)"
_NAME_ALONE = ("1.1",)

Found = tuple[str, Raw]
"""An entry's name and what came of it."""


class DirectoryConnection:
    """A sign-in that stands, by ldap3; see ``port.Connection`` for what it promises."""

    def __init__(self, session: Session) -> None:
        self.settings = session.settings
        self.referrals: list[str] = []
        self.pages_read = 0
        self._searches = Searches(session)
        self._session = session
        self._connection = session.connection

    @property
    def is_open(self) -> bool:
        return not self._connection.closed

    @cached_property
    def identity(self) -> ServerIdentity:
        """What the server says of itself, asked once."""
        root = self.entry("", ROOT_ATTRIBUTES)
        attributes = root.attributes if root else {}
        service = text(attributes, "dsservicename")
        described = self.entry(service, ["invocationId"]) if service else None
        return identity_of(attributes, described.attributes if described else {})

    def domains(self) -> tuple[Domain, ...]:
        """The domains of an Active Directory's forest; of any other directory none."""
        context = self.identity.configuration_context
        if self.identity.kind is not DirectoryKind.ACTIVE_DIRECTORY or not context:
            return ()
        found = self.pages(f"CN=Partitions,{context}", DOMAIN_FILTER, DOMAIN_ATTRIBUTES, "LEVEL")
        return domains_of(entry.attributes for entry in found)

    def pages(
        self, base: str, filter_: str, attributes: Sequence[str], scope: Scope = "SUBTREE"
    ) -> Iterator[Entry]:
        """Yield every entry of the subtree; when it ends without an error, those were all.

        What a page that failed brought along is yielded before the error is raised. URLs of
        subtrees that lie on other servers are added to ``referrals``, never followed.
        """
        doing = f"reading {filter_} under {base}"
        numbers: list[int] = []
        for page in self._pages(doing, base, filter_, scope, attributes):
            self.pages_read += 1
            numbers.append(len(page))
            yield from starmap(self._complete, self._entries(doing, page))
        *earlier, last = numbers
        if last and last >= max(earlier, default=self.settings.page_size):
            self._count_again(doing, base, filter_, scope, numbers)

    def _count_again(
        self, doing: str, base: str, filter_: str, scope: Scope, numbers: Sequence[int]
    ) -> None:
        """Ask in other pages where the last one was full, for the rest may have been forgotten."""
        size = max(numbers) - 1 or 2
        pages = self._pages(doing, base, filter_, scope, _NAME_ALONE, size)
        again = sum(1 for page in pages for _ in self._entries(doing, page))
        if again != sum(numbers):
            self._session.fail(
                f"{doing} stopped after {sum(numbers)} entries and",
                f"the server counts {again} when it is asked again",
            )

    def _pages(  # noqa: PLR0913, PLR0917 - a search has that many parts
        self,
        doing: str,
        base: str,
        filter_: str,
        scope: Scope,
        attributes: Sequence[str],
        size: int | None = None,
    ) -> Iterator[Received]:
        size, cookie, count = size or self.settings.page_size, b"", 0
        seen = set[tuple[bytes, bytes]]()

        def ask() -> Search:
            return self._searches.ask(doing, base, filter_, scope, attributes, size, cookie)

        search = ask()
        while True:
            result, received = search.answer()
            code = result["result"]
            if code in {SIZE_LIMIT, ADMIN_LIMIT} and not cookie and size > _SMALLEST_PAGE:
                size = max(size // 2, _SMALLEST_PAGE)
                search = ask()
                continue
            control = (result.get("controls") or {}).get(_PAGED_RESULTS)
            cookie = (control and control["value"]["cookie"]) or b""
            if code == SUCCESS and cookie:
                search = ask()  # now, so that the server works on it while this page is looked into
            entries = self._received(doing, received)
            yield entries
            count += len(entries)
            doing_so_far = f"{doing} stopped after {count} entries and"
            if code != SUCCESS:
                self._session.fail(doing_so_far, result_words(code, result["message"]))
            if control is None:
                self._session.fail(doing_so_far, "the server did not say whether that was all")
            if not cookie:
                return
            # Some servers have one cookie for all pages, but none begins two of them alike.
            page = cookie, entries.first_name()
            if page in seen:
                self._session.fail(doing_so_far, "the server repeats a page")
            seen.add(page)

    def entry(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """Read one entry; None if there is none of that name, or none that may be seen."""
        doing = f"reading {dn}"
        result, entries = self._search(doing, dn, _ANY, ldap3.BASE, attributes)
        if result["result"] == NO_SUCH_OBJECT:
            return None
        if result["result"] != SUCCESS:
            self._session.fail(doing, result_words(result["result"], result["message"]))
        return self._complete(*entries[0]) if entries else None

    def delete_values(self, dn: str, values: Mapping[str, Sequence[bytes]]) -> int:
        """Delete exactly these values in one operation; return the server's result code."""
        changes = {name: [(ldap3.MODIFY_DELETE, list(some))] for name, some in values.items()}
        self._searches.settle()
        with self._session.step(f"changing {dn}"):
            self._connection.modify(dn, changes)  # type: ignore[no-untyped-call] # its stubs
        return int(self._connection.result["result"])

    def _search(
        self, doing: str, base: str, filter_: str, scope: Scope, attributes: Sequence[str]
    ) -> tuple[dict[str, Any], Sequence[Found]]:
        result, received = self._searches.ask(doing, base, filter_, scope, attributes).answer()
        return result, list(self._entries(doing, self._received(doing, received)))

    def _received(self, doing: str, answers: Sequence[dict[str, Any]]) -> Received:
        """The entries of an answer; the URLs in it are kept."""
        with self._session.step(doing):
            self.referrals.extend(
                uri
                for answer in answers
                if answer["type"] == "searchResRef"
                for uri in ([answer["uri"]] if isinstance(answer["uri"], str) else answer["uri"])
            )
            received: Received = next(one["entries"] for one in answers if "entries" in one)
        return received

    def _entries(self, doing: str, received: Received) -> Iterator[Found]:
        with self._session.step(doing), closed_on_failure(self._connection):
            yield from received.read()

    def _complete(self, dn: str, raw: Raw) -> Entry:
        return Entry(dn, raw if is_complete(raw) else self._put_together(dn, raw))

    def _put_together(self, dn: str, raw: Raw) -> Raw:
        def more(attributes: Sequence[str]) -> Raw | None:
            doing = f"reading the rest of {dn}"
            result, entries = self._search(doing, dn, _ANY, ldap3.BASE, attributes)
            if result["result"] != SUCCESS:
                self._session.fail(doing, result_words(result["result"], result["message"]))
            return entries[0][1] if entries else None

        attributes = completed(raw, more)
        if attributes is None:
            self._session.fail(f"reading all values of {dn}", "they changed while they were read")
        return attributes


@contextmanager
def open_connection(
    settings: ServerSettings, error: type[AccessReviewError], *, writes: bool = False
) -> Iterator[WritingConnection]:
    """Connect, verify the server, sign in; and close at the end, whatever happens.

    Raises:
        error: no server can be reached, or one cannot be verified or signed in to.
        ConfigurationError: the settings cannot be used; among them writing without encryption.
    """
    if writes and settings.security is Security.PLAIN:
        raise ConfigurationError(
            f"{settings.label} may not be changed over an unencrypted connection; use ldaps or"
            " StartTLS."
        )
    password = _password(settings)
    session = connected(settings, error, writes=writes)
    try:
        _sign_in(session, password)
        yield DirectoryConnection(session)
    finally:
        session.close()


def _password(settings: ServerSettings) -> str:
    """Empty if none is needed."""
    if settings.sign_in is SignIn.KERBEROS:
        if settings.security is Security.PLAIN:
            raise ConfigurationError(
                f"Signing in to {settings.label} by Kerberos needs encryption; use ldaps or"
                " StartTLS."
            )
        return ""
    if not settings.bind_dn:
        raise ConfigurationError(f"No account is named to sign in to {settings.label} with.")
    password = settings.password()
    if not password:
        # To a server, a name with an empty password is an anonymous sign-in that succeeds.
        raise ConfigurationError(
            f"The password of {settings.bind_dn} for {settings.label} is empty."
        )
    return password


def _sign_in(session: Session, password: str) -> None:
    connection, settings = session.connection, session.settings
    doing = "signing in by Kerberos" if not password else f"signing in as {settings.bind_dn}"
    with session.step(doing):
        if password:
            connection.rebind(
                settings.bind_dn,
                password,
                authentication=ldap3.SIMPLE,
                read_server_info=False,
            )
        else:
            _with_ticket(session, doing)
    connection.password = None
    result = connection.result
    if result["result"] != SUCCESS:
        session.fail(doing, result_words(result["result"], result["message"]))


def _with_ticket(session: Session, doing: str) -> None:
    try:
        kerberos.sign_in(session.connection, session.settings.host)
    except kerberos.TicketError as refused:
        session.fail(doing, str(refused))
