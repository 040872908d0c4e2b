"""The people of a snapshot: which accounts an identity has, and who answers for whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.snapshot import Snapshot

MANAGER = "manager"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a snapshot lists it."""

    ref: AccountRef
    login: str
    display_name: str
    enabled: bool
    identity: str


@dataclass(frozen=True, slots=True)
class People:
    """Identities, logins (case-folded), managers and owners, each in the order of the rows.

    ``managers`` names an account's managers, ``owners`` a group's; whoever is not an account of
    this snapshot is left out.
    """

    accounts: Mapping[AccountRef, Account]
    of_identity: Mapping[str, tuple[Account, ...]]
    of_login: Mapping[str, tuple[Account, ...]]
    managers: Mapping[AccountRef, tuple[AccountRef, ...]]
    owners: Mapping[GroupRef, tuple[AccountRef, ...]]

    def name(self, identity: str) -> str:
        """A name for a person: that of an enabled account first; the identity if there is none."""
        ranked = sorted(self.of_identity.get(identity, ()), key=lambda account: not account.enabled)
        return next((a.display_name for a in ranked if a.display_name), identity)

    def is_present(self, identity: str) -> bool:
        """Whether somebody with an enabled account stands behind the identity."""
        return any(account.enabled for account in self.of_identity.get(identity, ()))

    def identity(self, account: AccountRef) -> str:
        """The identity of an account; its own reference where the snapshot does not know it."""
        known = self.accounts.get(account)
        return f"{account.source}/{account.id}" if known is None else known.identity

    def login(self, account: AccountRef) -> str:
        known = self.accounts.get(account)
        return account.id if known is None else known.login


def people_of(snapshot: Snapshot) -> People:
    accounts = {account.ref: account for account in _accounts(snapshot)}
    of_identity: dict[str, list[Account]] = {}
    of_login: dict[str, list[Account]] = {}
    for account in accounts.values():
        of_identity.setdefault(account.identity, []).append(account)
        of_login.setdefault(account.login.casefold(), []).append(account)
    managers: dict[AccountRef, list[AccountRef]] = {}
    owners: dict[GroupRef, list[AccountRef]] = {}
    annex = snapshot.annex.get("responsibles")
    for source, id_, relation, responsible_source, responsible in annex.rows() if annex else ():
        person = AccountRef(responsible_source, responsible)
        if person not in accounts:
            continue
        if relation == MANAGER:
            managers.setdefault(AccountRef(source, id_), []).append(person)
        elif relation == OWNER:
            owners.setdefault(GroupRef(source, id_), []).append(person)
    return People(
        accounts,
        {identity: tuple(own) for identity, own in of_identity.items()},
        {login: tuple(those) for login, those in of_login.items()},
        {ref: tuple(those) for ref, those in managers.items()},
        {ref: tuple(those) for ref, those in owners.items()},
    )


def _accounts(snapshot: Snapshot) -> Iterator[Account]:
    names = ("source", "id", "login", "display_name", "enabled", "identity")
    table = snapshot["accounts"]
    for source, id_, login, display_name, enabled, identity in zip(
        *(table[name] for name in names), strict=True
    ):
        yield Account(
            AccountRef(source, id_), login, display_name, enabled == "true",
            identity or f"{source}/{id_}",
        )  # fmt: skip
