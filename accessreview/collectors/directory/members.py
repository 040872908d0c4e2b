"""Who is in which group, from the groups' side and from what accounts carry.

``memberOf`` is never asked: servers differ in whether it nests, and may keep it stale.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accessreview.collectors.directory.extended import MemberName
from accessreview.collectors.directory.numbered import (
    Logins,
    by_group_number,
    by_primary_group,
    by_roles,
)
from accessreview.collectors.directory.objects import DirectoryObject, DirectoryObjects
from accessreview.collectors.directory.outsiders import (
    NO_ENTRY,
    NO_SID,
    Outsider,
    explain,
    foreigner,
    outsider,
)
from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.territory import Territory
from accessreview.ldap.ids import decoded, texts
from accessreview.model.dn import without_uid
from accessreview.model.snapshot import Standing
from accessreview.snapshot.gaps import Gaps

_PLAIN = "member"
_LOGINS = "memberuid"
_SEARCHES = "memberurl"
_SIDS = "ipaexternalmember"
_WITH_UID = "uniquemember"
_NO_NAMES = frozenset({_LOGINS, _SEARCHES, _SIDS})


@dataclass(frozen=True, slots=True)
class Membership:
    """The ids of members by the group's id, each once.

    ``ways`` has by group and attribute those named by another one than ``member``; ``outsiders``
    holds by group those who could not be resolved; ``named`` counts the members that groups name.
    """

    members: Mapping[str, Collection[str]]
    ways: Mapping[tuple[str, str], Collection[str]]
    outsiders: Mapping[str, tuple[Outsider, ...]]
    named: int

    def __len__(self) -> int:
        return sum(map(len, self.members.values()))


class Memberships:
    """Resolves what groups and accounts say.

    ``answers`` are the names that the search of each ``memberURL`` found. ``gaps`` get what makes
    the reading partial: a member of whom nothing is known. ``notes`` get what is worth knowing and
    hides nobody.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what was read, how it is meant, and where to say it
        self,
        found: DirectoryObjects,
        schema: DirectorySchema,
        territory: Territory,
        answers: Mapping[str, Iterable[str]],
        gaps: Gaps,
        notes: Gaps,
    ) -> None:
        self._found = found
        self._schema = schema
        self._territory = territory
        self._answers = answers
        self._gaps = gaps
        self._notes = notes
        self._logins = Logins(found, schema)
        self._members: dict[str, dict[str, None]] = {}
        self._ways: dict[tuple[str, str], dict[str, None]] = {}
        self._outsiders: dict[str, dict[str, Outsider]] = {}
        self._named = 0

    def all(self) -> Membership:
        for group in self._found.groups.values():
            for attribute in self._schema.member_attributes:
                self._named_by(group, attribute)
        product = self._schema.product
        for group_id, member, way in (
            *by_primary_group(self._found, product, self._notes),
            *by_group_number(self._found, product),
            *by_roles(self._found, product, self._gaps, self._notes),
        ):
            self._add(group_id, (member,), way)
        return Membership(
            self._members,
            self._ways,
            {group: tuple(some.values()) for group, some in self._outsiders.items()},
            self._named,
        )

    def _named_by(self, group: DirectoryObject, attribute: str) -> None:
        key = attribute.lower()
        values = group.entry.attributes.get(key, ())
        if key == _LOGINS:
            self._by_login(group, attribute, map(decoded, values))
        elif key == _SEARCHES:
            self._by_search(group, attribute, map(decoded, values))
        elif key == _SIDS:
            self._by_sid(group, attribute, map(decoded, values))
        else:
            self._by_name(group, attribute, values)

    def _by_name(self, group: DirectoryObject, way: str, values: Sequence[bytes]) -> None:
        self._named += len(values)
        ids: list[str | None] = [*map(self._found.ids.get, values)]
        if None in ids:
            met = zip(values, ids, strict=True)
            ids = [id_ or self._met_anew(group, way, value) for value, id_ in met]
        self._add(group.id, filter(None, ids), way)

    def _met_anew(self, group: DirectoryObject, way: str, value: bytes) -> str | None:
        """The id of a member that is spelled as nobody before; it may be no name at all."""
        if way.lower() == _WITH_UID:
            return self._resolved(group, without_uid(decoded(value)))
        return self._found.id_of(value) or self._resolved(group, decoded(value))

    def _resolved(self, group: DirectoryObject, value: str) -> str | None:
        """The id of a member; None if it is left to the outsiders."""
        found = self._found
        name = MemberName.of(value)
        one = found.find(value) or found.with_id(name.sid) or found.find(name.dn)
        if one:
            return one.id
        self._leave(group, outsider(name, found, self._territory, self._schema))
        return None

    def _by_login(self, group: DirectoryObject, way: str, logins: Iterable[str]) -> None:
        for login in logins:
            self._named += 1
            if ids := self._logins.ids(login, group, self._notes):
                self._add(group.id, ids, way)
            else:
                self._leave(group, Outsider(login, Standing.DANGLING, NO_ENTRY))

    def _by_search(self, group: DirectoryObject, way: str, urls: Iterable[str]) -> None:
        for url in urls:
            if url not in self._answers:
                self._gaps.add("The members of a dynamic group are not known", group.entry.dn)
                continue
            ids = [self._resolved(group, name) for name in self._answers[url]]
            self._named += len(ids)
            self._add(group.id, filter(None, ids), way)

    def _by_sid(self, group: DirectoryObject, way: str, sids: Iterable[str]) -> None:
        for sid in sids:
            self._named += 1
            is_sid = sid.upper().startswith("S-1-")
            nobody = Outsider(sid, Standing.HIDDEN, NO_SID)
            self._leave(group, foreigner(sid.upper(), way) if is_sid else nobody)

    def _add(self, group_id: str, members: Iterable[str], way: str) -> None:
        new = dict.fromkeys(members)
        if new:
            self._members.setdefault(group_id, {}).update(new)
            if way != _PLAIN:
                self._ways.setdefault((group_id, way), {}).update(new)

    def _leave(self, group: DirectoryObject, one: Outsider) -> None:
        if not one.member:
            self._notes.add("A member is an empty name, which is nobody's", group.entry.dn)
            return
        of_group = self._outsiders.setdefault(group.id, {})
        if one.member not in of_group:
            of_group[one.member] = one
            explain(one, group.entry.dn, self._schema, self._gaps, self._notes)


def names_of_members(entry: RawEntry, schema: DirectorySchema) -> Iterator[str]:
    """The distinguished names by which a group names its members, as written."""
    for attribute in schema.member_attributes:
        if attribute.lower() not in _NO_NAMES:
            yield from _names(attribute, texts(entry.attributes, (attribute.lower(),)))


def searches_of_members(entry: RawEntry, schema: DirectorySchema) -> tuple[str, ...]:
    """The URLs of the searches that find the members of a dynamic group."""
    asked = _SEARCHES in {name.lower() for name in schema.member_attributes}
    return texts(entry.attributes, (_SEARCHES,)) if asked else ()


def _names(attribute: str, values: Iterable[str]) -> Iterable[str]:
    return map(without_uid, values) if attribute.lower() == _WITH_UID else values
