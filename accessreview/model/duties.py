"""When privileges amount to a duty: one reading of patterns for rules, reviews and rulesets."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cache

from accessreview.model.policy import Duty


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def matches(pattern: str, privilege: str) -> bool:
    """Whether a privilege id matches a pattern; ``*`` stands for anything, case counts."""
    return _expression(pattern).fullmatch(privilege) is not None


def matching(patterns: Iterable[str], privileges: Iterable[str]) -> frozenset[str]:
    """The privileges that match any of the patterns."""
    some = tuple(patterns)
    return frozenset(p for p in privileges if any(matches(pattern, p) for pattern in some))


def counts_on(duty: Duty, entity_type: str) -> bool:
    """Whether the duty can be held on an entity of this type."""
    return not duty.types or entity_type in duty.types


def contributes(duty: Duty, privileges: Iterable[str]) -> bool:
    """Whether any of these privileges has a part in the duty."""
    return bool(matching((*duty.any_of, *duty.all_of), privileges))


def holds(duty: Duty, privileges: AbstractSet[str]) -> bool:
    """Whether the privileges satisfy the duty, on an entity whose type counts."""
    if duty.any_of and len(matching(duty.any_of, privileges)) < duty.at_least:
        return False
    return all(any(matches(pattern, p) for p in privileges) for pattern in duty.all_of)
