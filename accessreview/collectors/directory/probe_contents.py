"""Looking at the accounts and groups that an account sees, and whether those are all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from accessreview.collectors.directory.objects import Classes
from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import id_attribute, object_id, texts
from accessreview.ldap.port import Connection
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.diagnosis import Step, Told, failed, ok, skipped, warning
from accessreview.model.errors import CollectionError, NotFoundError

_MOST_ACCOUNTS, _MOST_GROUPS = 200_000, 20_000
"""Beyond so many nothing new is learnt, and the wait would be long."""
_EFFECTIVE = "allowedAttributesEffective"
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What has to be found: canaries by their names, and groups that permissions name.

    ``named`` gives names by the ids of those groups; NotFoundError says why they are not known.
    ``writer`` is how the separate account signs in that may take members out.
    """

    canary_accounts: tuple[str, ...] = ()
    canary_groups: tuple[str, ...] = ()
    named: Callable[[], Mapping[str, str]]
    writer: ServerSettings | None = None


@dataclass(slots=True)
class _Seen:
    """Entries of one kind, each by id and by name; ``largest`` is the one with most members."""

    number: int = 0
    first: RawEntry | None = None
    without_id: RawEntry | None = None
    names: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    largest: RawEntry | None = None
    members: int = 0
    whole: bool = False


class Contents:
    """What stands below the bases, as far as the account sees it."""

    def __init__(
        self, here: Callable[[], tuple[Connection, DirectorySchema]], expected: Expected
    ) -> None:
        self._here, self._expected = here, expected
        self._accounts, self._groups = _Seen(), _Seen()

    def steps(self) -> Iterator[Step]:
        for name, look in (
            ("accounts", self._look_at_accounts),
            ("groups", self._look_at_groups),
            ("largest", self._largest),
            ("rights", self._rights),
            ("canaries", self._canaries),
            ("permissions", self._named),
        ):
            yield Step(name, partial(self._while_connected, look), needed=False)

    def _while_connected(self, look: Callable[[], Iterable[Told]]) -> Iterator[Told]:
        if self._here()[0].is_open:
            yield from look()
        else:
            yield skipped("Not tried, because the connection is lost.")

    def _look_at_accounts(self) -> Iterator[Told]:
        _, schema = self._here()
        self._read(self._accounts, schema.filters[:1], schema.login_attributes, _MOST_ACCOUNTS)
        yield from self._told(self._accounts, "account", schema)

    def _look_at_groups(self) -> Iterator[Told]:
        _, schema = self._here()
        wanted = (
            *(*schema.group_name_attributes, *schema.member_attributes),
            *(value for _, value in schema.product.classes_with),
        )
        self._read(self._groups, schema.filters[1:], wanted, _MOST_GROUPS)
        yield from self._told(self._groups, "group", schema)

    def _read(
        self, seen: _Seen, filters: tuple[str, ...], attributes: tuple[str, ...], most: int
    ) -> None:
        connection, schema = self._here()
        classes, is_group = Classes.of(schema), seen is self._groups
        wanted = ("objectClass", id_attribute(schema.kind, schema.names.unique_id), *attributes)
        found = (
            RawEntry(entry.dn, entry.attributes)
            for base in schema.bases
            for filter_ in filters
            for entry in connection.pages(base, filter_, wanted)
        )
        try:
            for entry in islice(found, most):
                if classes.is_group(entry) is is_group and (is_group or classes.is_account(entry)):
                    _note(seen, entry, schema, is_group=is_group)
            seen.whole = next(found, None) is None
        except CollectionError as error:
            why = str(error).rpartition(" failed: ")[2]
            what = "groups" if is_group else "accounts"
            raise CollectionError(f"After {seen.number} {what} it went no further: {why}") from None

    def _told(self, seen: _Seen, what: str, schema: DirectorySchema) -> Iterator[Told]:
        if seen.first is None:
            yield failed(
                f"Not one {what} is found below {' and '.join(schema.bases)}: let the account"
                f" that is used here read there, or mend `bases` or `{_FILTERS[what]}`."
            )
            return
        if seen.without_id:
            id_ = id_attribute(schema.kind, schema.names.unique_id)
            yield failed(
                f"{seen.without_id.dn} shows no {id_}, without which nobody can be told from"
                " others: let the account that is used here read it."
            )
            return
        number = str(seen.number) if seen.whole else f"At least {seen.number}"
        yield ok(f"{number} found, among them {seen.first.dn}.")

    def _largest(self) -> Iterator[Told]:
        largest = self._groups.largest
        if largest:
            among = "" if self._groups.whole else f", of {self._groups.number} groups,"
            yield ok(
                f"{largest.dn}{among} has the most members, {self._groups.members}, and shows"
                " every one."
            )
        elif self._groups.number:
            yield warning(
                "Not one group shows a member: let the account that is used here read"
                f" {' and '.join(self._here()[1].member_attributes)}."
            )
        else:
            yield skipped("No group was found.")

    def _rights(self) -> Iterator[Told]:
        connection, schema = self._here()
        if schema.kind is not DirectoryKind.ACTIVE_DIRECTORY:
            yield skipped(
                "Only an Active Directory says what an account may write; nothing is tried."
            )
            return
        group = self._groups.largest or self._groups.first
        entry = connection.entry(group.dn, [_EFFECTIVE]) if group else None
        may = (
            {name.lower() for name in texts(entry.attributes, (_EFFECTIVE.lower(),))}
            if entry
            else ()
        )
        if group and "member" in may:
            yield warning(
                f"The account may change the members of {group.dn}: take that right from it, for"
                " it only reads."
            )
        elif group:
            yield ok(f"The account may not change the members of {group.dn}.")
        else:
            yield skipped("No group was found.")

    def _canaries(self) -> Iterator[Told]:
        missing = [
            *(
                f"the account {name}"
                for name in self._expected.canary_accounts
                if _bare(name) not in self._accounts.names
            ),
            *(
                f"the group {name}"
                for name in self._expected.canary_groups
                if _bare(name) not in self._groups.names
            ),
        ]
        number = len(self._expected.canary_accounts) + len(self._expected.canary_groups)
        if not number:
            yield skipped(
                "None is set: name in `completeness` an account and a group that are always there."
            )
        elif missing and not (self._accounts.whole and self._groups.whole):
            yield skipped("Not all accounts and groups were looked at.")
        elif missing:
            yield failed(f"Not found is {_listed(missing)}: {_REMEDY}.")
        else:
            yield ok(f"Every one is found ({number}).")

    def _named(self) -> Iterator[Told]:
        try:
            named = self._expected.named()
        except NotFoundError as error:
            yield skipped(str(error))
            return
        missing = [name for id_, name in named.items() if id_ not in self._groups.ids]
        if not missing:
            yield ok(f"Every group of this directory that they name is found ({len(named)}).")
        elif self._groups.whole:
            yield failed(f"Not found is {_listed(missing)}: {_REMEDY}.")
        else:
            yield skipped("Not all groups were looked at.")


_FILTERS = {"account": "user_filter", "group": "group_filter"}
_REMEDY = "let the account that is used here read it, or find out who deleted it"


def _note(seen: _Seen, entry: RawEntry, schema: DirectorySchema, *, is_group: bool) -> None:
    seen.number += 1
    seen.first = seen.first or entry
    id_ = object_id(schema.kind, entry.attributes, schema.names.unique_id)
    if not id_:
        seen.without_id = seen.without_id or entry
    names = schema.group_name_attributes if is_group else schema.login_attributes
    seen.names.update(name.casefold() for name in texts(entry.attributes, map(str.lower, names)))
    if is_group:
        seen.ids.add(id_)
        members = sum(
            len(entry.attributes.get(one.lower(), ())) for one in schema.member_attributes
        )
        if members > seen.members:
            seen.largest, seen.members = entry, members


def _bare(name: str) -> str:
    """The login in what a vCenter calls a principal, without case."""
    return name.rpartition("\\")[2].partition("@")[0].casefold()


def _listed(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
