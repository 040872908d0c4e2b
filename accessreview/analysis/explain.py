"""Why an account can do what it can on an entity, and which grants lost to what."""

from functools import cached_property
from itertools import islice

from accessreview.analysis.chains import Alternatives, Chains
from accessreview.analysis.climb import Fate, Verdict, climb, lines_of
from accessreview.analysis.estate import Estate
from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.model.access import AccountRef, EntityRef, Grant, InheritancePath

_NAMED = 3
_KINDS = {
    "Folder": "folder",
    "ResourcePool": "resource pool",
    "VirtualApp": "vApp",
    "ClusterComputeResource": "cluster",
}


def explain(estate: Estate, account: AccountRef, entity: EntityRef) -> tuple[Grant, ...]:
    """Every grant with a privilege that names the account or its groups above the entity.

    Deciding grants first, then the line of ``parent`` before that of ``second_parent``, then
    nearest first. A permission that both lines meet is told for each, because it may decide on one
    and lose on the other.

    Raises:
        NotFoundError: the snapshot has no such account, vCenter or entity.
    """
    return Explainer(estate).explain(account, entity)


class Explainer:
    """Answers many questions about one estate; keeps the ways between groups it has found."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.chains = Chains(estate)

    def explain(self, account: AccountRef, entity: EntityRef) -> tuple[Grant, ...]:
        """As ``explain`` does."""
        vcenter, number = self._estate.entity(entity)
        row = self._estate.account(account)
        mask = self._estate.memberships.principals_of(row)
        return tuple(
            self.tell(row, vcenter, number, fate)
            for fate in climb(vcenter, mask, number)
            if vcenter.privileges[fate.entry.role]
        )

    def alternatives(self, grant: Grant, limit: int) -> Alternatives:
        """The first ``limit`` chains by which a grant's account is its principal, best first."""
        key = grant.permission.key
        principal = self._principals[key.principal.casefold(), key.is_group]
        return self.chains.alternatives(
            self._estate.account(grant.account), principal, key.principal, limit
        )

    @cached_property
    def _principals(self) -> dict[tuple[str, bool], int]:
        principals = self._estate.principals
        named = zip(principals.names, principals.is_group, strict=True)
        return {pair: number for number, pair in enumerate(named)}

    def tell(self, account: int, vcenter: Vcenter, entity: int, fate: Fate) -> Grant:
        """Put one fate into words, for an entry that names the account or a group of it."""
        permission = self._estate.permission(fate.entry.row)
        chain = self.chains.best(account, fate.entry.principal, permission.key.principal)
        return Grant(
            account=self._estate.account_ref(account),
            via=chain.via,
            groups=chain.groups,
            permission=permission,
            role_name=vcenter.role_names[fate.entry.role],
            path=fate.path,
            decides=fate.decides,
            why=self.why(vcenter, entity, fate),
        )

    def why(self, vcenter: Vcenter, entity: int, fate: Fate) -> str:
        """The reason of a fate as one or two sentences, the same for whatever account."""
        if fate.decides:
            return self._why_it_decides(vcenter, entity, fate) + self._together(vcenter, fate)
        here = self._has(vcenter, fate.entry) + self._on(vcenter, fate.entry)
        if fate.beaten_by is None:
            return (
                f"{here} without propagation, so it neither reaches "
                f"{vcenter.inventory.label(entity)} nor stops what comes from above."
            )
        winner = self._entry(vcenter, fate.beaten_by)
        if fate.verdict is Verdict.REPLACED:
            return (
                f"{here}, but there {winner} names the account itself "
                "and replaces the entries for its groups."
            )
        return (
            f"{here} with propagation, but {self._way_up(vcenter, entity, fate.path)} "
            f"{winner} {_on_place(vcenter, fate.beaten_on)} is nearer and decides."
        )

    def _why_it_decides(self, vcenter: Vcenter, entity: int, fate: Fate) -> str:
        inventory = vcenter.inventory
        has, asked = self._has(vcenter, fate.entry), inventory.label(entity)
        if fate.node != inventory.node[entity]:
            return (
                f"{has}{self._on(vcenter, fate.entry)} with propagation, and "
                f"{self._way_up(vcenter, entity, fate.path)} "
                "no nearer entry for the account or its groups applies."
            )
        set_on = self._set_on(vcenter, fate.entry)
        if set_on != entity:
            return (
                f"{has}on {inventory.label(set_on)}, which shares its permissions with {asked}, "
                f"so it counts as if it were set on {asked} itself, whether it propagates or not."
            )
        if entity == GLOBAL:
            return f"{has}in {asked}, above which there is nothing."
        return f"{has}on {asked} itself, where an entry decides before any above it."

    def _has(self, vcenter: Vcenter, entry: Entry) -> str:
        return f"{self._who(entry, 'The')} has the role “{vcenter.role_names[entry.role]}” "

    def _together(self, vcenter: Vcenter, fate: Fate) -> str:
        others = (entry for entry in fate.together if entry is not fate.entry)
        named = [self._entry(vcenter, entry) for entry in islice(others, _NAMED)]
        if not named:
            return ""
        if (more := len(fate.together) - 1 - len(named)) > 0:
            named.append(f"{more} more")
        return f" What it gives adds up with {' and '.join(named)} on the same object."

    def _way_up(self, vcenter: Vcenter, entity: int, path: InheritancePath) -> str:
        inventory = vcenter.inventory
        way = f"on the way up from {inventory.label(entity)}"
        trunk, lines = lines_of(inventory, inventory.node[entity])
        if len(lines) == 1:
            return way
        fork = trunk[-1]
        parent = inventory.above[fork][path is InheritancePath.SECOND_PARENT]
        kind = _KINDS.get(inventory.types[parent], "parent")
        if fork == entity:
            return f"{way} by its {kind} {inventory.label(parent)}"
        return f"{way} by {inventory.label(parent)}, the {kind} of {inventory.label(fork)},"

    def _entry(self, vcenter: Vcenter, entry: Entry) -> str:
        nothing = "" if vcenter.privileges[entry.role] else ", which gives no privilege,"
        role = vcenter.role_names[entry.role]
        return f"the entry for {self._who(entry, 'the')} with the role “{role}”{nothing}"

    def _who(self, entry: Entry, the: str) -> str:
        kind = "user" if entry.direct else "group"
        return f"{the} {kind} {self._estate.snapshot['permissions']['principal'][entry.row]}"

    def _set_on(self, vcenter: Vcenter, entry: Entry) -> int:
        """The entity whose list the entry was read from, which another may carry for it."""
        return vcenter.inventory.number[self._estate.snapshot["permissions"]["entity"][entry.row]]

    def _on(self, vcenter: Vcenter, entry: Entry) -> str:
        entity = self._set_on(vcenter, entry)
        node = vcenter.inventory.node[entity]
        if node == entity:
            return _on_place(vcenter, entity)
        carrier = vcenter.inventory.label(node)
        return f"{_on_place(vcenter, entity)}, which shares its permissions with {carrier},"


def _on_place(vcenter: Vcenter, entity: int) -> str:
    return f"{'in' if entity == GLOBAL else 'on'} {vcenter.inventory.label(entity)}"
