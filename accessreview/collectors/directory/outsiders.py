"""Members that are no account and no group of the directory: what is known of them all the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from accessreview.collectors.directory.extended import (
    MemberName,
    foreign_id,
    is_deleted,
    is_well_known,
)
from accessreview.collectors.directory.objects import DirectoryObjects, is_name, key_of
from accessreview.collectors.directory.raw import RawEntry
from accessreview.collectors.directory.schema import DanglingMembers, DirectorySchema
from accessreview.collectors.directory.territory import Territory
from accessreview.ldap.ids import texts
from accessreview.model.snapshot import Standing
from accessreview.snapshot.gaps import Gaps

_UNKNOWN = (
    "A member was not found, so whether it was deleted or is hidden from the account used here is"
    " not known; take it out of its group, let the account read it, or, if the account reads"
    ' everything, set dangling_members to "deleted"'
)
_DELETED = "A member was not found and counts as deleted, as dangling_members says"


@dataclass(frozen=True, slots=True)
class Outsider:
    """``member`` is the SID or ``entryUUID`` of a foreign one, else what the group says."""

    member: str
    standing: Standing
    reason: str


NO_CLASSES = "its object classes are not shown"
NO_NAME = "it is no distinguished name"
NOT_SHOWN = "no entry is shown"
NO_ENTRY = "no entry was found"
NO_SID = "it is no SID"
WAS_DELETED = "it was deleted"

_GAPS: Mapping[str, str] = MappingProxyType(
    {
        NO_CLASSES: "A member's object classes are not shown to the account used here, so who it is"
        " is not known",
        NO_NAME: "A member is no distinguished name, so who it is is not known",
        NOT_SHOWN: "A member exists that the account used here may not read",
        NO_SID: "A member of another domain is no SID, so who it is is not known",
    }
)
_NOTES: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.OTHER: "A member is neither an account nor a group",
        Standing.EVERYBODY: "A member stands for whoever there is",
        Standing.DANGLING: "A member was deleted",
    }
)


def outsider(
    name: MemberName, found: DirectoryObjects, territory: Territory, schema: DirectorySchema
) -> Outsider:
    """Say how a member stands that is no account and no group that was read."""
    key = key_of(name.dn)
    if id_ := foreign_id(key):
        return foreigner(id_, name.dn)
    if other := found.others.get(key):
        return _other(name.dn, other)
    if territory.holds(key, knows(found)):
        return _missing(name.dn, key, schema)
    if name.sid:
        return foreigner(name.sid, name.dn)
    if is_name(key):
        return Outsider(name.dn, Standing.ELSEWHERE, "outside of what is read")
    return Outsider(name.dn, Standing.HIDDEN, NO_NAME)


def _other(dn: str, entry: RawEntry) -> Outsider:
    if classes := texts(entry.attributes, ("objectclass",)):
        return Outsider(dn, Standing.OTHER, f"objectClass {classes[-1]}")
    return Outsider(dn, Standing.HIDDEN, NO_CLASSES)


def _missing(dn: str, key: str, schema: DirectorySchema) -> Outsider:
    """A member that would have been read if it were there and shown."""
    if is_deleted(key):
        return Outsider(dn, Standing.DANGLING, WAS_DELETED)
    if schema.product.removes_references:
        return Outsider(dn, Standing.HIDDEN, NOT_SHOWN)
    return Outsider(dn, Standing.DANGLING, NO_ENTRY)


def foreigner(id_: str, named_as: str) -> Outsider:
    """Somebody whom another directory knows by this SID or ``entryUUID``."""
    standing = Standing.EVERYBODY if is_well_known(id_) else Standing.FOREIGN
    return Outsider(id_, standing, named_as)


def knows(found: DirectoryObjects) -> Callable[[str], bool]:
    """Return what tells whether an entry of a canonical name was read."""
    return lambda key: key in found.by_name or key in found.others


def explain(one: Outsider, group: str, schema: DirectorySchema, gaps: Gaps, notes: Gaps) -> None:
    """Say in ``gaps`` what may hide somebody, in ``notes`` what does not.

    Nothing is said of those who belong to other directories: these may know them.
    """
    case = f"{one.member} in {group}"
    if one.standing is Standing.HIDDEN:
        gaps.add(_GAPS[one.reason], case)
    elif one.reason == NO_ENTRY and schema.dangling_members is DanglingMembers.UNKNOWN:
        gaps.add(_UNKNOWN, case)
    elif one.reason == NO_ENTRY:
        notes.add(_DELETED, case)
    elif words := _NOTES.get(one.standing):
        notes.add(words, case)
