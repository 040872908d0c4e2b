"""What is asked: review items from the permissions that people hold and the findings about them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accessreview.model.access import AccountRef, GroupRef, Permission, PermissionKey
from accessreview.model.duties import counts_on
from accessreview.model.finding import Finding, SubjectKind
from accessreview.model.policy import ConflictRule, Ruleset
from accessreview.model.review import CampaignScope, Chain, ReviewedAccess, ReviewItem
from accessreview.review.duties import RoleDuties, RoleKey
from accessreview.review.routing import Question, Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPermission:
    """A permission that matches accounts of an identity, disabled ones included.

    ``privileges`` are the role's. ``objects`` is the number of entities where it decides for the
    identity; ``counts`` is false when only disabled accounts reach it. ``groups`` lead there, the
    one that the permission names first.
    """

    subject: str
    permission: Permission
    role_name: str
    privileges: tuple[str, ...]
    objects: int
    chains: tuple[Chain, ...]
    groups: tuple[GroupRef, ...]

    @property
    def role(self) -> RoleKey:
        return (self.permission.key.entity.vcenter, self.permission.role)

    @property
    def counts(self) -> bool:
        return self.objects > 0 and any(chain.enabled for chain in self.chains)

    @property
    def restricts(self) -> bool:
        """Whether its role has no privileges (No access), so that taking it away gives access."""
        return not self.privileges


Concern = Mapping[tuple[str, PermissionKey], tuple[str, ...]]
"""By subject and permission: the keys of the findings that the permission contributes to."""


def concerns(
    held: Sequence[HeldPermission], findings: Iterable[Finding], ruleset: Ruleset
) -> Concern:
    """Which held permissions stand behind which findings.

    Behind a finding about an identity stands each of its permissions that decides somewhere and
    has a privilege of one of the rule's duties; behind a finding about a vCenter, the same of every
    identity whose permissions in that vCenter amount to the duty.
    """
    rules = {rule.id: rule for rule in ruleset.rules}
    roles = RoleDuties(ruleset.duties)
    of_subject: dict[str, list[HeldPermission]] = {}
    for each in held:
        if each.counts:
            of_subject.setdefault(each.subject, []).append(each)
    found: dict[tuple[str, PermissionKey], list[str]] = {}
    for finding in findings:
        rule = rules[finding.key.rule]
        duties = frozenset(rule.duties if isinstance(rule, ConflictRule) else (rule.duty,))
        for each in _behind(finding, of_subject, duties, roles):
            key = (each.subject, each.permission.key)
            found.setdefault(key, []).append(finding.key.text())
    return {key: tuple(sorted(keys)) for key, keys in found.items()}


def _behind(
    finding: Finding,
    of_subject: Mapping[str, Sequence[HeldPermission]],
    duties: frozenset[str],
    roles: RoleDuties,
) -> Iterator[HeldPermission]:
    if finding.key.subject_kind is SubjectKind.IDENTITY:
        candidates: Iterable[HeldPermission] = of_subject.get(finding.key.subject, ())
    else:
        candidates = _holders(finding.key.subject, of_subject, duties, roles)
    for each in candidates:
        if duties & roles.touched(each.role, each.privileges):
            yield each


def _holders(
    vcenter: str,
    of_subject: Mapping[str, Sequence[HeldPermission]],
    duties: frozenset[str],
    roles: RoleDuties,
) -> Iterator[HeldPermission]:
    for held in of_subject.values():
        here = [each for each in held if each.permission.key.entity.vcenter == vcenter]
        if duties & roles.given({each.role: each.privileges for each in here}):
            yield from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoping:
    """How items of one campaign are made."""

    campaign: str
    scope: CampaignScope
    new_id: Callable[[], str]
    routing: Routing
    ruleset: Ruleset

    def items(self, held: Iterable[HeldPermission], concern: Concern) -> tuple[ReviewItem, ...]:
        """One item a permission and identity, by subject and permission.

        Nothing is asked about what only restricts: there is no access in it to keep or revoke.

        Raises:
            ConflictError: nobody but the subject could be asked about one of them.
        """
        roles = RoleDuties(self.ruleset.duties)
        return tuple(
            self._item(each, concern.get((each.subject, each.permission.key), ()), roles)
            for each in sorted(held, key=lambda each: (each.subject, each.permission))
            if not each.restricts
            and (self.scope is CampaignScope.ALL or (each.subject, each.permission.key) in concern)
        )

    def _item(
        self, held: HeldPermission, findings: tuple[str, ...], roles: RoleDuties
    ) -> ReviewItem:
        accounts = _accounts(held)
        places, entity = self.routing.places, held.permission.key.entity
        route = self.routing.route(
            Question(
                subject=held.subject,
                accounts=accounts,
                permission=held.permission.key,
                groups=held.groups,
            )
        )
        return ReviewItem(
            id=self.new_id(),
            campaign=self.campaign,
            subject=held.subject,
            subject_name=self.routing.people.name(held.subject),
            accounts=accounts,
            access=ReviewedAccess(
                permission=held.permission,
                role_name=held.role_name,
                entity_type=places.type(entity),
                place=places.path(entity),
                privileges=held.privileges,
                duties=self._duties(held, roles),
                objects=held.objects,
                chains=held.chains,
                findings=findings,
            ),
            reviewer=route.reviewer,
            reviewer_name=route.name,
            routing=route.reason,
            routing_detail=route.detail,
        )

    def _duties(self, held: HeldPermission, roles: RoleDuties) -> tuple[str, ...]:
        type_ = self.routing.places.type(held.permission.key.entity)
        given = roles.given({held.role: held.privileges})
        return tuple(
            duty.title
            for id_, duty in self.ruleset.duties.items()
            if id_ in given and (held.permission.propagates or counts_on(duty, type_))
        )


def _accounts(held: HeldPermission) -> tuple[AccountRef, ...]:
    return tuple(dict.fromkeys(chain.account for chain in held.chains))
