"""From what a directory said to the rows of a snapshot; pure, for live readings and files alike.

Nothing is guessed: a row that refers to something that was not read is left out and said in a gap.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from accessreview.collectors.directory.accounts import account_rows
from accessreview.collectors.directory.groups import group_name, group_states
from accessreview.collectors.directory.identifiers import identifiers_of
from accessreview.collectors.directory.member_tables import member_tables
from accessreview.collectors.directory.members import Membership, Memberships
from accessreview.collectors.directory.names import Aliases
from accessreview.collectors.directory.objects import DirectoryObjects, is_name, key_of, objects
from accessreview.collectors.directory.outsiders import knows
from accessreview.collectors.directory.raw import RawDirectory
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.sso_groups import powers_of
from accessreview.collectors.directory.territory import Territory
from accessreview.ldap.ids import decoded
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.columns import Table
from accessreview.model.snapshot import SCHEMAS, Count, Coverage, Reading, Source
from accessreview.snapshot.gaps import Gaps
from accessreview.snapshot.responsibles import BY_NAME

Rows = Iterable[tuple[str, ...]]


def translate(source: Source, raw: RawDirectory, schema: DirectorySchema, now: datetime) -> Reading:
    """Turn one directory's entries into its part of every table and of the annex.

    ``source.gaps`` given are kept first and do not by themselves lower ``source.coverage``; those
    of ``raw`` and of members or ids that are not known do. Remarks that hide nobody (a member that
    is no account, an owner that does not resolve) are added to the gaps without lowering it.
    Members that belong to other directories are ``outsiders``: whether somebody is hidden behind
    them is known only when all readings are joined. ``now`` decides which accounts have expired.

    Raises:
        ConfigurationError: a pattern or base of ``schema`` cannot be used.
    """
    gaps, notes = Gaps(), Gaps()
    found = objects(raw, schema, gaps)
    for what, read in (("account", found.accounts), ("group", found.groups)):
        if not read:
            gaps.add(f"Not one {what} was found", "the base, the filter or the rights are wrong")
    territory = Territory.of(schema.bases, raw.referred)
    tables = _of_entries(source.id, found, raw, schema)
    tables["responsibles"] = _responsibles(source.id, found, schema, territory, notes)
    of_accounts = account_rows(source.id, found.accounts, schema, now, notes)
    membership = Memberships(found, schema, territory, raw.found, gaps, notes).all()
    of_members = _of_membership(source.id, found, membership, schema)
    states = (*of_accounts["states"], *of_members["states"])
    counts = _counts(source.id, found, membership, raw.figures)
    every = {**tables, **of_accounts, **of_members, "states": states, "counts": counts}
    missing = (*raw.gaps, *gaps.sentences())
    return Reading(
        replace(
            source,
            coverage=Coverage.PARTIAL if missing else source.coverage,
            gaps=(*source.gaps, *missing, *raw.notes, *notes.sentences()),
        ),
        {
            **{name: Table.of(SCHEMAS[name], rows) for name, rows in every.items()},
            **member_tables(source.id, membership),
        },
    )


def _of_entries(
    source: str, found: DirectoryObjects, raw: RawDirectory, schema: DirectorySchema
) -> dict[str, Rows]:
    aliases, identifiers = Aliases(schema, raw.domains), identifiers_of(schema)
    accounts, groups = found.accounts.values(), found.groups.values()
    predefined = groups if schema.kind is DirectoryKind.VMDIR else ()
    named = ((group_name(group, schema), aliases.of_group(group)) for group in predefined)
    return {
        "powers": [
            (source, *row) for row in powers_of((name, names[0]) for name, names in named if names)
        ],
        "groups": [(source, group.id, group_name(group, schema)) for group in groups],
        "principal_names": [
            (source, one.id, name)
            for some, names_of in ((accounts, aliases.of_account), (groups, aliases.of_group))
            for one in some
            for name in names_of(one)
        ],
        "locators": [(source, one.id, one.entry.dn) for one in (*accounts, *groups)],
        "identifiers": [
            (source, one.id, scheme, value)
            for one in (*accounts, *groups)
            for scheme, value in identifiers(one)
        ],
    }


def _of_membership(
    source: str, found: DirectoryObjects, membership: Membership, schema: DirectorySchema
) -> dict[str, Rows]:
    return {
        "outsiders": [
            (source, group, one.member, one.standing, one.reason)
            for group, some in membership.outsiders.items()
            for one in some
        ],
        "states": [
            (source, group.id, state, "", reason)
            for group in found.groups.values()
            for state, reason in group_states(
                group, schema, {one.member for one in membership.outsiders.get(group.id, ())}
            )
        ],
    }


def _counts(
    source: str, found: DirectoryObjects, membership: Membership, figures: Mapping[str, int]
) -> Rows:
    standings = Counter(str(one.standing) for some in membership.outsiders.values() for one in some)
    counts = {
        Count.ACCOUNTS: len(found.accounts),
        Count.GROUPS: len(found.groups),
        Count.MEMBERSHIPS: len(membership),
        Count.NAMED: membership.named,
        **standings,
        **figures,
    }
    return [(source, what, str(number)) for what, number in counts.items()]


def _responsibles(
    source: str,
    found: DirectoryObjects,
    schema: DirectorySchema,
    territory: Territory,
    notes: Gaps,
) -> Rows:
    """Managers of accounts and owners of groups; by name those who may lie in another directory."""
    rows: dict[tuple[str, ...], None] = {}
    for items, relation, attributes in (
        (found.accounts, "manager", schema.manager_attributes),
        (found.groups, "owner", schema.owner_attributes),
    ):
        names = [name.lower() for name in attributes]
        for item in items.values():
            for value in [one for name in names for one in item.entry.attributes.get(name, ())]:
                id_ = found.id_of(value)
                if id_ in found.accounts:
                    rows[source, item.id, relation, source, id_] = None
                    continue
                dn = decoded(value)
                if is_name(key := key_of(dn)) and not territory.holds(key, knows(found)):
                    rows[source, item.id, relation, BY_NAME, dn] = None
                else:
                    told = f"{dn} of {item.entry.dn}"
                    notes.add(f"The {relation} is no account of this directory", told)
    return tuple(rows)
