"""Searches over one connection: each is sent at once, and its answer fetched when it is wanted."""

from collections.abc import Sequence
from typing import Any

import ldap3
from ldap3.operation.search import search_operation
from ldap3.protocol.rfc2696 import paged_search_control

from accessreview.ldap.port import Scope
from accessreview.ldap.session import Session

Answer = tuple[dict[str, Any], Sequence[dict[str, Any]]]
"""The result, and what came before it: entries not looked into yet, and references."""


class Search:
    """A search that was sent. Whatever fails is said when its answer is asked for."""

    def __init__(self, session: Session, doing: str) -> None:
        self._session = session
        self._doing = doing
        self._number: int | None = None
        self._outcome: Answer | Exception | None = None

    def send(self, request: object, controls: Sequence[object] | None) -> None:
        try:
            self._number = self._session.connection.send("searchRequest", request, controls)
        except Exception as failure:  # noqa: BLE001 - as in `Session.step`, which is told of it
            self._outcome = failure

    def fetch(self) -> None:
        """Receive the answer if that was not done yet, so that another request may follow."""
        if self._outcome is not None:
            return
        connection = self._session.connection
        try:
            connection.post_send_search(self._number)
            self._outcome = connection.result, connection.response or ()
        except Exception as failure:  # noqa: BLE001 - see above
            self._outcome = failure

    def answer(self) -> Answer:
        """Raise the session's error if there is none."""
        self.fetch()
        outcome = self._outcome
        with self._session.step(self._doing):
            if isinstance(outcome, Exception):
                raise outcome
        if outcome is None or isinstance(outcome, Exception):
            raise AssertionError("what is fetched is an answer or a failure")
        return outcome


class Searches:
    """At most one search is on its way at a time: answers are not told apart on the line."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: Search | None = None

    def settle(self) -> None:
        """Fetch what is still on its way."""
        if self._last is not None:
            self._last.fetch()

    def ask(  # noqa: PLR0913, PLR0917 - a search has that many parts
        self,
        doing: str,
        base: str,
        filter_: str,
        scope: Scope,
        attributes: Sequence[str],
        page: int | None = None,
        cookie: bytes = b"",
    ) -> Search:
        """Send a search, in pages if their size is given; nothing is raised until the answer."""
        self.settle()
        search = Search(self._session, doing)
        with self._session.step(doing):
            request = search_operation(
                *(base, filter_, scope, ldap3.DEREF_NEVER, list(attributes)),
                *(0, 0, False, True, True),  # no limits, values too, escaped and encoded
                check_names=False,
            )
        # critical, or a server without paging would just cut
        controls = [paged_search_control(True, page, cookie or None)] if page else None  # noqa: FBT003 - its order
        search.send(request, controls)
        self._last = search
        return search
