"""The accounts of one directory as rows: what they are, whose, and in which state."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from accessreview.collectors.directory import last_use
from accessreview.collectors.directory.identities import (
    Identity,
    NamedAccounts,
    identities,
    named_accounts,
    person_keys,
)
from accessreview.collectors.directory.kinds import SERVICE_STATES, kind_finder, service_states
from accessreview.collectors.directory.logins import first_text
from accessreview.collectors.directory.objects import DirectoryObject
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.states import Fact, account_states, number
from accessreview.ldap.ids import text
from accessreview.ldap.settings import DirectoryKind
from accessreview.snapshot.gaps import Gaps

Accounts = Mapping[str, DirectoryObject]
Rows = Iterable[tuple[str, ...]]


def account_rows(
    source: str, accounts: Accounts, schema: DirectorySchema, now: datetime, notes: Gaps
) -> dict[str, Rows]:
    """Rows of ``accounts``, ``states``, ``person_keys`` and ``joins``, by the table's name.

    An account is enabled if the directory itself would let it sign in at ``now``, or after the
    password was renewed or a lock has passed; in doubt it is.

    Raises:
        ConfigurationError: a pattern of ``schema`` cannot be used.
    """
    named = named_accounts(source, accounts, schema)
    owners = identities(named, schema, notes)
    facts = _facts(accounts, schema, now)
    if schema.kind is DirectoryKind.ACTIVE_DIRECTORY:
        _note_hidden_states(accounts, notes)
    return {
        "accounts": tuple(_accounts(named, schema, owners, facts)),
        "states": [
            (source, one, fact.state, fact.since, fact.reason)
            for one, its_facts in facts.items()
            for fact in its_facts
        ],
        "person_keys": tuple(person_keys(named, schema)),
        "joins": [
            (source, one, owner.name or f"{source}/{one}", owner.by, owner.detail)
            for one, owner in owners.items()
            if owner.by
        ],
    }


def _accounts(
    named: NamedAccounts,
    schema: DirectorySchema,
    owners: Mapping[str, Identity],
    facts: Mapping[str, tuple[Fact, ...]],
) -> Iterator[tuple[str, ...]]:
    kind_of = kind_finder(schema)
    display_names, mail = schema.display_name_attributes, schema.mail_attribute.lower()
    for one, account in named.accounts.items():
        attributes = account.entry.attributes
        login, identity = named.logins[one], owners[one].name
        states = [fact.state for fact in facts[one]]
        is_barred = True in [fact.bars for fact in facts[one]]
        yield (
            named.source,
            one,
            login,
            first_text(attributes, display_names) or login,
            text(attributes, mail),
            kind_of(account, login, identity, not SERVICE_STATES.isdisjoint(states)),
            "false" if is_barred else "true",
            identity,
        )


def _facts(
    accounts: Accounts, schema: DirectorySchema, now: datetime
) -> dict[str, tuple[Fact, ...]]:
    kept = last_use.kept((one.entry.attributes for one in accounts.values()), schema.kind)
    return {
        one: (
            *account_states(account.entry.attributes, schema.kind, now, kept),
            *service_states(account),
        )
        for one, account in accounts.items()
    }


def _note_hidden_states(accounts: Accounts, notes: Gaps) -> None:
    for account in accounts.values():
        if number(account.entry.attributes, "useraccountcontrol") is None:
            notes.add(
                "The state of an account could not be read, so it counts as enabled",
                account.entry.dn,
            )
