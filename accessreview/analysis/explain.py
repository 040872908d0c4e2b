"""Why an account can do what it can on an entity, and which grants lost to what."""

from accessreview.analysis.chains import AccountChains
from accessreview.analysis.climb import Fate, Verdict, climb
from accessreview.analysis.estate import Estate
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.model.access import AccountRef, EntityRef, Grant


def explain(estate: Estate, account: AccountRef, entity: EntityRef) -> tuple[Grant, ...]:
    """Every grant with a privilege that names the account or its groups above the entity.

    Deciding grants first, then the line of ``parent`` before that of ``second_parent``, then
    nearest first. A permission that both lines meet is told for each, because it may decide on one
    and lose on the other.

    Raises:
        NotFoundError: the snapshot has no such account, vCenter or entity.
    """
    vcenter, number = estate.entity(entity)
    row = estate.account(account)
    grants = AccountGrants(estate, row)
    return tuple(
        grants.tell(vcenter, number, fate)
        for fate in climb(vcenter, estate.memberships.principals_of(row), number)
        if vcenter.privileges[fate.entry.role]
    )


class AccountGrants:
    """The grants of one account, each with a chain that leads to it and the reason of its fate."""

    def __init__(self, estate: Estate, account: int) -> None:
        self._estate = estate
        self._ref = estate.account_ref(account)
        self._chains = AccountChains(estate, account)

    def tell(self, vcenter: Vcenter, entity: int, fate: Fate) -> Grant:
        """Put one fate into words, for an entry that names the account or a group of it."""
        permission = self._estate.permission(fate.entry.row)
        chain = self._chains.to(fate.entry.principal, permission.key.principal)
        return Grant(
            account=self._ref,
            via=chain.via,
            groups=chain.groups,
            permission=permission,
            role_name=vcenter.role_names[fate.entry.role],
            path=fate.path,
            decides=fate.decides,
            why=self._why(vcenter, entity, fate),
        )

    def _why(self, vcenter: Vcenter, entity: int, fate: Fate) -> str:
        inventory = vcenter.inventory
        place = inventory.label(fate.node)
        if fate.verdict is Verdict.STAYS_ABOVE:
            return f"It is set on {place} and does not propagate to what lies below."
        if fate.beaten_by is not None:
            winner = self._named(vcenter, fate.beaten_by)
            if fate.verdict is Verdict.REPLACED:
                return (
                    f"On {place} the entry {winner} names the account itself, "
                    "which replaces the entries for its groups there."
                )
            return f"The entry {winner} on {inventory.label(fate.beaten_on)} is nearer and decides."
        if fate.node != inventory.node[entity]:
            return (
                f"It propagates from {place}, and no nearer entry names the account or its groups."
            )
        if fate.node != entity:
            return f"It is set on {place}, whose permissions {inventory.label(entity)} shares."
        return f"It is set on {place} itself, where an entry decides before any above it."

    def _named(self, vcenter: Vcenter, entry: Entry) -> str:
        principal = self._estate.permission(entry.row).key.principal
        nothing = "" if vcenter.privileges[entry.role] else ", which gives no privilege,"
        return f"of {principal} as {vcenter.role_names[entry.role]}{nothing}"
