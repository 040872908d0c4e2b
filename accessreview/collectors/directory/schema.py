"""How the entries of one directory are understood: by its kind, unless it is set otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from accessreview.collectors.directory.products import PRODUCTS, Product
from accessreview.collectors.directory.states import STATE_ATTRIBUTES
from accessreview.ldap.ids import id_attribute
from accessreview.ldap.root import ServerIdentity
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.errors import ConfigurationError


class DanglingMembers(StrEnum):
    """What a member is that no entry is found for where all was read.

    Servers other than Active Directory keep the names of members that were deleted, and do not
    tell these from members that they hide from the account that asks.
    """

    UNKNOWN = "unknown"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySchema:
    r"""How to understand the entries of one directory.

    ``bases`` are the subtrees that are read whole. For a file they may be empty: then whatever
    lies below one of its entries counts as read. A server says itself what it holds.

    A vCenter names principals by the domain of its identity source: ``netbios_names`` give
    ``NAME\login``, ``dns_names`` both ``name\login`` and ``login@name``; without them the names
    are taken that the directory gives its domains itself, else the ``dc`` parts of its base.

    ``user_filter`` and ``group_filter`` replace what is searched for; what else turns up as a
    member is looked up all the same. ``identity_attributes``: the first of them that an account
    has says whose it is.
    ``admin_pattern`` is a regular expression over whole logins whose first group is the login of
    the same person's ordinary account (``adm-(.+)``); ``service_pattern`` matches the logins of
    service accounts. Both ignore case. ``person_attributes`` are further attributes that may tell
    whose an account is.

    ``dangling_members`` does not concern Active Directory, which names nobody who was deleted.
    ``bases_elsewhere`` are subtrees that other sources read.
    """

    kind: DirectoryKind
    bases: tuple[str, ...] = ()
    netbios_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    user_filter: str = ""
    group_filter: str = ""
    names: AttributeNames = field(default_factory=AttributeNames)
    identity_attributes: tuple[str, ...] = ("employeeID", "employeeNumber")
    admin_pattern: str = ""
    service_pattern: str = ""
    person_attributes: tuple[str, ...] = ()
    dangling_members: DanglingMembers = DanglingMembers.UNKNOWN
    bases_elsewhere: tuple[str, ...] = ()

    def completed(self, server: ServerIdentity) -> "DirectorySchema":
        """With kind and bases as the server tells them, where they are not set.

        Raises:
            ConfigurationError: the server names nothing that could be read.
        """
        kind = server.kind if self.kind is DirectoryKind.LDAP else self.kind
        subtree = PRODUCTS[kind].subtree
        found = tuple(f"{subtree},{base}" if subtree else base for base in server.bases)
        if not self.bases and not found:
            raise ConfigurationError(
                f"{server.dns_host_name or 'The server'} does not say what it holds; name the bases"
                " to be read."
            )
        return replace(self, kind=kind, bases=self.bases or found)

    @property
    def product(self) -> Product:
        return PRODUCTS[self.kind]

    @property
    def account_classes(self) -> frozenset[str]:
        """Object classes of which each makes an account, in lower case."""
        return _folded((*self.product.account_classes, *self.product.implied_classes))

    @property
    def group_classes(self) -> frozenset[str]:
        """Those of groups; an entry that has one is no account, whatever else it is."""
        return _folded((*self.product.group_classes, *self.product.subentry_classes))

    @property
    def filters(self) -> tuple[str, ...]:
        """What to search for: as set, else by the classes of the kind; accounts, then groups.

        The first also finds what may be a member without being able to log in.
        """
        product = self.product
        with_values = (
            f"(&(objectClass={name})({value}=*))" for name, value in product.classes_with
        )
        groups = (
            _any((*map(_class, product.group_classes), *with_values)),
            *(f"(&(objectClass=ldapSubEntry){_class(name)})" for name in product.subentry_classes),
        )
        return (
            self.user_filter
            or _any(map(_class, (*product.account_classes, *product.other_classes))),
            *((self.group_filter,) if self.group_filter else groups),
        )

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that the translation looks at, to be asked for by name."""
        product = self.product
        every = (
            *("objectClass", id_attribute(self.kind, self.names.unique_id)),
            *(*self.login_attributes, *self.group_name_attributes, *self.display_name_attributes),
            *("givenName", self.mail_attribute, *self.manager_attributes, *self.owner_attributes),
            *(*self.member_attributes, product.primary_group, product.group_number),
            *(*product.roles, *product.further),
            *(name for _, name in product.identifiers),
            *(*self.identity_attributes, *self.person_attributes, *STATE_ATTRIBUTES[self.kind]),
        )
        return tuple(dict.fromkeys(filter(None, every)))

    @property
    def login_attributes(self) -> tuple[str, ...]:
        """The first of them that an account has is what one signs in with."""
        return (self.names.login,) if self.names.login else self.product.login

    @property
    def group_name_attributes(self) -> tuple[str, ...]:
        """The first of them that a group has is what a vCenter calls it."""
        return (self.names.group_name,) if self.names.group_name else self.product.group_name

    @property
    def display_name_attributes(self) -> tuple[str, ...]:
        """The first of them that an account has is what people call it."""
        return (self.names.display_name or "displayName", "cn")

    @property
    def mail_attribute(self) -> str:
        return self.names.mail or "mail"

    @property
    def manager_attributes(self) -> tuple[str, ...]:
        """All of them name who answers for an account."""
        return (self.names.manager,) if self.names.manager else self.product.managers

    @property
    def owner_attributes(self) -> tuple[str, ...]:
        """All of them name owners of a group."""
        return (self.names.owner,) if self.names.owner else self.product.owners

    @property
    def member_attributes(self) -> tuple[str, ...]:
        """All of them name members of a group."""
        return self.names.members or self.product.members


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _class(name: str) -> str:
    return f"(objectClass={name})"


def _any(filters: Iterable[str]) -> str:
    return "(|" + "".join(filters) + ")"
