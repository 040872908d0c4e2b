"""What a role amounts to, in the words of a ruleset: duties that it gives or adds to.

Judges a role by itself, as a help for reviewers; whether a duty is held is the analysis' to say.
"""

from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase

from accessreview.model.policy import Duty


def amounts_to(duty: Duty, privileges: AbstractSet[str]) -> bool:
    """Whether these privileges alone satisfy the duty, on an entity where it counts."""
    if not all(_any_matches((pattern,), privileges) for pattern in duty.all_of):
        return False
    return not duty.any_of or (
        sum(_any_matches(duty.any_of, {privilege}) for privilege in privileges) >= duty.at_least
    )


def adds_to(duty: Duty, privileges: AbstractSet[str]) -> bool:
    """Whether any of these privileges counts towards the duty."""
    return _any_matches((*duty.any_of, *duty.all_of), privileges)


def _any_matches(patterns: tuple[str, ...], privileges: AbstractSet[str]) -> bool:
    return any(fnmatchcase(privilege, p) for privilege in privileges for p in patterns)
