"""What roles amount to, in the words of a ruleset: duties that they give or add to.

Judges roles by themselves, as a help for reviewers; whether a duty is held is the analysis' to say.
Many people hold the same few roles, so each role, and each set of roles, is looked at once.
"""

from collections.abc import Iterable, Mapping

from accessreview.model.duties import contributes, holds
from accessreview.model.policy import Duty

RoleKey = tuple[str, str]
"""A vCenter and the id of a role in it."""


class RoleDuties:
    """The duties of one ruleset, held against roles; a key must always stand for one set."""

    def __init__(self, duties: Mapping[str, Duty]) -> None:
        self._duties = duties
        self._given: dict[frozenset[RoleKey], frozenset[str]] = {}
        self._touched: dict[RoleKey, frozenset[str]] = {}

    def given(self, roles: Mapping[RoleKey, Iterable[str]]) -> frozenset[str]:
        """The ids of the duties that the roles' privileges satisfy together."""
        key = frozenset(roles)
        if key not in self._given:
            privileges = frozenset().union(*roles.values())
            self._given[key] = frozenset(
                id_ for id_, duty in self._duties.items() if holds(duty, privileges)
            )
        return self._given[key]

    def touched(self, role: RoleKey, privileges: Iterable[str]) -> frozenset[str]:
        """The ids of the duties in which a privilege of the role has a part."""
        if role not in self._touched:
            self._touched[role] = frozenset(
                id_ for id_, duty in self._duties.items() if contributes(duty, privileges)
            )
        return self._touched[role]
