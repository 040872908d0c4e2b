"""Looking, step by step, at what a directory lets the account see that reads it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import islice

from accessreview.collectors.directory.probe_contents import Contents, Expected
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings
from accessreview.collectors.directory.times import generalized_time
from accessreview.ldap.connection import open_connection
from accessreview.ldap.ids import text
from accessreview.ldap.port import Connection
from accessreview.ldap.probe import Now, ServerProbe, fallback
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.diagnosis import (
    Check,
    Step,
    Told,
    clock_difference,
    failed,
    in_turn,
    ok,
    warning,
)
from accessreview.model.errors import CollectionError

_ANY = "(objectClass=*)"
_NAME_ALONE = ("1.1",)
_NO_PAGES = re.compile(r"\((code 1[12])\)")
"""Paging is not offered, or forbidden to the account: pages of one entry are not too large."""
_PRODUCTS = {
    DirectoryKind.ACTIVE_DIRECTORY: "an Active Directory",
    DirectoryKind.OPENLDAP: "an OpenLDAP",
    DirectoryKind.DS389: "a 389 Directory Server",
    DirectoryKind.FREEIPA: "a FreeIPA",
    DirectoryKind.VMDIR: "vCenter's own directory",
    DirectoryKind.LDAP: "a server of an unknown kind",
}


def examine_directory(settings: DirectorySettings, expected: Expected, now: Now) -> Iterator[Check]:
    """Go the whole way to one directory and look around there; nothing is ever written."""
    with ExitStack() as stack:
        probe = _Probe(settings, expected, now, stack)
        for steps in (probe.steps(), probe.others()):
            yield from in_turn(steps, probe.server.settings.label)


class _Probe:
    def __init__(
        self, settings: DirectorySettings, expected: Expected, now: Now, stack: ExitStack
    ) -> None:
        self.server = ServerProbe(settings.server, now, stack)
        self._expected, self._now = expected, now
        self._settings, self._schema = settings, settings.schema

    def steps(self) -> Iterator[Step]:
        yield from self.server.steps()
        yield Step("server", self._kind)
        yield Step("clock", self._clock, needed=False)
        yield Step("bases", self._bases)
        yield Step("paging", self._paging)
        yield from Contents(self._here, self._expected).steps()

    def others(self) -> Iterator[Step]:
        """What does not depend on the server that is asked first."""
        if writer := self._expected.writer:
            yield Step("remediation", partial(_signs_in, writer), needed=False)
        for host in self._settings.server.fallback_hosts:
            look = partial(fallback, self._settings.server, host, self._now)
            yield Step("fallback", look, needed=False)

    def _here(self) -> tuple[Connection, DirectorySchema]:
        return self._connection, self._schema

    @property
    def _connection(self) -> Connection:
        if self.server.connection is None:
            raise CollectionError("Nobody is signed in.")
        return self.server.connection

    def _kind(self) -> Iterator[Told]:
        identity, is_set = self._connection.identity, self._schema.kind
        found = identity.kind
        if is_set in {found, DirectoryKind.LDAP}:
            yield ok(f"It is {_PRODUCTS[found]}.")
        elif found is DirectoryKind.LDAP:
            yield warning(f"It does not say what it is; as set, it is read as {_PRODUCTS[is_set]}.")
        else:
            yield failed(
                f'It is {_PRODUCTS[found]}, and not {_PRODUCTS[is_set]}: set kind = "{found}".'
            )
            return
        self._schema = self._schema.completed(identity)

    def _clock(self) -> Iterator[Told]:
        root = self._connection.entry("", ["currentTime"])
        told = generalized_time(text(root.attributes, "currenttime")) if root else None
        yield clock_difference(told, self._now())

    def _bases(self) -> Iterator[Told]:
        holds = " and ".join(self._connection.identity.naming_contexts)
        for base in self._schema.bases:
            if self._connection.entry(base, _NAME_ALONE):
                yield ok(f"{base} is there.")
            else:
                yield failed(
                    f"There is no {base}, or the account may not see it: mend `bases`, or let it"
                    f" read there. The server holds {holds or 'nothing that it tells'}."
                )

    def _paging(self) -> Iterator[Told]:
        """On a sign-in of its own, for pages of one entry each."""
        small = replace(self.server.settings, page_size=1)
        with open_connection(small, CollectionError) as connection:
            try:
                several = any(_has_two_pages(connection, base) for base in self._schema.bases)
            except CollectionError as error:
                refused = _NO_PAGES.search(str(error))
                if not refused:
                    raise
                raise CollectionError(
                    "The server gives the account no pages, not even of one entry"
                    f" ({refused[1]}): let it read in pages, in an OpenLDAP by `limits` with"
                    " `size.prtotal`, for without them nothing says that all was read."
                ) from None
        if several:
            yield ok("Two pages were read, one after the other.")
        else:
            yield warning("There is not enough to be read to try a second page.")


def _has_two_pages(connection: Connection, base: str) -> bool:
    before = connection.pages_read
    for _ in islice(connection.pages(base, _ANY, _NAME_ALONE), 2):
        pass
    return connection.pages_read > before + 1


def _signs_in(writer: ServerSettings) -> Iterator[Told]:
    with open_connection(replace(writer, fallback_hosts=()), CollectionError):
        yield ok(f"{writer.bind_dn}, which may carry out removals, can sign in.")
