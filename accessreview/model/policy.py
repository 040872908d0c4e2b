"""Duties and rules, as ``spec/ruleset.md`` has them; a ruleset is data, its digest its identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst; sort ascending to put the worst first."""
        return list(Severity).index(self)


class Scope(StrEnum):
    """Within what the duties of a conflict must meet."""

    OBJECT = "object"
    PLACEMENT = "placement"
    DATACENTER = "datacenter"
    VCENTER = "vcenter"
    ANYWHERE = "anywhere"


class RuleKind(StrEnum):
    CONFLICT = "conflict"
    REACH = "reach"
    SPRAWL = "sprawl"


@dataclass(frozen=True, slots=True)
class Duty:
    """A named set of privileges that amounts to a responsibility.

    Held on an entity whose type is in ``types`` (empty: any type) when at least ``at_least``
    different held privileges match a pattern of ``any_of`` (if there are any) and every pattern of
    ``all_of`` matches at least one. Patterns are shell-style with ``*``, matched with case.
    """

    id: str
    title: str
    types: frozenset[str] = frozenset()
    any_of: tuple[str, ...] = ()
    at_least: int = 1
    all_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRule:
    """Violated by one identity holding ``threshold`` of the duties in one place of the scope."""

    id: str
    severity: Severity
    title: str
    duties: tuple[str, ...]
    threshold: int
    scope: Scope
    rationale: str = ""
    advice: str = ""
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: RuleKind = RuleKind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRule:
    """Violated by one identity holding the duty on more than ``max_objects`` entities."""

    id: str
    severity: Severity
    title: str
    duty: str
    max_objects: int
    rationale: str = ""
    advice: str = ""
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: RuleKind = RuleKind.REACH


@dataclass(frozen=True, slots=True, kw_only=True)
class SprawlRule:
    """Violated when more than ``max_identities`` identities hold the duty in one vCenter."""

    id: str
    severity: Severity
    title: str
    duty: str
    max_identities: int
    rationale: str = ""
    advice: str = ""
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: RuleKind = RuleKind.SPRAWL


Rule = ConflictRule | ReachRule | SprawlRule


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A versioned collection of duties and rules.

    ``digest`` is the hexadecimal SHA-256 of ``text``, the file's bytes as UTF-8 read them, so that
    an evidence package can carry the very file.
    """

    id: str
    version: str
    duties: Mapping[str, Duty]
    rules: tuple[Rule, ...]
    text: str
    digest: str
