"""What the entries of a directory are: accounts, groups and others, found again by their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import decoded, id_reader
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.dn import canonical
from accessreview.snapshot.gaps import Gaps

_NEVER_EMPTY = {"groupofnames": "member", "groupofuniquenames": "uniquemember"}
"""What each entry of these classes must have (RFC 4519); 389-ds, for one, has it otherwise."""
_NO_CLASSES = (
    "An entry's object classes are not shown to the account used here, so whether it is an account"
    " or a group is not known"
)
_NO_MEMBERS = (
    "A group of this class always has a member, and none is shown to the account used here"
)


@dataclass(frozen=True, slots=True)
class DirectoryObject:
    """An account or a group, with its immutable id and its canonical name."""

    id: str
    entry: RawEntry
    key: str


@dataclass(frozen=True, slots=True)
class DirectoryObjects:
    """Accounts and groups by id; ``by_name`` finds them, ``others`` the rest, by canonical name.

    ``ids`` has their ids by names as they were met so far: nearly all of a million members are
    spelled as the entries are.
    """

    accounts: dict[str, DirectoryObject] = field(default_factory=dict)
    groups: dict[str, DirectoryObject] = field(default_factory=dict)
    by_name: dict[str, DirectoryObject] = field(default_factory=dict)
    others: dict[str, RawEntry] = field(default_factory=dict)
    ids: dict[bytes, str] = field(default_factory=dict)

    def add(self, one: DirectoryObject) -> None:
        """Let its name find it from now on."""
        self.by_name[one.key] = one
        self._learn(one.entry.dn.encode("utf-8", "surrogatepass"), one.id)

    def find(self, dn: str) -> DirectoryObject | None:
        """The account or group of this name, in any spelling; None also for what is no name."""
        return self.by_name.get(key_of(dn))

    def id_of(self, value: bytes) -> str | None:
        """The id of the account or group that a value names, in any spelling."""
        found = self.ids.get(value)
        if found is None and (one := self.find(decoded(value))):
            self._learn(value, found := one.id)
        return found

    def with_id(self, id_: str) -> DirectoryObject | None:
        return self.accounts.get(id_) or self.groups.get(id_)

    def _learn(self, value: bytes, id_: str) -> None:
        if not value.endswith(b"'B"):  # what ends so means another name as a ``uniqueMember``
            self.ids[value] = id_


@dataclass(frozen=True, slots=True)
class Classes:
    """Tells by its object classes what an entry is."""

    of_accounts: frozenset[str]
    of_groups: frozenset[str]
    with_values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, schema: DirectorySchema) -> "Classes":
        pairs = schema.product.classes_with
        return cls(
            schema.account_classes,
            schema.group_classes,
            tuple((name.lower(), value.lower()) for name, value in pairs),
        )

    def is_group(self, entry: RawEntry) -> bool:
        classes = classes_of(entry.attributes)
        if not self.of_groups.isdisjoint(classes):
            return True
        return any(
            name in classes and value in entry.attributes for name, value in self.with_values
        )

    def is_account(self, entry: RawEntry) -> bool:
        """Whether it is one if it is no group."""
        return not self.of_accounts.isdisjoint(classes_of(entry.attributes))


def key_of(dn: str) -> str:
    """The canonical name, or for what is none something that no entry has."""
    try:
        return "\0" + dn if dn.startswith("<") else canonical(dn)
    except ValueError:
        return "\0" + dn


def is_name(key: str) -> bool:
    """Whether it is the key of a name, and not of what is none."""
    return not key.startswith("\0")


def objects(raw: RawDirectory, schema: DirectorySchema, gaps: Gaps) -> DirectoryObjects:
    """Sort all entries.

    What cannot be told apart, has no id or hides what makes it a group goes to ``gaps``. Entries
    that the directory keeps as copies of others are passed over.
    """
    found = DirectoryObjects()
    copies, classes = schema.product.copies, Classes.of(schema)
    never_empty, id_of = _never_empty(schema), id_reader(schema.kind, schema.names.unique_id)
    for entry in raw.entries:
        key = key_of(entry.dn)
        if copies and f",{copies},dc=" in f",{key}":
            continue
        if classes.is_group(entry):
            of_its_kind: dict[str, DirectoryObject] = found.groups
            if _hides_its_members(entry, never_empty):
                gaps.add(_NO_MEMBERS, entry.dn)
        elif classes.is_account(entry):
            of_its_kind = found.accounts
        else:
            found.others[key] = entry
            if not entry.attributes.get("objectclass"):
                gaps.add(_NO_CLASSES, entry.dn)
            continue
        entry_id = id_of(entry.attributes)
        if not entry_id:
            gaps.add(
                "An account or group was read without its immutable id and is left out", entry.dn
            )
            continue
        one = DirectoryObject(entry_id, entry, key)
        if _is_news(found, one, gaps):
            found.add(one)
            of_its_kind[entry_id] = one
    return found


def classes_of(attributes: Mapping[str, tuple[bytes, ...]]) -> frozenset[str]:
    """Object classes in lower case."""
    return _classes(attributes.get("objectclass", ()))


@lru_cache(maxsize=1024)  # a directory has few combinations, and every entry one of them
def _classes(values: tuple[bytes, ...]) -> frozenset[str]:
    return frozenset(decoded(value).lower() for value in values)


def _never_empty(schema: DirectorySchema) -> dict[str, str]:
    """Classes of groups that the server allows only with a value of the attribute beside them."""
    if schema.kind is not DirectoryKind.OPENLDAP:
        return {}
    asked = {name.lower() for name in schema.member_attributes}
    return {name: member for name, member in _NEVER_EMPTY.items() if member in asked}


def _hides_its_members(entry: RawEntry, never_empty: Mapping[str, str]) -> bool:
    classes = classes_of(entry.attributes)
    return any(
        name in classes and member not in entry.attributes for name, member in never_empty.items()
    )


def _is_news(found: DirectoryObjects, new: DirectoryObject, gaps: Gaps) -> bool:
    """Whether it is the first of its name and id; the first one read is kept."""
    namesake = found.by_name.get(new.key)
    if namesake is not None:
        # Searches that overlap find an entry twice; different content means it changed meanwhile.
        if namesake != new:
            gaps.add("Two different readings carry the same name", new.entry.dn)
        return False
    twin = found.with_id(new.id)
    if twin is not None:
        gaps.add("One immutable id has two names", f"{twin.entry.dn} and {new.entry.dn}")
        found.by_name[new.key] = twin
        return False
    return True
