"""Findings of the analysis, and the key that survives snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accessreview.model.access import EntityRef, Grant
from accessreview.model.policy import RuleKind, Severity


class SubjectKind(StrEnum):
    IDENTITY = "identity"
    VCENTER = "vcenter"


@dataclass(frozen=True, slots=True, order=True)
class FindingKey:
    """What makes a finding the same one in the next snapshot."""

    rule: str
    subject_kind: SubjectKind
    subject: str

    def text(self) -> str:
        """The key as one string, as stored and shown."""
        return f"{self.rule}/{self.subject_kind}/{self.subject}"


@dataclass(frozen=True, slots=True)
class Example:
    """One place of a finding, with the deciding grants behind each duty held there.

    ``label`` names the place for a person. ``grants`` is by duty id; for a sprawl the ``identity``
    that holds the duty is named, else it is the finding's own.
    """

    place: EntityRef
    label: str
    identity: str
    grants: Mapping[str, tuple[Grant, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is violated, by whom, in how many places (``spec/ruleset.md`` says of what)."""

    key: FindingKey
    kind: RuleKind
    severity: Severity
    places: int


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A principal of a permission that does not name exactly one object of the right kind.

    ``matches`` is empty for an orphan: no directory knows it, or only as the other kind.
    """

    vcenter: str
    principal: str
    is_group: bool
    matches: tuple[tuple[str, str], ...] = field(default=())
