"""What is never changed by the product itself, with what a person has to do instead; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from accessreview.ldap.ids import first, sid_text, text, texts
from accessreview.ldap.port import Entry
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.remediation import MembershipRemoval
from accessreview.remediators.members import Membership, key_of

GROUP_ATTRIBUTES = ("objectClass", "objectSid", "adminCount", "gidNumber", "cn", "memberURL")
MEMBER_ATTRIBUTES = ("objectSid", "primaryGroupID", "gidNumber", "userPrincipalName")

_PROTECTED_NUMBERS = frozenset({"512", "516", "517", "518", "519", "521", "526", "527"})
"""The last parts of the SIDs of domain and enterprise administrators and their like."""
_BUILT_IN = "S-1-5-32-"
_PROTECTED_BUILT_IN = frozenset({"544", "548", "549", "550", "551", "552"})
_KEEP_ONE = {DirectoryKind.VMDIR: "administrators", DirectoryKind.FREEIPA: "admins"}
"""Groups without whose last member nobody could administer the directory."""
_COMPUTED_ROLES = frozenset(
    {"nscomplexroledefinition", "nsfilteredroledefinition", "nsnestedroledefinition"}
)


@dataclass(frozen=True, slots=True)
class Self:
    """The account that makes the changes: the SIDs of its token, or else its name."""

    sids: frozenset[str]
    name: str

    def is_account(self, member: Entry) -> bool:
        principal = text(member.attributes, "userprincipalname").casefold()
        return (
            _sid(member) in self.sids
            or key_of(self.name) == key_of(member.dn) != ""
            or principal == self.name.casefold() != ""
        )

    def is_in(self, group: Entry, membership: Membership) -> bool:
        """Whether it is a member: by its token through others as well, else by name."""
        named = membership.stored(group, Entry(self.name, {}))
        return _sid(group) in self.sids or bool(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One removal, as both ends of it were just read; ``directory`` is what people call it."""

    change: MembershipRemoval
    group: Entry
    member: Entry
    membership: Membership
    own: Self
    directory: str

    def refusal(self) -> str:
        """Why it is left to a person, in a sentence that says what to do; empty if it is not."""
        return next(self._refusals(), "")

    def _refusals(self) -> Iterator[str]:
        yield from self._computed()
        yield from self._by_number()
        yield from self._protected()
        yield from self._of_own()
        yield from self._misspelled()
        yield from self._last()

    @property
    def _kind(self) -> DirectoryKind:
        return self.membership.kind

    def _of_own(self) -> Iterator[str]:
        login, group = self.change.member_login, self.change.group_name
        if self.own.is_account(self.member):
            yield f"{login} is the account that makes this change; another must."
        if self.own.is_in(self.group, self.membership):
            yield (
                f"The account that makes changes in {self.directory} is itself in {group}, which"
                " is therefore left alone; a person has to change it."
            )

    def _computed(self) -> Iterator[str]:
        login, group = self.change.member_login, self.change.group_name
        classes = {one.lower() for one in texts(self.group.attributes, ("objectclass",))}
        if self.group.attributes.get("memberurl"):
            yield (
                f"{group} is a dynamic group: whoever its search (memberURL) finds is in it. A"
                f" person has to change the search, or what it finds {login} by."
            )
        if classes & _COMPUTED_ROLES:
            yield (
                f"{group} is a role that the server computes. A person has to change what the role"
                f" asks for, or what it finds {login} by."
            )
        if "nsroledefinition" in classes:
            yield (
                f"{group} is a role, which stands at the account. A person has to take"
                f" “{self.group.dn}” out of nsRoleDN of {login}."
            )

    def _by_number(self) -> Iterator[str]:
        if self._kind is DirectoryKind.ACTIVE_DIRECTORY:
            number = text(self.member.attributes, "primarygroupid")
            domain = _sid(self.member).rpartition("-")[0]
            is_primary = bool(number) and _sid(self.group) == f"{domain}-{number}"
        else:
            number = text(self.member.attributes, "gidnumber")
            is_primary = bool(number) and number == text(self.group.attributes, "gidnumber")
        if is_primary:
            yield (
                f"{self.change.group_name} is the primary group of {self.change.member_login},"
                " which ends only when the account gets another one; a person has to do that."
            )

    def _protected(self) -> Iterator[str]:
        sid = _sid(self.group)
        number = sid.rpartition("-")[2]
        numbers = _PROTECTED_BUILT_IN if sid.startswith(_BUILT_IN) else _PROTECTED_NUMBERS
        is_protected = text(self.group.attributes, "admincount") == "1" or number in numbers
        if self._kind is DirectoryKind.ACTIVE_DIRECTORY and is_protected:
            yield (
                f"{self.change.group_name} is a protected group of {self.directory}; a person has"
                " to change it."
            )

    def _misspelled(self) -> Iterator[str]:
        if value := self.membership.spelled_otherwise(self.group, self.member):
            yield (
                f"{self.change.group_name} names {value}, which is {self.change.member_login} only"
                " without regard to case; a person has to decide whether it is meant."
            )

    def _last(self) -> Iterator[str]:
        stored = self.membership.stored(self.group, self.member)
        is_last = self.membership.count(self.group) == sum(map(len, stored.values()))
        if is_last and text(self.group.attributes, "cn").casefold() == _KEEP_ONE.get(self._kind):
            yield (
                f"{self.change.member_login} is the last member of {self.change.group_name},"
                f" without whom nobody could administer {self.directory}; put another in first."
            )


def crossing(change: MembershipRemoval, kind: DirectoryKind) -> str:
    """What a person has to do about a member who lies in another directory than the group."""
    where = f"{change.member_login} lies in another directory ({change.member.source})"
    match kind:
        case DirectoryKind.FREEIPA:
            how = f"ipa group-remove-member {change.group_name} --external {change.member.id}"
        case DirectoryKind.ACTIVE_DIRECTORY:
            how = f"the value of member that begins with CN={change.member.id}"
        case _:
            how = f"the value that names {change.member_locator or change.member.id}"
    return (
        f"{where} than {change.group_name}, and only a person who knows both may end that. What is"
        f" to be removed from {change.group_locator or change.group_name}: {how}."
    )


def _sid(entry: Entry) -> str:
    return sid_text(first(entry.attributes, "objectsid"))
