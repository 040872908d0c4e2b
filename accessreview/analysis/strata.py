"""Where a sample looks harder: pairs of account and entity for each thing that could be misread.

Only what the tables say is looked at, not what is made of it: whether a permission decides, an
override holds or a path counts is what the sample is to find out.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.keys import Rows, bits
from accessreview.analysis.lots import Lots
from accessreview.analysis.membership import own_principals
from accessreview.analysis.people import enabled_flags
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.analysis.vcenter_names import with_any
from accessreview.model.agreement import Stratum

Drawn = tuple[int, int]
"""An account's row and an entity's number."""
_Placed = tuple[int, Entry]
"""A permission with the node that carries it."""

_TRIES = 16
_STEPS = 4
"""How deep below a permission an entity is looked for, as a rule."""
_DEEP = 16
_MACHINES = "VirtualMachine"
_RULING = frozenset({"Authorization.ModifyPermissions", "Authorization.ModifyRoles"})
"""Whoever holds one of these can take all the others."""


class Strata:
    """Candidates of one vCenter; ``people`` are the accounts that it can be asked about."""

    def __init__(self, estate: Estate, vcenter: Vcenter, people: Rows) -> None:
        self._estate = estate
        self._vcenter = vcenter
        self._people = people
        self._naming = cache(self._accounts_naming)
        self._above = cache(self._nodes_above)

    def draw(self, stratum: Stratum, lots: Lots, attempt: int) -> Drawn | None:  # noqa: PLR0911 - a table of strata
        """One pair for a stratum, the same for the same lots; None if this attempt found none."""
        match stratum:
            case Stratum.CORNER:
                corners = (self._mixed, self._twice_above, self._template)
                return corners[attempt % len(corners)](lots)
            case Stratum.OVERRIDE:
                entries = self._silent if attempt % 2 and self._silent else self._overriding
                return self._under(lots.of("entry").pick(entries), lots)
            case Stratum.POWERFUL:
                return self._near(self._powerful, lots)
            case Stratum.NESTED:
                return self._nested(lots)
            case Stratum.TWO_PATHS:
                return self._holder(self._forked, lots)
            case Stratum.ONE_PATH:
                return self._holder(self._machines, lots)
            case Stratum.SHARED_LIST:
                return self._holder(self._sharing, lots)
            case Stratum.DISABLED:
                return self._near(self._disabled, lots)
            case Stratum.ANYTHING:
                return _pair(lots.of("who").row(self._people), lots.of("where").pick(self._all))

    def _mixed(self, lots: Lots) -> Drawn | None:
        """An entry for the account itself on one way up, and one for its groups on the other."""
        for each in (lots.of(number) for number in range(_TRIES)):
            placed = each.of("entry").pick(self._direct)
            if placed is None:
                return None
            account = each.of("who").row(self._naming(placed[1].principal))
            entity = self._below(placed[0], each, _DEEP)
            parents = self._vcenter.inventory.parents[self._vcenter.inventory.node[entity]]
            if account is None or len(parents) == 1:
                continue
            one, other = (self._above(parent) for parent in parents)
            across = (other - one) if placed[0] in one else (one - other)
            if any(not entry.direct for entry in self._entries(across, account)):
                return account, entity
        return None

    def _twice_above(self, lots: Lots) -> Drawn | None:
        """Whoever has a global permission and another one on a root, anywhere below."""
        account = lots.of("who").row(self._twice)
        return _pair(account, self._below(GLOBAL, lots, _DEEP))

    def _template(self, lots: Lots) -> Drawn | None:
        """Whoever has a permission on the host of a machine without a pool, or above that host."""
        machine = lots.of("machine").pick(self._machines)
        if machine is None:
            return None
        inventory = self._vcenter.inventory
        nodes = {inventory.node[place] for place in inventory.placed_on.get(machine, ())}
        nodes = set[int]().union(*map(self._above, nodes)) - self._above(inventory.node[machine])
        entries = [entry for node in sorted(nodes) for entry in self._vcenter.at.get(node, ())]
        entry = lots.of("entry").pick(entries)
        account = lots.of("who").row(self._naming(entry.principal)) if entry else None
        return _pair(account, machine)

    def _under(self, placed: _Placed | None, lots: Lots) -> Drawn | None:
        """Somebody whom a permission names, and an entity at it or below."""
        if placed is None:
            return None
        account = lots.of("who").row(self._naming(placed[1].principal))
        return _pair(account, self._below(placed[0], lots, _STEPS))

    def _near(self, accounts: Rows, lots: Lots) -> Drawn | None:
        """One of these accounts, and an entity at a permission that it has or below."""
        account = lots.of("who").row(accounts)
        if account is None:
            return None
        principal = lots.of("principal").pick(tuple(bits(self._reached(account))))
        placed = lots.of("entry").pick(
            [one for one in self._placed if one[1].principal == principal]
        )
        return None if placed is None else (account, self._below(placed[0], lots, _STEPS))

    def _nested(self, lots: Lots) -> Drawn | None:
        """Whoever has a permission by a group in a group."""
        for each in (lots.of(number) for number in range(_TRIES)):
            account = each.of("account").row(self._reaching)
            if account is not None and self._is_nested(account):
                return self._near(np.array([account]), each)
        return None

    def _holder(self, entities: Sequence[int], lots: Lots) -> Drawn | None:
        """One of these entities, and somebody with a permission above it if one is soon found."""
        entity, account = lots.of("where").pick(entities), None
        if entity is None:
            return None
        nodes = self._above(self._vcenter.inventory.node[entity])
        for each in (lots.of(number) for number in range(_TRIES)):
            account = each.of("who").row(self._reaching)
            if account is not None and self._entries(nodes, account):
                break
        return _pair(account, entity)

    def _below(self, node: int, lots: Lots, depth: int) -> int:
        """The node itself or something under it; the global node is no entity to ask about."""
        entity = node
        for step in range(lots.of("depth").number(depth) + (node == GLOBAL)):
            entity = lots.of("below", step).pick(self._children.get(entity, ())) or entity
        return entity

    def _entries(self, nodes: Iterable[int], account: int) -> list[Entry]:
        """What names an account, or a group of it, on these nodes."""
        reached = self._reached(account)
        return [
            entry
            for node in nodes
            for entry in self._vcenter.at.get(node, ())
            if reached >> entry.principal & 1
        ]

    def _is_nested(self, account: int) -> bool:
        memberships = self._estate.memberships
        near = memberships.named.get(account, 0)
        for group in memberships.groups_of_account[account]:
            near |= self._of_group[group]
        return bool(self._reached(account) & ~near)

    def _reached(self, account: int) -> int:
        """The principals with a permission here that an account is, as a set of bits."""
        return self._estate.memberships.principals_of(account) & self._vcenter.principals

    def _accounts_naming(self, principal: int) -> Rows:
        return self._with_any((principal,))

    def _with_any(self, principals: Iterable[int]) -> Rows:
        """Those that are any of these principals."""
        return self._people[with_any(self._estate, principals)[self._people]]

    def _nodes_above(self, node: int) -> frozenset[int]:
        """A node and all from which it inherits."""
        found, waiting = set[int](), [node]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self._vcenter.inventory.parents[here] if here != GLOBAL else ())
        return frozenset(found)

    @cached_property
    def _placed(self) -> tuple[_Placed, ...]:
        return tuple((node, entry) for node, found in self._vcenter.at.items() for entry in found)

    @cached_property
    def _direct(self) -> tuple[_Placed, ...]:
        return tuple(one for one in self._placed if one[1].direct)

    @cached_property
    def _overriding(self) -> tuple[_Placed, ...]:
        """What stands below a root, where it can override something."""
        above = {GLOBAL, *self._children.get(GLOBAL, ())}
        return tuple(one for one in self._placed if one[0] not in above)

    @cached_property
    def _silent(self) -> tuple[_Placed, ...]:
        """Of those, what gives no privilege, such as No access."""
        return tuple(one for one in self._overriding if not self._vcenter.privileges[one[1].role])

    @cached_property
    def _reaching(self) -> Rows:
        return self._with_any(entry.principal for _, entry in self._placed)

    @cached_property
    def _disabled(self) -> Rows:
        return self._reaching[~enabled_flags(self._estate)[self._reaching]]

    @cached_property
    def _powerful(self) -> Rows:
        """Whoever may give permissions, or has half as many privileges as the largest role."""
        held = self._vcenter.privileges
        most = max((len(held[entry.role]) for _, entry in self._placed), default=0)
        return self._with_any(
            entry.principal
            for _, entry in self._placed
            if held[entry.role] & _RULING or 2 * len(held[entry.role]) >= most
        )

    @cached_property
    def _twice(self) -> Rows:
        """Whoever has a permission both on the global node and on a root."""
        at, roots = self._vcenter.at, self._children.get(GLOBAL, ())
        above = self._with_any(entry.principal for entry in at.get(GLOBAL, ()))
        return np.intersect1d(
            above, self._with_any(one.principal for root in roots for one in at.get(root, ()))
        )

    @cached_property
    def _of_group(self) -> Sequence[int]:
        count = len(self._estate.snapshot["groups"])
        return own_principals(count, self._estate.principals)

    @cached_property
    def _all(self) -> Sequence[int]:
        return range(1, len(self._vcenter.inventory.ids))

    @cached_property
    def _children(self) -> Mapping[int, Sequence[int]]:
        """What lies directly below each entity; the roots below the global node."""
        children: dict[int, list[int]] = {}
        for entity in self._all:
            for parent in self._vcenter.inventory.above[entity] or (GLOBAL,):
                children.setdefault(parent, []).append(entity)
        return children

    @cached_property
    def _forked(self) -> tuple[int, ...]:
        inventory = self._vcenter.inventory
        return tuple(one for one in self._all if len(inventory.parents[inventory.node[one]]) > 1)

    @cached_property
    def _machines(self) -> tuple[int, ...]:
        """Machines with one way up: templates, and what lies in a vApp alone."""
        inventory = self._vcenter.inventory
        return tuple(
            one
            for one in self._all
            if inventory.types[one] == _MACHINES and len(inventory.above[one]) == 1
        )

    @cached_property
    def _sharing(self) -> tuple[int, ...]:
        inventory = self._vcenter.inventory
        return tuple(one for one in self._all if inventory.node[one] != one)


def _pair(account: int | None, entity: int | None) -> Drawn | None:
    return None if account is None or entity is None else (account, entity)
