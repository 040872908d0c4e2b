"""What the entries of each kind of directory are made of, as one table: classes, attributes, ways.

All names are as the vendors spell them, for they are asked for by these names; answers are looked
at in lower case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from accessreview.ldap.settings import DirectoryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One kind of directory.

    ``account_classes`` and ``group_classes`` are searched for, ``implied_classes`` make accounts as
    well without being searched for. ``classes_with`` are classes of groups only where the
    attribute beside them has a value. ``subentry_classes`` are groups that a search shows only
    when it asks for subentries. ``other_classes`` may be members without being able to sign in.

    ``login`` and ``group_name``: the first of them that an entry has counts. ``members`` are the
    attributes by which a group names its members. ``primary_group`` is that of an account whose
    number, after the domain's SID, is the SID of a group; ``group_number`` the one that an account
    shares with a group of ``numbered_classes``; ``roles`` those of an account that name groups.
    ``identifiers`` are further ids, each after its scheme; ``further`` is what else is looked at.

    ``everybody`` are the last parts of SIDs, or names in lower case, of groups that hold whoever
    there is.
    ``removes_references``: it keeps no names of members that were deleted, so one that leads
    nowhere leads to something hidden. ``members_agree``: who says to be in a group is in it.
    ``lists_domains``: it says what its domains are called.
    ``subtree`` lies below each suffix and holds all that is meant; ``copies`` holds again what is
    there already.
    """

    account_classes: tuple[str, ...]
    implied_classes: tuple[str, ...] = ()
    group_classes: tuple[str, ...]
    classes_with: tuple[tuple[str, str], ...] = ()
    subentry_classes: tuple[str, ...] = ()
    other_classes: tuple[str, ...] = ()
    login: tuple[str, ...] = ("uid",)
    group_name: tuple[str, ...] = ("cn",)
    managers: tuple[str, ...] = ("manager",)
    owners: tuple[str, ...] = ("owner",)
    members: tuple[str, ...] = ("member",)
    primary_group: str = ""
    group_number: str = ""
    numbered_classes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = (("uuid", "entryUUID"),)
    everybody: frozenset[str] = frozenset()
    removes_references: bool = False
    members_agree: bool = False
    lists_domains: bool = False
    subtree: str = ""
    copies: str = ""


_ACTIVE_DIRECTORY = Product(
    # Computers and managed service accounts are users as well, by inheritance.
    account_classes=("user",),
    group_classes=("group",),
    other_classes=("contact", "foreignSecurityPrincipal"),
    login=("sAMAccountName",),
    group_name=("sAMAccountName",),
    managers=("manager", "managedBy"),  # the latter of computers and managed service accounts
    owners=("managedBy", "msExchCoManagedByLink"),
    primary_group="primaryGroupID",
    further=("userPrincipalName", "groupType", "adminCount"),
    identifiers=(("sid", "objectSid"), ("sid-history", "sIDHistory")),
    everybody=frozenset({"513", "514", "515"}),
    removes_references=True,
    members_agree=True,
    lists_domains=True,
)
_STANDARD = Product(
    account_classes=("person", "posixAccount", "account", "uidObject"),
    # Entries of OpenLDAP may name their most special class alone.
    implied_classes=("organizationalPerson", "inetOrgPerson", "residentialPerson"),
    group_classes=(
        *("groupOfNames", "groupOfUniqueNames", "groupOfMembers", "groupOfEntries"),
        *("groupOfURLs", "posixGroup"),
    ),
    classes_with=(("organizationalRole", "roleOccupant"),),
    members=("member", "uniqueMember", "roleOccupant", "memberUid", "memberURL"),
    group_number="gidNumber",
    numbered_classes=("posixGroup",),
)
_DS389 = replace(
    _STANDARD,
    account_classes=(*_STANDARD.account_classes, "nsPerson", "nsAccount"),
    subentry_classes=("nsRoleDefinition",),
    roles=("nsRole", "nsRoleDN"),
    members_agree=True,  # where its plugin is on: it misses groups in circles, and invents none
)
_FREEIPA = replace(
    _DS389,
    account_classes=(*_DS389.account_classes, "ipaHost", "ipaService"),
    group_classes=(*_STANDARD.group_classes, "ipaUserGroup", "nestedGroup", "ipaExternalGroup"),
    owners=("owner", "memberManager"),
    members=(*_STANDARD.members, "ipaExternalMember"),
    identifiers=(("uuid", "entryUUID"), ("sid", "ipaNTSecurityIdentifier")),
    everybody=frozenset({"ipausers"}),
    subtree="cn=accounts",
    copies="cn=compat",
)
_VMDIR = Product(
    account_classes=("user", "vmwServicePrincipal", "vmwExternalIdpUser"),
    group_classes=("group",),
    other_classes=("foreignSecurityPrincipal",),
    login=("sAMAccountName", "cn"),
    group_name=("sAMAccountName", "cn"),
    owners=(),
    further=("userPrincipalName",),
    identifiers=(("sid", "objectSid"),),
    everybody=frozenset({"everyone"}),
)

PRODUCTS: Mapping[DirectoryKind, Product] = MappingProxyType(
    {
        DirectoryKind.ACTIVE_DIRECTORY: _ACTIVE_DIRECTORY,
        DirectoryKind.OPENLDAP: _STANDARD,
        DirectoryKind.DS389: _DS389,
        DirectoryKind.FREEIPA: _FREEIPA,
        DirectoryKind.VMDIR: _VMDIR,
        DirectoryKind.LDAP: _STANDARD,  # a server that is none of these
    }
)
