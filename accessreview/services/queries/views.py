"""Snapshots as the pages look at them: who is called what, where a thing is, and the estate."""

from collections import OrderedDict
from functools import cached_property
from threading import Lock

from accessreview.analysis.estate import Estate, build_estate
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.snapshot import Snapshot
from accessreview.services.ports import UnitOfWork
from accessreview.services.queries.conditions import Conditions
from accessreview.services.queries.uses import Uses

_KEPT = 2
_GLOBAL = "global permissions, above everything"


class SnapshotView:
    """Names out of one snapshot, looked up once; the estate is built when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._sources = {source.id: source.name or source.id for source in snapshot.sources}
        self._people: dict[str, str] = {}
        self._identities: dict[AccountRef, str] = {}
        self._enabled = enabled_ones = set[str]()
        for source, id_, login, name, _mail, _kind, enabled, identity in snapshot[
            "accounts"
        ].rows():
            whose = identity or f"{source}/{id_}"
            self._identities[AccountRef(source, id_)] = whose
            # The first enabled account's name is the likeliest to be the person's today.
            if whose not in self._people or (enabled == "true" and whose not in enabled_ones):
                self._people[whose] = name or login or whose
            if enabled == "true":
                enabled_ones.add(whose)

    @cached_property
    def estate(self) -> Estate:
        return build_estate(self.snapshot)

    @cached_property
    def conditions(self) -> Conditions:
        return Conditions(self.snapshot)

    @cached_property
    def uses(self) -> Uses:
        return Uses(self.snapshot)

    @cached_property
    def _entities(self) -> dict[EntityRef, tuple[str, str]]:
        return {
            EntityRef(source, id_): (name, parent)
            for source, id_, _type, name, parent, _second, _acl in self.snapshot["entities"].rows()
        }

    def source_name(self, source: str) -> str:
        return self._sources.get(source, source)

    def person(self, identity: str) -> str:
        """The display name of an identity, or the identity itself when no account tells."""
        return self._people.get(identity, identity)

    def knows(self, identity: str) -> bool:
        return identity in self._people

    def is_present(self, identity: str) -> bool:
        """Whether somebody with an enabled account stands behind the identity."""
        return identity in self._enabled

    def person_of(self, account: AccountRef) -> str:
        return self.person(self._identities.get(account, f"{account.source}/{account.id}"))

    def place(self, entity: EntityRef) -> tuple[str, ...]:
        """The names from the vCenter down to the entity, by its first line of parents."""
        if not entity.id:
            return (self.source_name(entity.vcenter), _GLOBAL)
        names: list[str] = []
        current, left = entity, len(self._entities)
        while current in self._entities and left:
            name, parent = self._entities[current]
            names.append(name or current.id)
            current, left = EntityRef(entity.vcenter, parent), left - 1
        return (self.source_name(entity.vcenter), *reversed(names or [entity.id]))


class SnapshotViews:
    """The views last asked for, by digest; shared by all threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._views: OrderedDict[str, SnapshotView] = OrderedDict()

    def of(self, unit: UnitOfWork, digest: str) -> SnapshotView:
        with self._lock:
            view = self._views.get(digest)
            if view is None:
                view = SnapshotView(unit.snapshots.get(digest))
                self._views[digest] = view
            self._views.move_to_end(digest)
            while len(self._views) > _KEPT:
                self._views.popitem(last=False)
            return view
