"""What every source said at one moment: sources, readings, the snapshot and the tables it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from accessreview.model.columns import Table, TableSchema


def _schemas(*schemas: TableSchema) -> Mapping[str, TableSchema]:
    return MappingProxyType({schema.name: schema for schema in schemas})


TABLES = _schemas(
    TableSchema(
        "entities",
        ("source", "id", "type", "name", "parent", "second_parent", "acl_of"),
        ("source", "id"),
    ),
    TableSchema("placements", ("source", "entity", "on"), ("source", "entity", "on")),
    TableSchema(
        "roles",
        ("source", "id", "name", "system"),
        ("source", "id"),
        booleans=frozenset({"system"}),
    ),
    TableSchema(
        "role_privileges", ("source", "role", "privilege"), ("source", "role", "privilege")
    ),
    TableSchema(
        "permissions",
        ("source", "entity", "principal", "is_group", "role", "propagate"),
        ("source", "entity", "principal", "is_group"),
        folded=frozenset({"principal"}),
        booleans=frozenset({"is_group", "propagate"}),
    ),
    TableSchema(
        "accounts",
        ("source", "id", "login", "display_name", "mail", "kind", "enabled", "identity"),
        ("source", "id"),
        booleans=frozenset({"enabled"}),
    ),
    TableSchema("groups", ("source", "id", "name"), ("source", "id")),
    TableSchema("principal_names", ("source", "id", "name"), ("source", "id", "name")),
    TableSchema(
        "members",
        ("group_source", "group", "member_source", "member"),
        ("group_source", "group", "member_source", "member"),
    ),
)
"""The tables of a snapshot bundle (``spec/bundle.md``), in the order of that page."""

ANNEX = _schemas(
    TableSchema(
        "responsibles",
        ("source", "id", "relation", "responsible_source", "responsible"),
        ("source", "id", "relation", "responsible_source", "responsible"),
    ),
    TableSchema("locators", ("source", "id", "locator"), ("source", "id")),
    TableSchema("states", ("source", "id", "state", "since", "reason"), ("source", "id", "state")),
    TableSchema(
        "identifiers", ("source", "id", "scheme", "value"), ("source", "id", "scheme", "value")
    ),
    TableSchema(
        "outsiders",
        ("source", "group", "member", "standing", "reason"),
        ("source", "group", "member"),
    ),
    TableSchema(
        "ways",
        ("group_source", "group", "member_source", "member", "way"),
        ("group_source", "group", "member_source", "member", "way"),
    ),
    TableSchema("person_keys", ("source", "id", "key", "value"), ("source", "id", "key", "value")),
    TableSchema("joins", ("source", "id", "identity", "by", "detail"), ("source", "id")),
    TableSchema("counts", ("source", "what", "number"), ("source", "what")),
    TableSchema(
        "powers",
        ("source", "entity", "power", "principal", "is_group", "detail"),
        ("source", "entity", "power", "principal", "is_group"),
        booleans=frozenset({"is_group"}),
    ),
    TableSchema("facts", ("source", "entity", "fact", "value"), ("source", "entity", "fact")),
    TableSchema(
        "uses",
        ("source", "principal", "use", "detail", "first", "last", "count"),
        ("source", "principal", "use", "detail"),
    ),
    TableSchema("windows", ("source", "use", "since", "until", "gap"), ("source", "use")),
    TableSchema("blind_spots", ("source", "entity", "reason"), ("source", "entity")),
)
"""What a collection learns beyond the bundle's tables; kept with the snapshot, outside its digest.

``responsibles``: who answers for an account (relation ``manager``) or a group (``owner``). In a
reading that is not joined yet, somebody of another directory is a name without a source.
``locators``: where a directory keeps an object: its distinguished name, verbatim as last read.
``states``: what is remarkable of an account or group (``State``), since when (RFC 3339, or empty)
and by which attribute it is known.
``identifiers``: further ids that others know an object by; the scheme is ``sid``, ``sid-history``
or ``uuid``.
``outsiders``: members of a group that are no account and no group of the snapshot, as written, and
how they stand (``Standing``).
``ways``: by what an account or group is a member where that is not the attribute ``member``:
``uniqueMember``, ``memberUid``, ``gidNumber``, ``primaryGroupID``, ``memberURL``, ``nsRole`` or
another attribute, ``foreign`` or ``other-source``.
``person_keys``: what may tell whose an account is, by the lower-case name of its attribute;
``admin_pattern`` is the ordinary login that an administrator's account speaks of, ``own identity``
what its directory said of an account that was joined to another one's.
``joins``: by what each account came to its identity, and which joins are ambiguous (``Joined``).
``counts``: how much of what a source had (``Count``, ``Standing``); decimal numbers.
``powers``: what somebody can do beside all permissions (``Power``), on an entity or, without one,
on the whole source; ``principal`` is verbatim as the source names it.
``facts``: how a source or one of its entities is set (``Fact``). What could not be read has no row.
``uses``: what a principal was seen doing (``Use``), between which moments (RFC 3339) and how often;
``detail`` is the privilege of a privilege check, and empty otherwise.
``windows``: from when to when a source was watched for each use; ``gap`` says what may be missing.
Without a window, that something was not seen says nothing.
``blind_spots``: entities below which the collecting account does not see everything, and why.
"""
SCHEMAS = MappingProxyType({**TABLES, **ANNEX})


class State(StrEnum):
    """What a row of ``states`` says; last uses are as late as their reason says."""

    DISABLED = "disabled"
    EXPIRED = "expired"
    LOCKED = "locked"
    PASSWORD_EXPIRED = "password-expired"  # noqa: S105 - a state, no secret
    MUST_CHANGE_PASSWORD = "must-change-password"  # noqa: S105 - a state, no secret
    NEVER_USED = "never-used"
    USED = "used"
    MANAGED_SERVICE = "managed-service"
    SERVICE_PRINCIPAL = "service-principal"
    PASSWORD_NEVER_EXPIRES = "password-never-expires"  # noqa: S105 - a state, no secret
    COMPUTER = "computer"
    DISTRIBUTION = "distribution"
    DYNAMIC = "dynamic"
    PROTECTED = "protected"
    EVERYBODY = "everybody"


class Standing(StrEnum):
    """How an outsider of a group stands.

    ``FOREIGN`` and ``ELSEWHERE`` belong to another directory, known by SID or by distinguished
    name, and become members when a reading of that one is joined. ``EVERYBODY`` is a well-known
    SID such as that of Authenticated Users. ``OTHER`` can hold no permission, such as a contact.
    Nothing is known of ``HIDDEN`` ones; of ``DANGLING`` ones only that no entry was found.
    """

    FOREIGN = "foreign"
    ELSEWHERE = "elsewhere"
    EVERYBODY = "everybody"
    OTHER = "other"
    HIDDEN = "hidden"
    DANGLING = "dangling"


class Count(StrEnum):
    """What ``counts`` has of a source; outsiders are counted by standing under its own name.

    ``NAMED`` are the members that groups name, resolved or not; ``REFERRALS`` the subtrees that
    lie on other servers. Of a vCenter there are ``ENTITIES``, ``PERMISSIONS`` and ``ROLES``, as
    many as it showed.
    """

    ACCOUNTS = "accounts"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"
    NAMED = "named-members"
    PAGES = "pages"
    REFERRALS = "referrals"
    ENTITIES = "entities"
    PERMISSIONS = "permissions"
    ROLES = "roles"


class Power(StrEnum):
    """What a row of ``powers`` gives beside all permissions.

    The first ones come from predefined groups of vCenter's own directory, the others from hosts.
    """

    SSO_ADMINISTRATION = "sso-administration"
    APPLIANCE_SHELL = "appliance-shell"
    APPLIANCE_ADMINISTRATION = "appliance-administration"
    CERTIFICATE_AUTHORITY = "certificate-authority"
    DIRECTORY_CONTROL = "directory-control"
    ACT_AS = "act-as"
    TRUST_ADMINISTRATION = "trust-administration"
    COMPONENT_REGISTRATION = "component-registration"
    LICENSE_ADMINISTRATION = "license-administration"
    HOST_ACCESS = "host-access"
    HOST_ADMINISTRATION_BY_DOMAIN = "host-administration-by-domain"
    LOCKDOWN_EXCEPTION = "lockdown-exception"
    CONSOLE_IN_LOCKDOWN = "console-in-lockdown"


class Fact(StrEnum):
    """What a row of ``facts`` tells of a host, or of a vCenter (without an entity)."""

    LOCKDOWN = "lockdown"
    DOMAIN = "domain"
    DOMAIN_ADMINISTRATORS = "domain-administrators"
    DOMAIN_ADMINISTRATORS_ADDED = "domain-administrators-added"
    VALIDATION_MINUTES = "validation-minutes"
    VERSION = "version"
    GLOBAL_PERMISSIONS = "global-permissions"


class Use(StrEnum):
    """What a principal was seen doing."""

    LOGIN = "login"
    SESSION = "session"
    ACTION = "action"
    PRIVILEGE_CHECK = "privilege-check"


class Joined(StrEnum):
    """By what an account came to its identity; ``AMBIGUOUS`` ones kept their own."""

    ATTRIBUTE = "attribute"
    PATTERN = "pattern"
    MAPPING = "mapping"
    OTHER_SOURCE = "other-source"
    AMBIGUOUS = "ambiguous"


class SourceKind(StrEnum):
    VCENTER = "vcenter"
    DIRECTORY = "directory"
    ESXI = "esxi"


class Coverage(StrEnum):
    """``partial``: absence proves nothing for that source."""

    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Source:
    """One place that access data came from, and how completely it was read."""

    id: str
    kind: SourceKind
    name: str
    coverage: Coverage
    gaps: tuple[str, ...]
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one source returned at one time: its part of every table it has something to say of.

    ``tables`` may hold any names of ``TABLES`` and ``ANNEX``; a table that is missing is empty.
    """

    source: Source
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All readings of one collection, checked, in canonical order; immutable.

    ``tables`` holds every name of ``TABLES``, ``annex`` every name of ``ANNEX``. ``digest`` is the
    canonical one (``snapshot/canonical.py``): hexadecimal SHA-256 over manifest and tables.
    """

    taken_at: datetime
    sources: tuple[Source, ...]
    tables: Mapping[str, Table]
    digest: str
    annex: Mapping[str, Table] = field(default_factory=dict)

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    @property
    def is_complete(self) -> bool:
        """Whether absence from this snapshot proves anything at all."""
        return all(source.coverage is Coverage.FULL for source in self.sources)
