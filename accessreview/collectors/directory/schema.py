"""What a directory's attributes and classes mean, by its kind; all of it may be set otherwise."""

from dataclasses import dataclass
from enum import StrEnum

from accessreview.ldap.settings import DirectoryKind

_ACCOUNT_CLASSES = {
    # Computers and managed service accounts are users as well, by inheritance.
    DirectoryKind.ACTIVE_DIRECTORY: ("user",),
    DirectoryKind.OPENLDAP: ("person", "posixAccount", "account", "uidObject"),
}
_GROUP_CLASSES = {
    DirectoryKind.ACTIVE_DIRECTORY: ("group",),
    DirectoryKind.OPENLDAP: (
        "groupOfNames",
        "groupOfUniqueNames",
        "groupOfMembers",
        "groupOfEntries",
        "groupOfURLs",
        "posixGroup",
    ),
}
_IMPLIED_CLASSES = {
    # Entries of OpenLDAP may name their most special class alone.
    DirectoryKind.ACTIVE_DIRECTORY: (),
    DirectoryKind.OPENLDAP: ("organizationalPerson", "inetOrgPerson", "residentialPerson"),
}
_OTHER_CLASSES = {
    DirectoryKind.ACTIVE_DIRECTORY: ("contact", "foreignSecurityPrincipal"),
    DirectoryKind.OPENLDAP: (),
}
_ATTRIBUTES = {
    DirectoryKind.ACTIVE_DIRECTORY: (
        *("objectClass", "objectSid", "objectGUID", "sAMAccountName", "userPrincipalName", "cn"),
        *("displayName", "givenName", "mail", "userAccountControl", "accountExpires"),
        *("primaryGroupID", "servicePrincipalName", "manager", "managedBy", "member"),
    ),
    DirectoryKind.OPENLDAP: (
        *("objectClass", "entryUUID", "uid", "cn", "displayName", "givenName", "mail"),
        *("pwdAccountLockedTime", "pwdEndTime", "gidNumber", "manager", "owner"),
        *("member", "uniqueMember", "memberUid", "memberURL"),
    ),
}


class DanglingMembers(StrEnum):
    """What a member of an OpenLDAP is that no entry is found for where all was read.

    The server keeps the names of members that were deleted, and does not tell these from members
    that it hides from the account that asks.
    """

    UNKNOWN = "unknown"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySchema:
    r"""How to understand the entries of one directory.

    ``bases`` are the subtrees that are read whole. For a file they may be empty: then whatever
    lies below one of its entries counts as read.

    A vCenter names principals by the domain of its identity source: ``netbios_names`` give
    ``NAME\login``, ``dns_names`` both ``name\login`` and ``login@name``; without ``dns_names``
    the ``dc`` parts of the first base are taken.

    ``user_filter`` and ``group_filter`` replace what is searched for; what else turns up as a
    member is looked up all the same. ``identity_attributes``: the first of them that an account
    has says whose it is.
    ``admin_pattern`` is a regular expression over whole logins whose first group is the login of
    the same person's ordinary account (``adm-(.+)``); ``service_pattern`` matches the logins of
    service accounts. Both ignore case.

    ``dangling_members`` concerns OpenLDAP alone: Active Directory names nobody who was deleted.
    """

    kind: DirectoryKind
    bases: tuple[str, ...] = ()
    netbios_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    user_filter: str = ""
    group_filter: str = ""
    identity_attributes: tuple[str, ...] = ("employeeID", "employeeNumber")
    admin_pattern: str = ""
    service_pattern: str = ""
    dangling_members: DanglingMembers = DanglingMembers.UNKNOWN

    @property
    def account_classes(self) -> frozenset[str]:
        """Object classes of which each makes an account, in lower case."""
        return _folded((*_ACCOUNT_CLASSES[self.kind], *_IMPLIED_CLASSES[self.kind]))

    @property
    def group_classes(self) -> frozenset[str]:
        """Those of groups; an entry that has one is no account, whatever else it is."""
        return _folded(_GROUP_CLASSES[self.kind])

    @property
    def filters(self) -> tuple[str, str]:
        """What to search for: as set, else by the classes of the kind; accounts, then groups.

        The first also finds what may be a member without being able to log in.
        """
        return (
            self.user_filter
            or _any_class((*_ACCOUNT_CLASSES[self.kind], *_OTHER_CLASSES[self.kind])),
            self.group_filter or _any_class(_GROUP_CLASSES[self.kind]),
        )

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that the translation looks at, to be asked for by name."""
        return tuple(dict.fromkeys((*_ATTRIBUTES[self.kind], *self.identity_attributes)))

    @property
    def login_attribute(self) -> str:
        return "samaccountname" if self.kind is DirectoryKind.ACTIVE_DIRECTORY else "uid"

    @property
    def group_name_attribute(self) -> str:
        return "samaccountname" if self.kind is DirectoryKind.ACTIVE_DIRECTORY else "cn"

    @property
    def owner_attribute(self) -> str:
        return "managedby" if self.kind is DirectoryKind.ACTIVE_DIRECTORY else "owner"


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _any_class(names: tuple[str, ...]) -> str:
    return "(|" + "".join(f"(objectClass={name})" for name in names) + ")"
