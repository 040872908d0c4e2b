"""Removing a permission from a vCenter: only as reviewed, and looked at before and after.

The API knows no compare-and-swap, so a moment remains between the look and the removal. Nothing
is ever tried twice: whoever asks again gets a new look first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyVmomi import vim

from accessreview.model.errors import RemediationError
from accessreview.model.principal import may_be_same
from accessreview.model.remediation import AppliedChange, Change, PermissionRemoval
from accessreview.vsphere.reference import entity, entity_type, id_of
from accessreview.vsphere.session import Session, open_session
from accessreview.vsphere.settings import VCenterSettings

_ADMINISTRATOR = -1
"""The id of the role with all privileges in every vCenter."""

_SOLUTION_USER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""vCenter's own services hold permissions under names with a UUID."""

Entry = vim.AuthorizationManager.Permission


@dataclass(frozen=True, slots=True)
class VCenterRemediator:
    """Changes one vCenter, with an account that must hold what it takes away.

    ``untouchable`` are further principals never to be changed, such as those for emergencies.
    """

    settings: VCenterSettings
    untouchable: frozenset[str] = frozenset()

    def covers(self, change: Change) -> bool:
        return (
            isinstance(change, PermissionRemoval)
            and change.entity.vcenter == self.settings.id
            and bool(change.entity.id)
        )

    def apply(self, change: Change) -> AppliedChange:
        """Remove the permission if it still reads as reviewed; if it is gone already, say so.

        Raises:
            RemediationError: refused, changed since the review, or failed.
            ConfigurationError: the settings cannot be used.
        """
        if not isinstance(change, PermissionRemoval) or not self.covers(change):
            raise RemediationError(
                f"{self.settings.label} is not where this change is to be made: {change}."
            )
        self._refuse_untouchable(change)
        kind = entity_type(change.entity_type)
        if kind is None:
            raise RemediationError(
                f"{change.place} is of type {change.entity_type}, which no vCenter entity is."
            )
        with open_session(self.settings, RemediationError) as session:
            place = entity(session, kind, change.entity.id)
            before = _entries(session, place, change)
            entry = _found(before, change)
            if entry is None:
                return AppliedChange(
                    before=f"{_who(change)} had no permission any more on {_where(change)}.",
                    after="Nothing was removed.",
                )
            _refuse_changed(entry, change)
            _refuse_locking_out(session, before, change)
            _remove(session, place, change)
            after = _entries(session, place, change)
        if _found(after, change) is not None:
            raise RemediationError(
                f"{self.settings.label} accepted the removal, but {_who(change)} still has a"
                f" permission on {_where(change)}.{_mirroring(session, change)}"
            )
        return AppliedChange(
            before=f"{_who(change)} had {_role(entry, change)} on {_where(change)}.",
            after=(
                f"{_who(change)} has no permission on {_where(change)};"
                f" {len(after)} of others remain there."
            ),
        )

    def _refuse_untouchable(self, change: PermissionRemoval) -> None:
        folded = change.principal.casefold()
        if folded in {principal.casefold() for principal in self.untouchable}:
            raise RemediationError(f"{change.principal} is configured never to be changed.")
        if _SOLUTION_USER.search(change.principal):
            raise RemediationError(
                f"{change.principal} is an account of vCenter's own services, which fail without"
                " their permissions; nothing was changed."
            )


def _entries(
    session: Session, place: vim.ManagedEntity, change: PermissionRemoval
) -> Sequence[Entry]:
    """The permissions set on the entity itself, not those it inherits."""
    with session.step(f"reading the permissions on {_where(change)}"):
        return list(session.authorization.RetrieveEntityPermissions(place, False))  # noqa: FBT003


def _remove(session: Session, place: vim.ManagedEntity, change: PermissionRemoval) -> None:
    try:
        with session.step(f"removing the permission of {_who(change)} on {_where(change)}"):
            session.authorization.RemoveEntityPermission(place, change.principal, change.is_group)
    except RemediationError as failure:
        try:
            left = _found(_entries(session, place, change), change)
        except RemediationError:
            outcome = "Whether it was removed is not known until the next collection."
        else:
            outcome = (
                f"It is still there.{_mirroring(session, change)}"
                if left
                else "It is gone all the same."
            )
        raise RemediationError(f"{failure} {outcome}") from None


def _mirroring(session: Session, change: PermissionRemoval) -> str:
    """What may be the cause on the root folder, where global permissions are reported as well."""
    if change.entity.id != id_of(session.content.rootFolder):
        return ""
    return (
        " On the root folder it may mirror a global permission, which cannot be removed there: it"
        " holds in every vCenter of the domain, and a person has to remove it under"
        " Administration, Global Permissions."
    )


def _found(entries: Sequence[Entry], change: PermissionRemoval) -> Entry | None:
    """The entry of that principal and kind, in whatever case it is written."""
    folded = change.principal.casefold()
    for entry in entries:
        if entry.principal.casefold() == folded and bool(entry.group) == change.is_group:
            return entry
    return None


def _refuse_changed(entry: Entry, change: PermissionRemoval) -> None:
    now = (entry.principal, str(entry.roleId), bool(entry.propagate))
    if now != (change.principal, change.role, change.propagate):
        raise RemediationError(
            f"The permission of {_who(change)} on {_where(change)} is no longer as reviewed: it is"
            f" now {_role(entry, change)} for {entry.principal}. Nothing was changed; collect"
            " again and review what is there."
        )


def _refuse_locking_out(
    session: Session, entries: Sequence[Entry], change: PermissionRemoval
) -> None:
    for own in (session.user, session.settings.username):
        if not change.is_group and may_be_same(own, change.principal):
            raise RemediationError(
                f"{change.principal} is the account that makes this change; another must."
            )
    root = id_of(session.content.rootFolder)
    administrators = [one for one in entries if one.roleId == _ADMINISTRATOR and one.propagate]
    if change.entity.id == root and change.role == str(_ADMINISTRATOR) and len(administrators) < 2:  # noqa: PLR2004 - the one to be removed and another
        raise RemediationError(
            f"{_who(change)} is the last administrator on the root folder of"
            f" {session.settings.label}; give the role to another first."
        )


def _who(change: PermissionRemoval) -> str:
    return f"{'group' if change.is_group else 'user'} {change.principal}"


def _where(change: PermissionRemoval) -> str:
    return f"{change.place} ({change.entity_type} {change.entity.id})"


def _role(entry: Entry, change: PermissionRemoval) -> str:
    name = f"{change.role_name} " if str(entry.roleId) == change.role else ""
    reach = "with its children" if entry.propagate else "without its children"
    return f"role {name}({entry.roleId}) {reach}"
