"""Reading one directory over a connection, keeping what came when not all of it came."""

from collections.abc import Iterator
from urllib.parse import unquote

from accessreview.collectors.directory.extended import MemberName, foreign_id
from accessreview.collectors.directory.hidden import groups_with_hidden_members
from accessreview.collectors.directory.members import names_of_members, searches_of_members
from accessreview.collectors.directory.objects import Classes, is_name, key_of
from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.searches import MemberSearch
from accessreview.collectors.directory.territory import Territory
from accessreview.ldap.port import Connection
from accessreview.ldap.root import Domain
from accessreview.model.dn import is_within
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Count
from accessreview.snapshot.gaps import Gaps

_NOBODY_THERE = ("cn=configuration,", "cn=schema,", "dc=domaindnszones,", "dc=forestdnszones,")
"""What every domain of Active Directory refers to without holding accounts or groups there."""
_NAME_ALONE = ("1.1",)


def read_directory(connection: Connection, schema: DirectorySchema) -> RawDirectory:
    """Read all accounts and groups under the bases, and whatever else is a member of one.

    A search that fails makes a gap, and the others go on while the connection stands.

    Raises:
        CollectionError: nothing could be read.
    """
    reader = _Reader(connection, schema)
    reader.search_all()
    reader.follow_members()
    reader.look_for_hidden_members()
    return reader.result()


class _Reader:
    def __init__(self, connection: Connection, schema: DirectorySchema) -> None:
        self._connection = connection
        self._schema = schema
        self._entries: list[RawEntry] = []
        self._found: dict[str, tuple[str, ...]] = {}
        self._failures: list[str] = []
        self._gaps = Gaps()

    def search_all(self) -> None:
        """Carry out the searches of the schema under every base."""
        classes = Classes.of(self._schema)
        are_set = {self._schema.user_filter, self._schema.group_filter}
        for base in self._schema.bases:
            for filter_ in self._schema.filters:
                for entry in self._searched(base, filter_):
                    self._entries.append(entry)
                    if filter_ in are_set and not (
                        classes.is_group(entry) or classes.is_account(entry)
                    ):
                        self._gaps.add(
                            "The filter that is set finds an entry that is no account and no group",
                            entry.dn,
                        )

    def follow_members(self) -> None:
        """Find the members of dynamic groups, and read members that no search found, and theirs.

        So what they are need not be guessed.
        """
        territory = Territory.of(self._schema.bases, self._referred())
        spelled: set[str] = set()
        known: set[str] = set()
        done = 0
        while done < len(self._entries) and self._connection.is_open:
            fresh, done = self._entries[done:], len(self._entries)
            spelled.update(entry.dn for entry in fresh)
            known.update(key_of(entry.dn) for entry in fresh)
            names = {name for entry in fresh for name in self._named_by(entry)} - spelled
            spelled |= names
            keys = {key_of(MemberName.of(name).dn): name for name in sorted(names)}
            for key in sorted(keys.keys() - known):
                if not foreign_id(key) and territory.holds(key, known.__contains__):
                    self._look_up(MemberName.of(keys[key]).dn)

    def look_for_hidden_members(self) -> None:
        """Say of which groups the members are hidden, where members say in which they are."""
        if not self._schema.product.members_agree or not self._connection.is_open:
            return
        classes = Classes.of(self._schema)
        empty = {
            key_of(entry.dn): entry.dn
            for entry in self._entries
            if classes.is_group(entry) and not any(names_of_members(entry, self._schema))
        }
        bases = self._schema.bases
        try:
            hidden = groups_with_hidden_members(self._connection, bases, tuple(empty.values()))
        except CollectionError as failure:
            self._failures.append(f"Whether groups hide their members is not known: {failure}")
            return
        for name in hidden:
            self._gaps.add(
                "The members of a group are hidden from the account used here, for it shows none"
                " and somebody is in it; let the account read them",
                name,
            )

    def result(self) -> RawDirectory:
        """What was read; raises CollectionError if that is nothing."""
        domains = self._domains()
        notes, referrals = Gaps(), self._referrals()
        elsewhere = [key_of(base) for base in self._schema.bases_elsewhere]
        for name, host in referrals:
            is_read = name and any(is_within(key_of(name), base) for base in elsewhere)
            (notes if is_read else self._gaps).add(
                "A part of the directory lies on another server, which is a source of its own"
                if is_read
                else "A part of the directory lies on another server, which was not asked",
                f"{name or 'all of it'} on {host}",
            )
        gaps = (*self._failures, *self._gaps.sentences())
        if gaps and not self._entries:
            raise CollectionError("\n".join(gaps))
        return RawDirectory(
            tuple(self._entries),
            gaps,
            notes.sentences(),
            self._found,
            self._referred(),
            domains,
            figures={
                Count.PAGES: self._connection.pages_read,
                Count.REFERRALS: len(referrals),
            },
        )

    def _searched(self, base: str, filter_: str) -> Iterator[RawEntry]:
        if not self._connection.is_open:
            return
        try:
            for entry in self._connection.pages(base, filter_, self._schema.attributes):
                yield RawEntry(entry.dn, entry.attributes)
        except CollectionError as failure:
            self._failures.append(str(failure))

    def _named_by(self, entry: RawEntry) -> Iterator[str]:
        yield from names_of_members(entry, self._schema)
        for url in searches_of_members(entry, self._schema):
            if url not in self._found:
                self._found[url] = self._search(url, entry.dn)
            yield from self._found[url]

    def _search(self, url: str, group: str) -> tuple[str, ...]:
        """The names that the search of a dynamic group finds, as far as it stays in the bases."""
        names: list[str] = []
        try:
            search = MemberSearch.of(url)
            self._check_base(search.base)
            found = self._connection.pages(search.base, search.filter, _NAME_ALONE, search.scope)
            names.extend(entry.dn for entry in found)
        except ValueError as error:
            self._gaps.add(
                "The members of a dynamic group are not known, for its search cannot be carried"
                " out here",
                f"{url} of {group}: {error}",
            )
        except CollectionError as failure:
            self._failures.append(f"The members of the dynamic group {group}: {failure}")
        return tuple(names)

    def _check_base(self, base: str) -> None:
        key = key_of(base)
        if not is_name(key) or not Territory.of(self._schema.bases, ()).holds(key, bool):
            raise ValueError("its base lies outside of the bases that are read")

    def _look_up(self, dn: str) -> None:
        try:
            entry = self._connection.entry(dn, self._schema.attributes)
        except CollectionError as failure:
            self._gaps.add("A member could not be looked up", str(failure).removesuffix("."))
            return
        if entry:
            self._entries.append(RawEntry(entry.dn, entry.attributes))

    def _domains(self) -> tuple[Domain, ...]:
        """What the directory calls its domains, where that is not set."""
        schema = self._schema
        all_are_set = schema.netbios_names and schema.dns_names
        if all_are_set or not schema.product.lists_domains or not self._connection.is_open:
            return ()
        try:
            return self._connection.domains()
        except CollectionError as failure:
            advice = "What the domains are called is not known; set netbios_names and dns_names"
            self._failures.append(f"{advice}: {failure}")
            return ()

    def _referrals(self) -> list[tuple[str, str]]:
        """The subtrees that lie on other servers and may hold somebody: each name and server."""
        every = map(_parts, dict.fromkeys(self._connection.referrals))
        return [(name, host) for name, host in every if not name.lower().startswith(_NOBODY_THERE)]

    def _referred(self) -> tuple[str, ...]:
        names = (name for name, _ in map(_parts, self._connection.referrals) if name)
        return tuple(dict.fromkeys(names))


def _parts(url: str) -> tuple[str, str]:
    """The name and the server of a referral."""
    host, _, rest = url.partition("://")[2].partition("/")
    return unquote(rest.partition("?")[0]), host
