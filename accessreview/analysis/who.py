"""Who holds something on an entity or anywhere below it: counted by classes, told page by page."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from accessreview.analysis.area import Area, entities_under, of_types
from accessreview.analysis.asked import Asked
from accessreview.analysis.deciding import Decided, Deciding
from accessreview.analysis.estate import Estate
from accessreview.analysis.evaluate import Evaluator, columns_at_once
from accessreview.analysis.pages import Paged
from accessreview.analysis.people import (
    enabled_flags,
    identity_name,
    identity_numbers,
)
from accessreview.analysis.persons import persons_who_hold
from accessreview.analysis.planes import Flags, flags
from accessreview.analysis.sets import Sets, distinct
from accessreview.analysis.vcenter import Entry
from accessreview.model.access import AccountRef, EntityRef, Permission
from accessreview.model.policy import Duty


@dataclass(frozen=True, slots=True)
class Holder:
    """One account that holds, or by which a person holds, what was asked for.

    ``privileges`` are those asked for that the account has where it is held, ``entities`` counts
    where that is, ``alone`` on how many of these it needs none of the person's other accounts.
    ``permissions`` are those that decide there and give such a privilege, sorted.
    """

    account: AccountRef
    identity: str
    enabled: bool
    privileges: tuple[str, ...]
    entities: int
    alone: int
    permissions: tuple[Permission, ...]


def who(  # noqa: PLR0913 - at most one of the three things to ask for
    estate: Estate,
    entity: EntityRef,
    *,
    subtree: bool = False,
    duty: Duty | None = None,
    privilege: str | None = None,
    role: str | None = None,
    disabled: bool = False,
) -> "Holders":
    """Whoever holds any access, or this duty, privilege or role, by identity and account.

    With ``subtree`` also whoever does so on any entity that has this one among its parents, by
    either line and at any distance. The global node is an entity like the others, above all of its
    vCenter. ``privilege`` is a pattern, ``role`` an id or a name: whoever the role decides for.

    Disabled accounts count for nothing; with ``disabled`` all accounts count as though they were
    enabled. A duty is held by a person with all accounts together; an account is then told when it
    has a part in that.

    Raises:
        NotFoundError: the snapshot has no such vCenter, entity or role; or several roles of the
            name.
    """
    vcenter, number = estate.entity(entity)
    asked = Asked.of(vcenter, duty, privilege, role)
    below = entities_under(vcenter, number) if subtree else np.array([number], dtype=np.int64)
    area = Area.of(vcenter, of_types(vcenter, below, duty.types if duty else ()))
    return Holders(estate, area, asked, None if disabled else enabled_flags(estate))


class Holders(Paged[Holder]):
    """The answer: its length is exact, its rows are made when they are looked at."""

    def __init__(self, estate: Estate, area: Area, asked: Asked, usable: Flags | None) -> None:
        self._estate, self._area, self._asked = estate, area, asked
        vcenter, memberships = area.vcenter, estate.memberships
        classes = memberships.classes.sets
        wanted = np.zeros(len(estate.principals), dtype=bool)
        wanted[vcenter.entries.principal] = True
        sets, set_of_class = distinct(classes.only(wanted))
        part = holding(area, sets, asked.roles(vcenter))[set_of_class][memberships.class_of]
        rows = np.flatnonzero(part if usable is None else part & usable)
        persons = identity_numbers(estate, rows)
        # rows are sorted by source and id, as canonical tables are: so are those of one person
        order = np.argsort(persons, kind="stable")
        self._rows, self._persons = rows[order], persons[order]
        self._parts = self._rows, self._persons
        if asked.adds_up:
            local = set_of_class[memberships.class_of[self._rows]]
            kept = persons_who_hold(area, asked, sets, local, self._persons)
            self._rows, self._persons = self._rows[kept], self._persons[kept]

    @override
    def __len__(self) -> int:
        return len(self._rows)

    @property
    def identities(self) -> int:
        """To how many persons and workloads the accounts belong."""
        changes = np.count_nonzero(self._persons[1:] != self._persons[:-1])
        return int(changes) + bool(len(self))

    @override
    def page(self, numbers: range) -> list[Holder]:
        writer = _Writer(self._estate, self._area, self._asked)
        return [writer.write(int(self._rows[number]), self._together(number)) for number in numbers]

    def _together(self, number: int) -> list[int]:
        """The accounts that can have a part in what this one's person holds."""
        if not self._asked.adds_up:
            return []
        rows, persons = self._parts
        person = self._persons[number]
        start, end = (int(np.searchsorted(persons, person, side=s)) for s in ("left", "right"))
        together: list[int] = rows[start:end].tolist()
        return together


def holding(area: Area, sets: Sets, roles: Flags) -> Flags:
    """For which sets of principals one of these roles decides anywhere in the area."""
    found = np.zeros(len(sets), dtype=bool)
    if not roles[area.vcenter.entries.role].any():
        return found
    evaluator = Evaluator(area.vcenter, roles[:, None])
    size = columns_at_once(area.vcenter, 1)
    for start in range(0, len(sets), size):
        end = min(start + size, len(sets))
        states = evaluator.states(sets.take(np.arange(start, end)))[area.sizes > 0, 0]
        found[start:end] = flags(np.bitwise_or.reduce(states, axis=0), end - start)
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What is the same for all accounts with equal principals."""

    privileges: tuple[str, ...]
    entities: int
    alone: int
    permissions: tuple[Permission, ...]


class _Writer:
    """Puts holders together, those with the same principals once."""

    def __init__(self, estate: Estate, area: Area, asked: Asked) -> None:
        self._estate, self._area, self._asked = estate, area, asked
        self._deciding = Deciding(area.vcenter)
        self._where: list[int] = np.flatnonzero(area.sizes).tolist()
        self._sizes: list[int] = area.sizes.tolist()
        self._parts = {
            role: asked.part_of(area.vcenter, role)
            for role in np.flatnonzero(asked.roles(area.vcenter)).tolist()
        }
        self._decided: dict[int, list[Decided]] = {}
        self._satisfied: dict[frozenset[int], bool] = {}
        self._told: dict[tuple[int, frozenset[int]], _Told] = {}

    def write(self, account: int, together: Iterable[int]) -> Holder:
        """One account, and those of the same person that may have a part in it."""
        own = self._mask(account)
        others = frozenset(map(self._mask, together)) - {own}
        told = self._told.get((own, others))
        if told is None:
            told = self._told[own, others] = self._tell(own, others)
        return Holder(
            account=self._estate.account_ref(account),
            identity=identity_name(self._estate, account),
            enabled=self._estate.snapshot["accounts"]["enabled"][account] == "true",
            privileges=told.privileges,
            entities=told.entities,
            alone=told.alone,
            permissions=told.permissions,
        )

    def _mask(self, account: int) -> int:
        return self._estate.memberships.principals_of(account) & self._area.vcenter.principals

    def _tell(self, own: int, others: Iterable[int]) -> _Told:
        mine, theirs = self._of(own), [self._of(mask) for mask in others]
        entities = alone = 0
        rows: dict[int, int] = {}
        known: dict[int, tuple[list[Entry], bool]] = {}
        for region in self._where:
            entries = mine[region]
            if id(entries) not in known:  # regions often share an answer
                giving = [entry for entry in entries if entry.role in self._parts]
                known[id(entries)] = giving, bool(giving) and self._satisfies(entries)
            giving, by_itself = known[id(entries)]
            if not giving:
                continue
            if by_itself or self._satisfies(e for each in (mine, *theirs) for e in each[region]):
                entities += self._sizes[region]
                alone += self._sizes[region] if by_itself else 0
                rows.update((entry.row, entry.role) for entry in giving)
        privileges = frozenset[str]().union(*(self._parts[role] for role in rows.values()))
        permissions = sorted(self._estate.permission(row) for row in rows)
        return _Told(tuple(sorted(privileges)), entities, alone, tuple(permissions))

    def _of(self, mask: int) -> list[Decided]:
        found = self._decided.get(mask)
        if found is None:
            found = self._decided[mask] = self._deciding.of(mask)
        return found

    def _satisfies(self, entries: Iterable[Entry]) -> bool:
        roles = frozenset(entry.role for entry in entries)
        found = self._satisfied.get(roles)
        if found is None:
            found = self._satisfied[roles] = self._asked.satisfied(self._area.vcenter, roles)
        return found
