"""Taking an account out of a group by LDAP: only as reviewed, and looked at before and after.

One modify deletes exactly the stored values that name the member, never replacing the list, so
that a change made meanwhile by somebody else is not lost. Nothing is ever tried twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accessreview.ldap.connection import open_connection
from accessreview.ldap.ids import decoded, object_id, text, texts
from accessreview.ldap.port import Connection, Entry, WritingConnection
from accessreview.ldap.reasons import OBJECT_CLASS_VIOLATION, SUCCESS, result_words
from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.dn import canonical, without_uid
from accessreview.model.errors import RemediationError
from accessreview.model.remediation import AppliedChange, Change, MembershipRemoval

_BY_NAME = ("member", "uniqueMember")
_BY_LOGIN = "memberUid"
_GROUP_ATTRIBUTES = (
    *("objectClass", "objectSid", "objectGUID", "entryUUID", "adminCount", "gidNumber"),
    *(*_BY_NAME, _BY_LOGIN),
)
_MEMBER_ATTRIBUTES = (
    *("objectClass", "objectSid", "objectGUID", "entryUUID", "uid"),
    *("primaryGroupID", "gidNumber"),
)


@dataclass(frozen=True, slots=True)
class DirectoryRemediator:
    """Changes the groups of one directory, with an account that may write their members.

    ``source`` is the directory's id in every snapshot.
    """

    source: str
    kind: DirectoryKind
    settings: ServerSettings

    def covers(self, change: Change) -> bool:
        return isinstance(change, MembershipRemoval) and change.group.source == self.source

    def apply(self, change: Change) -> AppliedChange:
        """Remove the membership after reading it again, and read it again after.

        A membership that is gone already is a success, and nothing is changed for it. What counts
        in the end is the second reading, whatever the server answered.

        Raises:
            RemediationError: it was refused before, or failed; the sentence says which.
            ConfigurationError: the settings cannot be used; among them an unencrypted connection.
        """
        if not isinstance(change, MembershipRemoval) or not self.covers(change):
            raise RemediationError(f"{self.settings.name} does not hold what is to be changed.")
        with open_connection(self.settings, RemediationError, writes=True) as connection:
            member = self._member(connection, change)
            group = self._group(connection, change)
            self._refuse_what_stays(group, member, change)
            stored = _stored(group, member)
            if not stored:
                already = f"{_pair(change, 'The')} was not there any more; nothing was changed."
                return AppliedChange(already, already)
            answer = _Answer.of(connection, group, stored)
            return self._compared(change, member, group, self._again(connection, change), answer)

    def _again(self, connection: Connection, change: MembershipRemoval) -> Entry:
        """Look again on the same server, over a new connection if the first is gone."""
        try:
            if connection.is_open:
                return self._group(connection, change)
            with open_connection(self.settings, RemediationError) as another:
                return self._group(another, change)
        except RemediationError as failure:
            raise RemediationError(
                f"Whether {_pair(change)} is gone is not known; look before trying again. {failure}"
            ) from None

    def _compared(
        self,
        change: MembershipRemoval,
        member: Entry,
        before: Entry,
        after: Entry,
        answer: "_Answer",
    ) -> AppliedChange:
        stored = _stored(before, member)
        if _stored(after, member):
            raise RemediationError(
                f"{_pair(change, 'The')} is still there in {self.settings.label}: {answer.words}."
            )
        values = "; ".join(
            f"{name}: {decoded(value)}" for name, some in stored.items() for value in some
        )
        return AppliedChange(
            f"{_pair(change, 'The')} was there, as {values}, one of {_count(before)} members.",
            f"{_pair(change, 'The')} is gone; {_count(after)} members are left."
            f" {self.settings.label}: {answer.words}.",
        )

    def _group(self, connection: Connection, change: MembershipRemoval) -> Entry:
        what = f"the group {change.group_name} ({change.group_locator})"
        return self._as_reviewed(
            connection, what, change.group_locator, change.group.id, _GROUP_ATTRIBUTES
        )

    def _member(self, connection: Connection, change: MembershipRemoval) -> Entry:
        if change.member.source != self.source:
            raise RemediationError(
                f"{_pair(change, 'The')} crosses from one directory to another; a person has to"
                " remove it."
            )
        what = f"the account {change.member_login} ({change.member_locator})"
        return self._as_reviewed(
            connection, what, change.member_locator, change.member.id, _MEMBER_ATTRIBUTES
        )

    def _as_reviewed(
        self,
        connection: Connection,
        what: str,
        locator: str,
        expected: str,
        attributes: Sequence[str],
    ) -> Entry:
        if not locator:
            raise RemediationError(f"Where {what} is kept is not known; collect again.")
        entry = connection.entry(locator, attributes)
        if entry is None:
            raise RemediationError(
                f"{self.settings.label} shows no longer {what}, or not to the account used here;"
                " collect again."
            )
        if object_id(self.kind, entry.attributes) != expected:
            raise RemediationError(
                f"Another object has taken the place of {what} in {self.settings.label};"
                " collect again."
            )
        return entry

    def _refuse_what_stays(self, group: Entry, member: Entry, change: MembershipRemoval) -> None:
        """Refuse before anything is tried what would not end the membership, or end more."""
        if self.kind is DirectoryKind.ACTIVE_DIRECTORY:
            number = text(member.attributes, "primarygroupid")
            domain = change.member.id.rpartition("-")[0]
            by_number = bool(number) and change.group.id == f"{domain}-{number}"
        else:
            number = text(member.attributes, "gidnumber")
            by_number = bool(number) and number == text(group.attributes, "gidnumber")
        if by_number:
            raise RemediationError(
                f"{change.group_name} is the primary group of {change.member_login}, which ends"
                " only when the account gets another one; a person has to do that."
            )
        if text(group.attributes, "admincount") == "1":
            raise RemediationError(
                f"{change.group_name} is a protected group of {self.settings.name}; a person has"
                " to change it."
            )
        logins = texts(member.attributes, ("uid",))
        folded = {login.casefold() for login in logins}
        for value in texts(group.attributes, ("memberuid",)):
            if value not in logins and value.casefold() in folded:
                raise RemediationError(
                    f"{change.group_name} names {value}, which is {change.member_login} only"
                    " without regard to case; a person has to decide whether it is meant."
                )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back of the change, as the end of a sentence."""

    words: str

    @classmethod
    def of(
        cls, connection: WritingConnection, group: Entry, stored: Mapping[str, Sequence[bytes]]
    ) -> "_Answer":
        try:
            code = connection.delete_values(group.dn, stored)
        except RemediationError as failure:
            return cls(f"what came of it was not answered, so it was looked at again ({failure})")
        if code == OBJECT_CLASS_VIOLATION:
            return cls(
                "it is the last member, and a group of this class may not be empty; put a"
                f" placeholder in it, or delete the group (code {code})"
            )
        if code == SUCCESS:
            return cls(f"the server says that it was done (code {code})")
        return cls(result_words(code))


def _stored(group: Entry, member: Entry) -> Mapping[str, tuple[bytes, ...]]:
    """The values that name the member, exactly as stored, by attribute."""
    key = canonical(member.dn)
    logins = texts(member.attributes, ("uid",))
    found = {
        name: tuple(
            value
            for value in group.attributes.get(name.lower(), ())
            if _key(without_uid(decoded(value))) == key
        )
        for name in _BY_NAME
    }
    found[_BY_LOGIN] = tuple(
        value for value in group.attributes.get("memberuid", ()) if decoded(value) in logins
    )
    return {name: values for name, values in found.items() if values}


def _key(value: str) -> str:
    try:
        return canonical(value)
    except ValueError:
        return ""


def _count(group: Entry) -> int:
    return sum(len(group.attributes.get(name.lower(), ())) for name in (*_BY_NAME, _BY_LOGIN))


def _pair(change: MembershipRemoval, article: str = "the") -> str:
    return f"{article} membership of {change.member_login} in {change.group_name}"
