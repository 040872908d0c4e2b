"""What groups are called, and what is remarkable of them."""

from collections.abc import Collection, Iterator

from accessreview.collectors.directory.logins import first_text
from accessreview.collectors.directory.members import searches_of_members
from accessreview.collectors.directory.objects import DirectoryObject, classes_of
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.ldap.ids import first, sid_text, text
from accessreview.model.snapshot import State

Fact = tuple[State, str]
"""A state, and by what it is known."""

_SECURITY = 0x80000000
_DOMAIN = "S-1-5-21-"
_EVERYBODY = frozenset(
    {
        "S-1-1-0",  # Everyone
        "S-1-5-2",  # Network
        "S-1-5-4",  # Interactive
        "S-1-5-11",  # Authenticated Users
        "S-1-5-15",  # This Organization
        "S-1-5-32-545",  # Users
    }
)


def group_name(group: DirectoryObject, schema: DirectorySchema) -> str:
    """What a vCenter calls it; the distinguished name where it has no other."""
    names = (*schema.group_name_attributes, "cn")
    return first_text(group.entry.attributes, names) or group.entry.dn


def group_states(
    group: DirectoryObject, schema: DirectorySchema, outsiders: Collection[str]
) -> Iterator[Fact]:
    """What is remarkable of a group that has these outsiders, each state once."""
    attributes = group.entry.attributes
    kind = text(attributes, "grouptype")
    if kind.lstrip("-").isdigit() and not int(kind) & _SECURITY:
        yield State.DISTRIBUTION, f"groupType {kind} (without bit 0x80000000)"
    roles = {name.lower() for name in schema.product.subentry_classes}
    if searches_of_members(group.entry, schema):
        yield State.DYNAMIC, "memberURL"
    elif roles & classes_of(attributes):
        yield State.DYNAMIC, "objectClass nsRoleDefinition"
    if text(attributes, "admincount") == "1":
        yield State.PROTECTED, "adminCount 1"
    if reason := _is_everybody(group, schema, outsiders):
        yield State.EVERYBODY, reason


def _is_everybody(
    group: DirectoryObject, schema: DirectorySchema, outsiders: Collection[str]
) -> str:
    """By what a permission on it is one for whoever there is; empty if it is not."""
    for sid in sorted(_EVERYBODY.intersection(outsiders)):
        return f"member {sid}"
    sid = sid_text(first(group.entry.attributes, "objectsid"))
    domain, _, last = sid.rpartition("-")
    if domain.startswith(_DOMAIN):
        return f"objectSid {sid}" if last in schema.product.everybody else ""
    name = group_name(group, schema)
    return f"the name {name}" if name.casefold() in schema.product.everybody else ""
