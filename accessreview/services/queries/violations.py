"""Violations as pages show them: the list with its counts, and each with the paths behind it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from accessreview.analysis.rules import judge
from accessreview.model.access import Grant
from accessreview.model.assessment import Violation, ViolationState
from accessreview.model.finding import Example, FindingKey, SubjectKind
from accessreview.model.policy import Rule, Ruleset, Severity
from accessreview.model.user import Authorization
from accessreview.services.authorization import Capability, require
from accessreview.services.ports import Database, UnitOfWork
from accessreview.services.queries.conditions import AccountCondition
from accessreview.services.queries.paging import Slice, page_from
from accessreview.services.queries.views import SnapshotView, SnapshotViews


@dataclass(frozen=True, slots=True)
class NamedViolation:
    violation: Violation
    title: str
    subject_name: str


@dataclass(frozen=True, slots=True)
class ViolationList:
    """``by_severity`` counts those of the state asked for; ``by_state`` counts all there are."""

    rows: Slice[NamedViolation]
    by_severity: Mapping[Severity, int]
    by_state: Mapping[ViolationState, int]


@dataclass(frozen=True, slots=True)
class Way:
    """One deciding grant in names: the person, the chain of memberships, the role and its place."""

    person: str
    chain: tuple[str, ...]
    role_name: str
    place: tuple[str, ...]
    is_group: bool
    propagates: bool
    why: str
    permission_id: str
    role_id: str


@dataclass(frozen=True, slots=True)
class HeldDuties:
    """The titles of duties that are held by exactly the same ways."""

    titles: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class ExplainedPlaces:
    """Places of a violation that come about alike, with every duty held there and how."""

    labels: tuple[str, ...]
    entity_ids: tuple[str, ...]
    person: str
    duties: tuple[HeldDuties, ...]


@dataclass(frozen=True, slots=True)
class ExplainedViolation:
    """``accounts`` are those of the person of which anything is remarkable; a vCenter has none."""

    named: NamedViolation
    rule: Rule | None
    places: tuple[ExplainedPlaces, ...]
    accounts: tuple[AccountCondition, ...]

    @property
    def shown(self) -> int:
        """How many places are explained, out of all that the violation counts."""
        return sum(len(one.labels) for one in self.places)


@dataclass(frozen=True, slots=True)
class ViolationQueries:
    database: Database
    views: SnapshotViews
    parse_ruleset: Callable[[str], Ruleset]

    def page(
        self,
        authorization: Authorization,
        *,
        severity: Severity | None,
        state: ViolationState | None,
        page: int,
    ) -> ViolationList:
        """One page of violations, worst first; None as a filter lets everything through."""
        require(authorization, Capability.SEE_FINDINGS)
        with self.database.reading() as unit:
            by_severity, by_state = Counter[Severity](), Counter[ViolationState]()
            for (one_state, one_severity), count in unit.violations.counts().items():
                by_state[one_state] += count
                if state in (None, one_state):
                    by_severity[one_severity] += count
            cut = page_from(
                lambda offset, limit: unit.violations.page(
                    state, severity, offset=offset, limit=limit
                ),
                by_severity.total() if severity is None else by_severity[severity],
                page,
            )
            ruleset = self._ruleset(unit)
            named = tuple(self._named(unit, one, ruleset) for one in cut.rows)
        return ViolationList(
            Slice(named, cut.total, cut.page, cut.pages),
            {one: by_severity[one] for one in Severity},
            {one: by_state[one] for one in ViolationState},
        )

    def explain(self, authorization: Authorization, key: FindingKey) -> ExplainedViolation:
        """A violation with the paths behind it, as of the last snapshot that showed it.

        Raises:
            NotFoundError: no such violation was ever recorded.
        """
        require(authorization, Capability.SEE_FINDINGS)
        with self.database.reading() as unit:
            violation = unit.violations.get(key)
            ruleset = self._ruleset(unit)
            named = self._named(unit, violation, ruleset)
            view = self.views.of(unit, violation.last_snapshot)
        is_person = key.subject_kind is SubjectKind.IDENTITY
        accounts = view.conditions.of(key.subject) if is_person else ()
        rule = _rule(ruleset, key.rule)
        if ruleset is None or rule is None:
            return ExplainedViolation(named, None, (), accounts)
        # Only this rule is asked again: the answer is the same, and much sooner there.
        judgement = judge(view.estate, replace(ruleset, rules=(rule,)), keep=3)
        finding = next((one for one in judgement.findings if one.key == key), None)
        examples = () if finding is None else judgement.examples(finding)
        return ExplainedViolation(named, rule, _places(view, ruleset, examples), accounts)

    def _ruleset(self, unit: UnitOfWork) -> Ruleset | None:
        latest = unit.assessments.latest()
        return None if latest is None else self.parse_ruleset(unit.rulesets.text(latest.ruleset))

    def _named(
        self, unit: UnitOfWork, violation: Violation, ruleset: Ruleset | None
    ) -> NamedViolation:
        view = self.views.of(unit, violation.last_snapshot)
        key = violation.key
        rule = _rule(ruleset, key.rule)
        name = (
            view.person(key.subject)
            if key.subject_kind is SubjectKind.IDENTITY
            else view.source_name(key.subject)
        )
        return NamedViolation(violation, key.rule if rule is None else rule.title, name)


def _rule(ruleset: Ruleset | None, rule_id: str) -> Rule | None:
    rules = () if ruleset is None else ruleset.rules
    return next((rule for rule in rules if rule.id == rule_id), None)


def _places(
    view: SnapshotView, ruleset: Ruleset, examples: Iterable[Example]
) -> tuple[ExplainedPlaces, ...]:
    alike: dict[tuple[str, tuple[HeldDuties, ...]], list[Example]] = {}
    for example in examples:
        held = view.person(example.identity), _duties(view, ruleset, example)
        alike.setdefault(held, []).append(example)
    return tuple(
        ExplainedPlaces(
            tuple(
                view.source_name(one.label) or " / ".join(view.place(one.place)) for one in examples
            ),
            tuple(one.place.id for one in examples),
            person,
            duties,
        )
        for (person, duties), examples in alike.items()
    )


def _duties(view: SnapshotView, ruleset: Ruleset, example: Example) -> tuple[HeldDuties, ...]:
    titles: dict[tuple[Way, ...], list[str]] = {}
    for duty, grants in example.grants.items():
        ways = tuple(_way(view, grant) for grant in grants if grant.decides)
        title = ruleset.duties[duty].title if duty in ruleset.duties else duty
        titles.setdefault(ways, []).append(title)
    return tuple(HeldDuties(tuple(named), ways) for ways, named in titles.items())


def _way(view: SnapshotView, grant: Grant) -> Way:
    key = grant.permission.key
    return Way(
        person=view.person_of(grant.account),
        chain=grant.via,
        role_name=grant.role_name,
        place=view.place(key.entity),
        is_group=key.is_group,
        propagates=grant.permission.propagates,
        why=grant.why,
        permission_id=f"{key.entity.vcenter}/{key.entity.id or '(global)'} {key.principal}",
        role_id=grant.permission.role,
    )
