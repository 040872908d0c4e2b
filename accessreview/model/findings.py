"""All findings of one assessment as columns, a class of people with equal verdicts at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from accessreview.model.columns import Codes
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.policy import RuleKind, Severity

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class BrokenRule:
    """What all findings of one rule have in common."""

    id: str
    kind: RuleKind
    severity: Severity


class Findings(Sequence[Finding]):
    """A sequence of findings in the order of their keys, made one by one only when asked for.

    ``rules`` are sorted by id. ``identities`` and ``vcenters`` are the subjects, each sorted; those
    with equal verdicts share a class, ``class_of`` having the identities first. The verdicts are
    parallel arrays sorted by rule and class: each says that all subjects of class ``of_class``
    break the rule in ``places`` places. ``rule`` numbers ``rules``.
    """

    def __init__(  # noqa: PLR0913 - its columns
        self,
        *,
        rules: tuple[BrokenRule, ...],
        identities: Sequence[str],
        vcenters: Sequence[str],
        class_of: Codes,
        rule: Codes,
        of_class: Codes,
        places: Counts,
    ) -> None:
        self.rules = rules
        self.identities = identities
        self.vcenters = vcenters
        self.class_of = class_of
        self.rule = rule
        self.of_class = of_class
        self.places = places

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Findings":
        """Gather findings, given in any order, by subjects with equal verdicts."""
        verdicts: defaultdict[tuple[SubjectKind, str], list[tuple[BrokenRule, int]]] = defaultdict(
            list
        )
        for finding in findings:
            broken = BrokenRule(finding.key.rule, finding.kind, finding.severity)
            verdicts[finding.key.subject_kind, finding.key.subject].append((broken, finding.places))
        subjects = sorted(verdicts)
        rules = tuple(sorted({broken for found in verdicts.values() for broken, _ in found}))
        number = {broken: position for position, broken in enumerate(rules)}
        classes: dict[tuple[tuple[int, int], ...], int] = {}
        class_of = [
            classes.setdefault(
                tuple(sorted((number[broken], places) for broken, places in verdicts[subject])),
                len(classes),
            )
            for subject in subjects
        ]
        rows = sorted(
            (rule, of_class, places) for each, of_class in classes.items() for rule, places in each
        )
        columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return cls(
            rules=rules,
            identities=tuple(name for kind, name in subjects if kind is SubjectKind.IDENTITY),
            vcenters=tuple(name for kind, name in subjects if kind is SubjectKind.VCENTER),
            class_of=np.array(class_of, dtype=np.int32),
            rule=columns[:, 0].astype(np.int32),
            of_class=columns[:, 1].astype(np.int32),
            places=columns[:, 2],
        )

    @cached_property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every finding, by key, as the number of its verdict and of its subject."""
        order = np.argsort(self.class_of, kind="stable")
        start = np.searchsorted(self.class_of[order], self.of_class, side="left")
        sizes = np.searchsorted(self.class_of[order], self.of_class, side="right") - start
        verdict = np.repeat(np.arange(len(self.rule)), sizes)
        offset = np.arange(len(verdict)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        subject = order[np.repeat(start, sizes) + offset]
        by_key = np.lexsort((subject, self.rule[verdict]))
        return verdict[by_key], subject[by_key]

    @override
    def __len__(self) -> int:
        return len(self.rows[0])

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    @override
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        verdict, subject = self.rows
        if isinstance(index, slice):
            return tuple(self._made(verdict[index], subject[index]))
        position = range(len(verdict))[index]  # negative ones, and the right error
        return next(self._made(verdict[[position]], subject[[position]]))

    @override
    def __iter__(self) -> Iterator[Finding]:
        return self._made(*self.rows)

    def _made(self, verdicts: NDArray[np.int64], subjects: NDArray[np.int64]) -> Iterator[Finding]:
        people = len(self.identities)
        for rule, places, subject in zip(
            self.rule[verdicts].tolist(),
            self.places[verdicts].tolist(),
            subjects.tolist(),
            strict=True,
        ):
            broken = self.rules[rule]
            key = (
                FindingKey(broken.id, SubjectKind.IDENTITY, self.identities[subject])
                if subject < people
                else FindingKey(broken.id, SubjectKind.VCENTER, self.vcenters[subject - people])
            )
            yield Finding(key, broken.kind, broken.severity, places)

    @override
    def __eq__(self, other: object) -> bool:
        """Whether both hold the same findings, however they are gathered."""
        if not isinstance(other, Findings):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # compared by content, never a key
