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
)
"""What a collection learns beyond the bundle's tables; kept with the snapshot, outside its digest.

``responsibles``: who answers for an account (relation ``manager``) or a group (``owner``).
``locators``: where a directory keeps an object: its distinguished name, verbatim as last read.
"""


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
