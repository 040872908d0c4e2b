"""What a later snapshot shows of revoked items: asked of the analysis, for their settlement."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.analysis.concerned import annex
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.holdings import Holding, Holdings
from accessreview.model.access import AccountRef, EntityRef, Permission, PermissionKey
from accessreview.model.columns import Table
from accessreview.model.review import Outcome, ReviewItem
from accessreview.model.snapshot import Fact, Snapshot, Source
from accessreview.review.changes import is_signed
from accessreview.review.consequences import folded
from accessreview.review.people import People, people_of
from accessreview.review.places import Places, places_of
from accessreview.review.settlement import LaterView, OtherGrant, unread
from accessreview.services.unnamed import unnamed
from accessreview.snapshot.tables import fields, rows_with


@dataclass(frozen=True, slots=True)
class Later:
    """A snapshot ready to be asked about items reviewed in an earlier one."""

    snapshot: Snapshot
    estate: Estate
    people: People
    places: Places
    everyone: Holdings
    privileges: Mapping[tuple[str, str], frozenset[str]]
    unnamed: frozenset[PermissionKey]
    stands_globally: frozenset[tuple[str, str, bool, str]]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Later":
        estate = build_estate(snapshot)
        privileges: dict[tuple[str, str], set[str]] = {}
        for source, role, privilege in snapshot["role_privileges"].rows():
            privileges.setdefault((source, role), set()).add(privilege)
        return cls(
            snapshot,
            estate,
            people_of(snapshot),
            places_of(snapshot),
            Holdings(estate),
            {role: frozenset(held) for role, held in privileges.items()},
            unnamed(estate),
            frozenset(
                (vcenter, principal.casefold(), is_group == "true", role)
                for vcenter, _, principal, is_group, role, _ in _of(snapshot["permissions"], "")
            ),
        )

    def view(
        self,
        item: ReviewItem,
        items: Iterable[ReviewItem],
        reviewed: Iterable[Source],
        at: datetime,
    ) -> LaterView:
        """What is to be seen of ``item``; ``items`` are all of its campaign, for what was kept."""
        decided_at = at if item.decision is None else item.decision.at
        kept = {
            folded(other.access.permission.key)
            for other in items
            if other.subject == item.subject and is_signed(other, Outcome.KEEP)
        }
        accounts = self._accounts(item)
        return LaterView(
            snapshot=self.snapshot.digest,
            at=at,
            unread=(
                *unread(reviewed, self.snapshot.sources, decided_at),
                *self._unnamed(item.access.permission.key),
                *self._unseen(item),
            ),
            chains=tuple(self._chains(item, accounts)),
            others=tuple(self._others(item, accounts, kept)),
        )

    def _unnamed(self, key: PermissionKey) -> Iterator[str]:
        if folded(key) in self.unnamed:
            yield (
                f"{key.principal} still has a permission on {self.places.path(key.entity)}, but no "
                "directory that was read knows the name any more: whom it names is not known. "
                "Remove the permission, or name the domain in the settings of its directory."
            )

    def is_seen(self, entity: EntityRef) -> bool:
        """Whether its permissions could be seen: on the global node only if it was read as such."""
        return entity in self.places.entities if entity.id else self._tells_global(entity.vcenter)

    def _tells_global(self, vcenter: str) -> bool:
        # Every vCenter has some: without any they were not read, whatever the source is.
        told = _of(annex(self.snapshot, "facts"), "")
        return any(vcenter == row[0] for row in self.stands_globally) or any(
            row[0] == vcenter and row[2] == Fact.GLOBAL_PERMISSIONS.value for row in told
        )

    def is_global_now(self, key: PermissionKey, role: str) -> bool:
        """Whether an entry of a root folder turned out to mirror a global permission."""
        at_root = key.entity in self.places.roots(key.entity.vcenter)
        now = (key.entity.vcenter, key.principal.casefold(), key.is_group, role)
        return at_root and now in self.stands_globally

    def _unseen(self, item: ReviewItem) -> Iterator[str]:
        # "No access" for the collecting account hides an entity, and no answer says so.
        entity = item.access.permission.key.entity
        if entity.vcenter not in self.places.vcenters or self.is_seen(entity):
            return
        if not entity.id:
            yield (
                f"The global permissions of {self.places.vcenters[entity.vcenter]} were not read "
                "as such: whether one is gone is not known."
            )
        else:
            yield (
                f"{item.access.place} is not among what was read of "
                f"{self.places.vcenters[entity.vcenter]}: it was deleted, or is hidden from the "
                "account that collects, permissions included."
            )

    def _accounts(self, item: ReviewItem) -> tuple[AccountRef, ...]:
        """The subject's accounts now, and those it had if they are still there."""
        now = (account.ref for account in self.people.of_identity.get(item.subject, ()))
        then = (account for account in item.accounts if account in self.people.accounts)
        return tuple(sorted({*now, *then}))

    def _chains(
        self, item: ReviewItem, accounts: Iterable[AccountRef]
    ) -> Iterator[tuple[str, ...]]:
        revoked, own = item.access.permission, frozenset(accounts)
        wanted = {folded(revoked.key)}
        if self.is_global_now(revoked.key, revoked.role):
            above = EntityRef(revoked.key.entity.vcenter, "")
            wanted.add(folded(replace(revoked.key, entity=above)))
        for holding in self._holdings(own):
            if folded(holding.permission.key) in wanted:
                yield from (each.via for each in holding.held_by if each.account in own)

    def _holdings(self, accounts: Iterable[AccountRef]) -> Iterator[Holding]:
        for identity in sorted({self.people.identity(account) for account in accounts}):
            yield from self.everyone.of(identity)

    def _others(
        self, item: ReviewItem, accounts: Iterable[AccountRef], kept: set[PermissionKey]
    ) -> Iterator[OtherGrant]:
        revoked = folded(item.access.permission.key)
        for account in accounts:
            if not self.people.accounts[account].enabled:
                continue
            for entity in self._entities(item.access.permission.key.entity):
                for grant in explain(self.estate, account, entity):
                    key = grant.permission.key
                    if grant.decides and folded(key) not in kept and folded(key) != revoked:
                        yield self._other(grant.permission, grant.role_name, grant.via)
        if item.access.permission.propagates:
            yield from self._others_below(item.access.permission.key.entity, accounts, kept)

    def _others_below(
        self, above: EntityRef, accounts: Iterable[AccountRef], kept: set[PermissionKey]
    ) -> Iterator[OtherGrant]:
        """What decides by a permission below: one that propagates gave access there, too."""
        own, top = frozenset(accounts), {above, *self._entities(above)}
        for holding in self._holdings(own):
            key = holding.permission.key
            if folded(key) in kept or key.entity in top:
                continue
            if top.isdisjoint(self.places.lineage(key.entity)):
                continue
            for each in holding.held_by:
                if each.account in own and each.enabled and each.objects:
                    yield self._other(holding.permission, holding.role_name, each.via)

    def _other(self, permission: Permission, role_name: str, via: tuple[str, ...]) -> OtherGrant:
        entity = permission.key.entity
        return OtherGrant(
            permission=permission.key,
            role_name=role_name,
            place=self.places.path(entity),
            via=via,
            privileges=self.privileges.get((entity.vcenter, permission.role), frozenset()),
        )

    def _entities(self, entity: EntityRef) -> tuple[EntityRef, ...]:
        """Where to look: the entity if it still exists; for the global node every root."""
        if not entity.id:
            return self.places.roots(entity.vcenter)
        return (entity,) if entity in self.places.entities else ()


def _of(table: Table, entity: str) -> Iterator[tuple[str, ...]]:
    return fields(table, rows_with(table["entity"], {entity}))
