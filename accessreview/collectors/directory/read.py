"""Reading one directory over a connection, keeping what came when not all of it came."""

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from accessreview.collectors.directory.members import Memberships
from accessreview.collectors.directory.objects import classes_of, objects
from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.gaps import Gaps
from accessreview.ldap.connection import DirectoryConnection
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.errors import CollectionError

_ALWAYS_ELSEWHERE = ("cn=configuration,", "cn=schema,", "dc=domaindnszones,", "dc=forestdnszones,")
"""What every domain of Active Directory refers to without holding accounts or groups there."""


def read_directory(connection: DirectoryConnection, schema: DirectorySchema) -> RawDirectory:
    """Read all accounts and groups under the bases, and whatever else is a member of one.

    A search that fails makes a gap, and the others go on while the connection stands.

    Raises:
        CollectionError: nothing could be read.
    """
    entries: list[RawEntry] = []
    failures: list[str] = []
    gaps = Gaps()
    for base in schema.bases:
        for filter_ in schema.filters:
            try:
                for entry in connection.pages(base, filter_, schema.attributes):
                    entries.append(RawEntry(entry.dn, entry.attributes))
                    _check_class(entries[-1], filter_, schema, gaps)
            except CollectionError as failure:
                if not connection.is_open:
                    return _incomplete(entries, (*failures, str(failure)))
                failures.append(str(failure))
    try:
        _look_up_members(connection, schema, entries)
    except CollectionError as failure:
        failures.append(str(failure))
    for url in dict.fromkeys(connection.referrals):
        if elsewhere := _elsewhere(url, schema):
            gaps.add(
                "A part of the directory lies on another server, which was not asked", elsewhere
            )
    return _incomplete(entries, (*failures, *gaps.sentences()))


def _incomplete(entries: Sequence[RawEntry], gaps: Sequence[str]) -> RawDirectory:
    if gaps and not entries:
        raise CollectionError("\n".join(gaps))
    return RawDirectory(tuple(entries), tuple(gaps))


def _check_class(entry: RawEntry, filter_: str, schema: DirectorySchema, gaps: Gaps) -> None:
    """A filter that was set may find what its classes do not tell to be an account or a group."""
    is_set = filter_ in {schema.user_filter, schema.group_filter}
    if is_set and not classes_of(entry.attributes) & (
        schema.account_classes | schema.group_classes
    ):
        gaps.add("The filter that is set finds an entry that is no account and no group", entry.dn)


def _look_up_members(
    connection: DirectoryConnection, schema: DirectorySchema, entries: list[RawEntry]
) -> None:
    """Add members that no search found, and theirs, so that what they are need not be guessed."""
    asked: set[str] = set()
    while True:
        found = objects(RawDirectory(tuple(entries)), schema, Gaps())
        names = set(Memberships(found, schema, Gaps(), Gaps()).unresolved()) - asked
        if not names:
            return
        asked |= names
        answers = (connection.entry(name, schema.attributes) for name in sorted(names))
        entries.extend(RawEntry(entry.dn, entry.attributes) for entry in answers if entry)


def _elsewhere(url: str, schema: DirectorySchema) -> str:
    """The subtree that a referral names, as text; empty if nobody can be in it."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if schema.kind is DirectoryKind.ACTIVE_DIRECTORY and name.lower().startswith(_ALWAYS_ELSEWHERE):
        return ""
    return f"{name or 'all of it'} on {parts.netloc}"
