"""From what a directory said to the rows of a snapshot; pure, for live readings and files alike.

Nothing is guessed: a row that refers to something that was not read is left out and said in a gap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from accessreview.collectors.directory.accounts import (
    identity_finder,
    is_enabled,
    kind_finder,
    login_of,
)
from accessreview.collectors.directory.members import Memberships
from accessreview.collectors.directory.names import account_names, domains, group_names
from accessreview.collectors.directory.objects import DirectoryObjects, objects
from accessreview.collectors.directory.raw import RawDirectory
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.gaps import Gaps
from accessreview.ldap.ids import text, texts
from accessreview.model.columns import Table
from accessreview.model.snapshot import ANNEX, TABLES, Coverage, Reading, Source

Rows = Iterable[tuple[str, ...]]


def translate(source: Source, raw: RawDirectory, schema: DirectorySchema, now: datetime) -> Reading:
    """Turn one directory's entries into its part of every table and of the annex.

    ``source.gaps`` given are kept first and do not by themselves lower ``source.coverage``; those
    of ``raw`` and of members or ids that are not known do. Remarks that hide nobody (a member that
    is no account, an owner that does not resolve) are added to the gaps without lowering it.
    ``now`` decides which accounts have expired.

    Raises:
        ConfigurationError: a pattern or base of ``schema`` cannot be used.
    """
    gaps, notes = Gaps(), Gaps()
    found = objects(raw, schema, gaps)
    for what, read in (("account", found.accounts), ("group", found.groups)):
        if not read:
            gaps.add(f"Not one {what} was found", "the base, the filter or the rights are wrong")
    tables: dict[str, Rows] = {
        "accounts": _accounts(source.id, found, schema, now, notes),
        "groups": [
            (source.id, group.id, _first(group.entry.attributes, schema) or group.entry.dn)
            for group in found.groups.values()
        ],
        "principal_names": _principal_names(source.id, found, schema),
        "members": [
            (source.id, group, source.id, member)
            for group, member in Memberships(found, schema, gaps, notes).pairs()
        ],
    }
    annex: dict[str, Rows] = {
        "responsibles": _responsibles(source.id, found, schema, notes),
        "locators": [
            (source.id, item.id, item.entry.dn)
            for item in (*found.accounts.values(), *found.groups.values())
        ],
    }
    missing = (*raw.gaps, *gaps.sentences())
    return Reading(
        replace(
            source,
            coverage=Coverage.PARTIAL if missing else source.coverage,
            gaps=(*source.gaps, *missing, *notes.sentences()),
        ),
        {
            **{name: Table.of(TABLES[name], rows) for name, rows in tables.items()},
            **{name: Table.of(ANNEX[name], rows) for name, rows in annex.items()},
        },
    )


def _first(attributes: Mapping[str, tuple[bytes, ...]], schema: DirectorySchema) -> str:
    return text(attributes, schema.group_name_attribute) or text(attributes, "cn")


def _accounts(
    source: str, found: DirectoryObjects, schema: DirectorySchema, now: datetime, notes: Gaps
) -> Rows:
    identity_of = identity_finder(source, found.accounts, schema, notes)
    kind_of = kind_finder(schema)
    rows = []
    for account in found.accounts.values():
        attributes = account.entry.attributes
        login = login_of(account, schema)
        identity = identity_of(account)
        rows.append(
            (
                source,
                account.id,
                login,
                text(attributes, "displayname") or text(attributes, "cn") or login,
                text(attributes, "mail"),
                kind_of(account, identity),
                "true" if is_enabled(account, schema.kind, now, notes) else "false",
                identity,
            )
        )
    return rows


def _principal_names(source: str, found: DirectoryObjects, schema: DirectorySchema) -> Rows:
    dns_names = domains(schema)
    return [
        (source, item.id, name)
        for items, names_of in ((found.accounts, account_names), (found.groups, group_names))
        for item in items.values()
        for name in names_of(item, schema, dns_names)
    ]


def _responsibles(
    source: str, found: DirectoryObjects, schema: DirectorySchema, notes: Gaps
) -> Rows:
    """Managers of accounts and owners of groups, as far as they are accounts of this directory."""
    rows: dict[tuple[str, ...], None] = {}
    for items, relation, attribute in (
        (found.accounts, "manager", "manager"),
        (found.groups, "owner", schema.owner_attribute),
    ):
        for item in items.values():
            for dn in texts(item.entry.attributes, (attribute,)):
                if responsible := found.account(dn):
                    rows[(source, item.id, relation, source, responsible.id)] = None
                else:
                    notes.add(
                        f"The {relation} is no account of this directory",
                        f"{dn} of {item.entry.dn}",
                    )
    return tuple(rows)
