"""Taking an account out of a group by LDAP: only as reviewed, and looked at before and after.

One modify deletes exactly the stored values that name the member, never replacing the list, so
that a change made meanwhile by somebody else is not lost. Nothing is ever tried twice.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from accessreview.ldap.connection import open_connection
from accessreview.ldap.ids import decoded, sid_text
from accessreview.ldap.port import Connection, Entry, WritingConnection
from accessreview.ldap.settings import DirectoryKind, Security, ServerSettings
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.errors import RemediationError
from accessreview.model.remediation import AppliedChange, Change, MembershipRemoval
from accessreview.remediators.guards import (
    GROUP_ATTRIBUTES,
    MEMBER_ATTRIBUTES,
    Case,
    Self,
    crossing,
)
from accessreview.remediators.ldif import line
from accessreview.remediators.members import Membership, Values
from accessreview.remediators.objects import Objects
from accessreview.remediators.results import RESULTS, Result, said


@dataclass(frozen=True, slots=True)
class DirectoryRemediator:
    """Changes the groups of one directory, with an account that may write their members.

    ``source`` is the directory's id in every snapshot; ``names`` must be those by which it was
    read, for ids are compared.
    """

    source: str
    kind: DirectoryKind
    settings: ServerSettings
    names: AttributeNames = field(default_factory=AttributeNames)

    def covers(self, change: Change) -> bool:
        return isinstance(change, MembershipRemoval) and change.group.source == self.source

    def apply(self, change: Change) -> AppliedChange:
        """Remove the membership after reading it again, and read it again after.

        A membership that is gone already is a success, and nothing is changed for it. What counts
        in the end is the second reading, on the same server, whatever the server answered.

        Raises:
            RemediationError: it was refused before, or failed; the sentence says which.
            ConfigurationError: the settings cannot be used; among them an unencrypted connection.
        """
        if not isinstance(change, MembershipRemoval) or not self.covers(change):
            raise RemediationError(f"{self.settings.name} does not hold what is to be changed.")
        with open_connection(self.settings, RemediationError, writes=True) as connection:
            removal = _Removal(
                change, connection, Membership(_kind(self.kind, connection), self.names)
            )
            return removal.carry_out()


@dataclass(frozen=True, slots=True)
class _Removal:
    """One removal over one connection."""

    change: MembershipRemoval
    connection: WritingConnection
    membership: Membership

    def carry_out(self) -> AppliedChange:
        if self.change.member.source != self.change.group.source:
            raise RemediationError(crossing(self.change, self.membership.kind))
        member = self._member()
        group = self._group(self.connection)
        if refusal := self._case(group, member).refusal():
            raise RemediationError(refusal)
        stored = self.membership.stored(group, member)
        if not stored:
            already = f"{self._pair('The')} was not there any more; nothing was changed."
            return AppliedChange(already, already)
        answer = self._delete(group, stored)
        return self._compared(member, group, self._again(), answer)

    @property
    def _settings(self) -> ServerSettings:
        """Of the server that answered, which may be another than the first that was named."""
        return self.connection.settings

    def _delete(self, group: Entry, stored: Values) -> int | RemediationError:
        """The result code; or why there was none, when nobody knows what became of it."""
        name = self._objects(self.connection).name_by_id(self.change.group.id) or group.dn
        try:
            return self.connection.delete_values(name, stored)
        except RemediationError as failure:
            return failure

    def _again(self) -> Entry:
        """Look again on the same server, over a new connection if the first is gone."""
        try:
            if self.connection.is_open:
                return self._group(self.connection)
            with open_connection(self._settings, RemediationError) as another:
                return self._group(another)
        except RemediationError as failure:
            raise RemediationError(
                f"Whether {self._pair('the')} is gone is not known; look before trying again."
                f" {failure}"
            ) from None

    def _compared(
        self, member: Entry, before: Entry, after: Entry, answer: int | RemediationError
    ) -> AppliedChange:
        kind, stored = self.membership.kind, self.membership.stored(before, member)
        is_there = bool(self.membership.stored(after, member))
        words = (
            f"what came of it was not answered, so it was looked at again ({answer})"
            if isinstance(answer, RemediationError)
            else said(kind, answer, is_there=is_there)
        )
        if is_there:
            raise RemediationError(
                f"{self._pair('The')} is still there in {self._settings.label}: {words}."
            )
        values = "; ".join(
            f"{name}: {decoded(value)}" for name, some in stored.items() for value in some
        )
        is_ours = (
            isinstance(answer, RemediationError) or RESULTS[kind].get(answer) is Result.REMOVED
        )
        undo = f" To put it back: {_undo(self._settings, after.dn, stored)}" if is_ours else ""
        return AppliedChange(
            f"{self._pair('The')} was there, as {values} in {before.dn}, one of"
            f" {self.membership.count(before)} members.",
            f"{self._pair('The')} is gone; members that are left: {self.membership.count(after)}."
            f" {self._settings.label}: {words}.{undo}",
        )

    def _group(self, connection: Connection) -> Entry:
        change, names = self.change, self.membership.attributes
        what = f"the group {change.group_name} ({change.group_locator})"
        return self._found(
            connection, what, change.group_locator, change.group.id, (*GROUP_ATTRIBUTES, *names)
        )

    def _member(self) -> Entry:
        change, login = self.change, self.membership.login
        what = f"the account {change.member_login} ({change.member_locator})"
        return self._found(
            self.connection,
            what,
            change.member_locator,
            change.member.id,
            (*MEMBER_ATTRIBUTES, login),
        )

    def _found(
        self,
        connection: Connection,
        what: str,
        locator: str,
        id_: str,
        attributes: Sequence[str],
    ) -> Entry:
        found = self._objects(connection).find(locator, id_, attributes)
        if found is None:
            raise RemediationError(
                f"{self._settings.label} shows {what} no longer under its id, or not to the"
                " account used here; collect again."
            )
        return found

    def _objects(self, connection: Connection) -> Objects:
        return Objects(connection, self.membership.kind, self.membership.names.unique_id)

    def _case(self, group: Entry, member: Entry) -> Case:
        sids = frozenset[str]()
        if self.membership.kind is DirectoryKind.ACTIVE_DIRECTORY:
            root = self.connection.entry("", ["tokenGroups"])
            sids = frozenset(
                map(sid_text, root.attributes.get("tokengroups", ()) if root else ())
            ) - {""}
        return Case(
            change=self.change,
            group=group,
            member=member,
            membership=self.membership,
            own=Self(sids, self._settings.bind_dn),
            directory=self._settings.name,
        )

    def _pair(self, article: str) -> str:
        return f"{article} membership of {self.change.member_login} in {self.change.group_name}"


def _kind(kind: DirectoryKind, connection: Connection) -> DirectoryKind:
    return connection.identity.kind if kind is DirectoryKind.LDAP else kind


def _undo(settings: ServerSettings, dn: str, stored: Values) -> str:
    """A command for a person who may write to the group, which adds exactly what was removed."""
    lines = [line("dn", dn), "changetype: modify\n"]
    for name, values in stored.items():
        lines += [f"add: {name}\n", *(line(name, value) for value in values), "-\n"]
    words = " ".join(shlex.quote(one.removesuffix("\n")) for one in lines)
    scheme = "ldaps" if settings.security is Security.LDAPS else "ldap"
    demand = "" if settings.security is Security.LDAPS else "-ZZ "
    server = f"{scheme}://{settings.host}:{settings.actual_port}"
    return rf"printf '%s\n' {words} | ldapmodify -x {demand}-H {server} -D ACCOUNT -W"
