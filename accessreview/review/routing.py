"""Who is asked: the reviewer of an item, and the reason that led to them.

Order: explicit mapping, owner of the group, manager, fallback. The subject is never asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accessreview.model.access import AccountRef, EntityRef, GroupRef, PermissionKey
from accessreview.model.errors import ConflictError
from accessreview.model.review import RoutingReason
from accessreview.review.people import People
from accessreview.review.places import Places

HIGHEST_CLIMB = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerMapping:
    """An explicit choice: ``reviewer`` answers for what all of the other fields match.

    ``reviewer`` is an identity or a login. ``entity`` matches everything below it, too, and needs
    ``vcenter``; ``principal`` is compared without case. ``account`` is a login, without case, or
    the identity of whoever has the access. An empty field matches anything.
    """

    reviewer: str
    principal: str = ""
    vcenter: str = ""
    entity: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reviewer is sought for.

    ``groups`` are those that lead to the permission, the one it names first, then towards the
    subject's accounts.
    """

    subject: str
    accounts: tuple[AccountRef, ...]
    permission: PermissionKey
    groups: tuple[GroupRef, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The reviewer found; ``detail`` completes "asked because"."""

    reviewer: str
    name: str
    reason: RoutingReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Everything by which reviewers are found in one snapshot.

    ``fallbacks`` are identities, tried in order. A reviewer found by group or manager must have an
    enabled account; one named explicitly need not be in any directory.
    """

    people: People
    places: Places
    mapping: Sequence[ReviewerMapping]
    fallbacks: tuple[str, ...]
    group_names: dict[GroupRef, str]

    def route(self, question: Question) -> Route:
        """Find the reviewer.

        Raises:
            ConflictError: everybody who could be asked is the subject.
        """
        for finder in (self._mapped, self._owners, self._managers, self._fallback):
            for route in finder(question):
                if route.reviewer and not self._is_subject(route.reviewer, question):
                    return route
        name = self.people.name(question.subject)
        raise ConflictError(
            f"Nobody but {name} could be asked about the access of {name} on "
            f"{self.places.path(question.permission.entity)}: choose another fallback reviewer, or "
            "map a reviewer to it."
        )

    def _is_subject(self, reviewer: str, question: Question) -> bool:
        return reviewer == question.subject or reviewer in {
            f"{account.source}/{account.id}" for account in question.accounts
        }

    def _mapped(self, question: Question) -> Iterator[Route]:
        distance = {
            entity: steps
            for steps, entity in enumerate(self.places.lineage(question.permission.entity))
        }
        whose = {question.subject, *(self._login(one) for one in question.accounts)}
        ranked = sorted(
            (rank, position)
            for position, mapping in enumerate(self.mapping)
            if not mapping.account or not whose.isdisjoint(_either_case(mapping.account))
            if (rank := _rank(mapping, question.permission, distance)) is not None
        )
        for _, position in ranked:
            mapping = self.mapping[position]
            identity = self._identity(mapping.reviewer)
            yield self._to(identity, RoutingReason.MAPPING, f"mapped to {_scope(mapping)}")

    def _login(self, account: AccountRef) -> str:
        return self.people.login(account).casefold()

    def _identity(self, named: str) -> str:
        if named in self.people.of_identity:
            return named
        found = {account.identity for account in self.people.of_login.get(named.casefold(), ())}
        # An ambiguous login is nobody's; kept verbatim it still names whom the mapping meant.
        return found.pop() if len(found) == 1 else named

    def _owners(self, question: Question) -> Iterator[Route]:
        for group in question.groups:
            owners = self.people.owners.get(group, ())
            identities = tuple(dict.fromkeys(map(self.people.identity, owners)))
            for identity in filter(self.people.is_present, identities):
                name = self.group_names.get(group, group.id)
                others = self._others([one for one in identities if one != identity])
                detail = f"owner of the group {name}{others}"
                yield self._to(identity, RoutingReason.GROUP_OWNER, detail)

    def _others(self, owners: Sequence[str]) -> str:
        """Whom one could turn to as well; nobody but the reviewer is asked."""
        names = [
            self.people.name(one)
            + ("" if self.people.is_present(one) else " (without an enabled account)")
            for one in owners
        ]
        return f"; it is also owned by {', '.join(names)}" if names else ""

    def _managers(self, question: Question) -> Iterator[Route]:
        level, seen = [question.subject], {question.subject}
        for height in range(HIGHEST_CLIMB):
            above: list[str] = []
            for identity in level:
                for manager in self._managers_of(identity, question):
                    if manager not in seen:
                        seen.add(manager)
                        above.append(manager)
            for manager in above:
                if self.people.is_present(manager):
                    detail = f"{'manager' if not height else 'next manager above'} of " + (
                        self.people.name(question.subject)
                    )
                    yield self._to(manager, RoutingReason.MANAGER, detail)
            level = above

    def _managers_of(self, identity: str, question: Question) -> Iterator[str]:
        own = {account.ref for account in self.people.of_identity.get(identity, ())}
        if identity == question.subject:
            own |= set(question.accounts)
        # The accounts of the item first: who answers for the very account knows best.
        for account in sorted(own, key=lambda ref: (ref not in question.accounts, ref)):
            for manager in self.people.managers.get(account, ()):
                yield self.people.identity(manager)

    def _fallback(self, _question: Question) -> Iterator[Route]:
        for identity in self.fallbacks:
            yield self._to(
                identity, RoutingReason.FALLBACK, "fallback reviewer: nobody else was found"
            )

    def _to(self, identity: str, reason: RoutingReason, detail: str) -> Route:
        return Route(identity, self.people.name(identity), reason, detail)


def _rank(
    mapping: ReviewerMapping, permission: PermissionKey, distance: dict[EntityRef, int]
) -> tuple[bool, bool, int, bool] | None:
    """How specific a mapping is, most specific lowest; None when it does not match."""
    if mapping.principal and mapping.principal.casefold() != permission.principal.casefold():
        return None
    if mapping.vcenter and mapping.vcenter != permission.entity.vcenter:
        return None
    steps = len(distance)
    if mapping.entity:
        found = distance.get(EntityRef(permission.entity.vcenter, mapping.entity))
        if found is None or not mapping.vcenter:
            return None
        steps = found
    return (not mapping.account, not mapping.principal, steps, not mapping.vcenter)


def _either_case(account: str) -> tuple[str, str]:
    """As an identity, and as logins are compared."""
    return account, account.casefold()


def _scope(mapping: ReviewerMapping) -> str:
    parts = [
        mapping.account and f"access of {mapping.account}",
        mapping.principal and f"permissions of {mapping.principal}",
        mapping.entity and f"everything on or below {mapping.entity}",
        mapping.vcenter and f"vCenter {mapping.vcenter}",
    ]
    return ", ".join(part for part in parts if part) or "everything"
