"""Who is in which group, from the groups' side and from the numbers that accounts carry.

``memberOf`` is never asked: servers differ in whether it nests, and may keep it stale.
"""

from collections.abc import Iterator, Mapping

from accessreview.collectors.directory.objects import (
    DirectoryObject,
    DirectoryObjects,
    classes_of,
    key_of,
)
from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.gaps import Gaps
from accessreview.ldap.ids import text, texts
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.dn import ancestors, is_within, without_uid

_FOREIGN_DOMAIN = "cn=s-1-5-21-"


class Memberships:
    """Resolves what groups and accounts say to pairs of a group's and a member's id.

    ``gaps`` get what makes the reading partial: a member of whom nothing is known. ``notes`` get
    what is worth knowing and hides nobody.
    """

    def __init__(
        self, found: DirectoryObjects, schema: DirectorySchema, gaps: Gaps, notes: Gaps
    ) -> None:
        self._found = found
        self._schema = schema
        self._gaps = gaps
        self._notes = notes
        self._bases = tuple(key_of(base) for base in schema.bases)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each membership once: the group's id, the member's."""
        every: dict[tuple[str, str], None] = {}
        for group in self._found.groups.values():
            every.update(dict.fromkeys((group.id, member) for member in self._named_by(group)))
        match self._schema.kind:
            case DirectoryKind.ACTIVE_DIRECTORY:
                every.update(dict.fromkeys(self._by_primary_group()))
            case DirectoryKind.OPENLDAP:
                every.update(dict.fromkeys(self._by_unix_numbers()))
        return tuple(every)

    def unresolved(self) -> tuple[str, ...]:
        """Names of members, as written, that no entry has though they lie where all was read."""
        missing: dict[str, str] = {}
        for group in self._found.groups.values():
            for dn in _member_names(group):
                key = key_of(dn)
                if not self._is_known(key) and self._was_covered(key):
                    missing.setdefault(key, dn)
        return tuple(missing.values())

    def _named_by(self, group: DirectoryObject) -> Iterator[str]:
        for dn in _member_names(group):
            key = key_of(dn)
            if member := self._found.by_name.get(key):
                yield member.id
            else:
                self._explain(dn, key, group)
        if "memberurl" in group.entry.attributes:
            self._gaps.add("The members of a dynamic group are not known", group.entry.dn)

    def _is_known(self, key: str) -> bool:
        return key in self._found.by_name or key in self._found.others

    def _was_covered(self, key: str) -> bool:
        if self._bases:
            return any(is_within(key, base) for base in self._bases)
        return any(self._is_known(above) for above in ancestors(key))

    def _explain(self, dn: str, key: str, group: DirectoryObject) -> None:
        """Say why a member is left out, and whether anybody may be hidden behind it."""
        case = f"{dn} in {group.entry.dn}"
        other = self._found.others.get(key)
        if other is not None or not self._was_covered(key):
            if other is not None and not classes_of(other.attributes):
                self._gaps.add(
                    "A member's object classes are not shown to the account used here, so who it"
                    " is is not known",
                    case,
                )
            elif other is not None and not _is_foreign(key, other):
                self._notes.add("A member is neither an account nor a group", case)
            else:
                self._gaps.add(
                    "A member lies outside what is read of this directory, so who it is is not"
                    " known",
                    case,
                )
        elif self._schema.kind is DirectoryKind.ACTIVE_DIRECTORY:
            # It removes references to what was deleted, so this one leads to something hidden.
            self._gaps.add("A member exists that the account used here may not read", case)
        else:
            self._add_dangling(case)

    def _add_dangling(self, case: str) -> None:
        """A member of an OpenLDAP that no entry is found for: deleted or hidden, none can tell."""
        match self._schema.dangling_members:
            case DanglingMembers.UNKNOWN:
                self._gaps.add(
                    "A member was not found, so whether it was deleted or is hidden from the"
                    " account used here is not known; take it out of its group, let the account"
                    " read it, or, if the account reads everything, set dangling_members to"
                    ' "deleted"',
                    case,
                )
            case DanglingMembers.DELETED:
                self._notes.add(
                    "A member was not found and counts as deleted, as dangling_members says", case
                )

    def _by_primary_group(self) -> Iterator[tuple[str, str]]:
        """The group that the domain's SID and the account's ``primaryGroupID`` name."""
        for account in self._found.accounts.values():
            number = text(account.entry.attributes, "primarygroupid")
            if not number:
                continue
            group = f"{account.id.rpartition('-')[0]}-{number}"
            if group in self._found.groups:
                yield group, account.id
            else:
                self._notes.add("The primary group of accounts was not read", group)

    def _by_unix_numbers(self) -> Iterator[tuple[str, str]]:
        by_number: dict[str, list[str]] = {}
        by_login: dict[str, list[str]] = {}
        for account in self._found.accounts.values():
            if number := text(account.entry.attributes, "gidnumber"):
                by_number.setdefault(number, []).append(account.id)
            for login in texts(account.entry.attributes, ("uid",)):
                by_login.setdefault(login, []).append(account.id)
        folded: dict[str, list[str]] = {}
        for login, ids in by_login.items():
            folded.setdefault(login.casefold(), []).extend(ids)
        for group in self._found.groups.values():
            if "posixgroup" not in classes_of(group.entry.attributes):
                continue
            for account_id in by_number.get(text(group.entry.attributes, "gidnumber"), ()):
                yield group.id, account_id
            for login in texts(group.entry.attributes, ("memberuid",)):
                for account_id in self._with_login(login, by_login, folded, group):
                    yield group.id, account_id

    def _with_login(
        self,
        login: str,
        exact: Mapping[str, list[str]],
        folded: Mapping[str, list[str]],
        group: DirectoryObject,
    ) -> list[str]:
        """All accounts with it, as for a principal that several objects carry: none is chosen."""
        ids = exact.get(login) or folded.get(login.casefold(), [])
        case = f"{login} in {group.entry.dn}"
        if not ids:
            self._add_dangling(case)
        elif login not in exact:
            self._notes.add("A member's login was matched without regard to case", case)
        if len(ids) > 1:
            self._notes.add("A member's login is that of several accounts; all of them count", case)
        return ids


def _member_names(group: DirectoryObject) -> Iterator[str]:
    yield from texts(group.entry.attributes, ("member",))
    for value in texts(group.entry.attributes, ("uniquemember",)):
        yield without_uid(value)


def _is_foreign(key: str, entry: RawEntry) -> bool:
    """Whether it stands for somebody of another domain, and not for one such as "Everyone"."""
    return "foreignsecurityprincipal" in classes_of(entry.attributes) and key.startswith(
        _FOREIGN_DOMAIN
    )
