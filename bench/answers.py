"""What is asked of every method, so that times are compared only where the answers are equal."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numbering import Numbers
from numpy.typing import NDArray

MAX_OBJECTS = 60
"""Above how many machines ``RCH-001`` of ``ruleset.toml`` is broken."""
RULES = ("SOD-002", "RCH-001")
"""The rules that the plain methods judge: two duties on one object, and one duty's reach."""

Violation = tuple[str, int, int]
"""Rule, identity, places."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How many there are, and a digest of which they are."""

    count: int
    digest: str

    @classmethod
    def of(cls, violations: Iterable[Violation]) -> "Answer":
        found = sorted(violations)
        return cls(len(found), sha256(repr(found).encode()).hexdigest()[:16])


def chosen_identities(numbers: Numbers, count: int) -> NDArray[np.int64]:
    """Which identities are judged: all if ``count`` is 0, else as many, drawn by a fixed seed."""
    everybody = numbers.identity_count()
    if not 0 < count < everybody:
        return np.arange(everybody)
    drawn = np.random.default_rng(7).permutation(everybody)
    return np.sort(drawn[:count])
