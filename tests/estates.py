"""Snapshots for tests from a few rows written down, and where the vectors are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Snapshot, Source, SourceKind
from accessreview.snapshot.canonical import canonical

VECTORS = Path(__file__).parent / "data" / "vectors"
TAKEN_AT = datetime(2026, 9, 30, 2, 5, tzinfo=UTC)


def snapshot_of(tables: Mapping[str, Iterable[Sequence[str]]]) -> Snapshot:
    """A snapshot of tables by name, rows in the order of the schema; canonical but unchecked."""
    return Snapshot(
        taken_at=TAKEN_AT,
        sources=(
            Source("vc", SourceKind.VCENTER, "vc", Coverage.FULL, (), TAKEN_AT, TAKEN_AT),
            Source("dir", SourceKind.DIRECTORY, "dir", Coverage.FULL, (), TAKEN_AT, TAKEN_AT),
        ),
        tables={
            name: canonical(Table.of(schema, tables.get(name, ())))
            for name, schema in TABLES.items()
        },
        digest="0" * 64,
    )


def small_snapshot(  # noqa: PLR0913 - one parameter a table, all optional but the inventory
    entities: Iterable[tuple[str, str, str, str, str]],
    *,
    roles: Mapping[str, Iterable[str]],
    permissions: Iterable[tuple[str, str, str, bool]],
    members: Iterable[tuple[str, str]] = (),
    accounts: Mapping[str, str] | None = None,
    disabled: Iterable[str] = (),
    placements: Iterable[tuple[str, str]] = (),
) -> Snapshot:
    r"""One vCenter ``vc`` and one directory ``dir`` whose ids double as names ``D\id``.

    Entities are (id, type, parent, second parent, acl_of); permissions (entity, principal, role,
    propagates), the principal being an account if it is one of ``accounts``, which maps accounts
    to identities; members (group, member). Groups are whatever else members and permissions name.
    """
    people = {"u": ""} if accounts is None else accounts
    members, permissions = tuple(members), tuple(permissions)
    named = {name for pair in members for name in pair} | {row[1] for row in permissions}
    groups = sorted(named - people.keys())
    return snapshot_of(
        {
            "entities": [("vc", i, kind, i, *above) for i, kind, *above in entities],
            "placements": [("vc", *pair) for pair in placements],
            "roles": [("vc", role, role, "false") for role in roles],
            "role_privileges": [("vc", r, p) for r, held in roles.items() for p in held],
            "permissions": [
                (
                    "vc",
                    entity,
                    f"D\\{principal}",
                    "false" if principal in people else "true",
                    role,
                    "true" if propagates else "false",
                )
                for entity, principal, role, propagates in permissions
            ],
            "accounts": [
                ("dir", i, i, i, "", "human", "false" if i in disabled else "true", identity)
                for i, identity in people.items()
            ],
            "groups": [("dir", i, i) for i in groups],
            "principal_names": [("dir", i, f"D\\{i}") for i in (*people, *groups)],
            "members": [("dir", group, "dir", member) for group, member in members],
        }
    )
