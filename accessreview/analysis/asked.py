"""What can be asked of somebody's access to an entity: anything, a privilege, a duty, a role."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.planes import Flags
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.duties import holds, matching
from accessreview.model.errors import NotFoundError
from accessreview.model.policy import Duty


@dataclass(frozen=True, slots=True)
class Asked:
    """Any of some ``privileges`` that the vCenter's roles have, a duty made of them, or one role.

    With a role, whoever is given it is meant, even if it holds no privilege.
    """

    privileges: frozenset[str]
    duty: Duty | None = None
    role: int | None = None

    @classmethod
    def of(
        cls, vcenter: Vcenter, duty: Duty | None, privilege: str | None, role: str | None
    ) -> "Asked":
        """At most one of the three; none of them asks for any privilege at all."""
        if sum(each is not None for each in (duty, privilege, role)) > 1:
            raise ValueError("ask for a duty, a privilege or a role, not for several")
        patterns: tuple[str, ...] = ("*",) if privilege is None else (privilege,)
        if duty is not None:
            patterns = (*duty.any_of, *duty.all_of)
        return cls(
            matching(patterns, frozenset[str]().union(*vcenter.privileges)),
            duty,
            None if role is None else role_number(vcenter, role),
        )

    @property
    def adds_up(self) -> bool:
        """Whether several grants can amount to it of which none does alone."""
        duty = self.duty
        return duty is not None and (len(duty.all_of) + duty.at_least * bool(duty.any_of)) > 1

    def part_of(self, vcenter: Vcenter, role: int) -> frozenset[str]:
        """The privileges of a role that were asked for."""
        return vcenter.privileges[role] & self.privileges

    def roles(self, vcenter: Vcenter) -> Flags:
        """Which roles have a part in it, by number."""
        parts = np.zeros(len(vcenter.role_ids), dtype=bool)
        if self.role is not None:
            parts[self.role] = True
            return parts
        for role in np.unique(vcenter.entries.role).tolist():
            parts[role] = bool(self.part_of(vcenter, role))
        return parts

    def satisfied(self, vcenter: Vcenter, roles: Iterable[int]) -> bool:
        """Whether roles of which one has a part in it amount to it, on an entity that counts."""
        if self.duty is None:
            return True
        held = frozenset[str]().union(*(self.part_of(vcenter, role) for role in roles))
        return holds(self.duty, held)


def role_number(vcenter: Vcenter, text: str) -> int:
    """The role with this id, or else with this name in whatever case.

    Raises:
        NotFoundError: there is none, or several have the name.
    """
    if text in vcenter.role_ids:
        return vcenter.role_ids.index(text)
    folded = text.casefold()
    found = [n for n, name in enumerate(vcenter.role_names) if name.casefold() == folded]
    if not found:
        raise NotFoundError(f"No role of {vcenter.id} has the id or name “{text}”.")
    if len(found) > 1:
        ids = ", ".join(sorted(vcenter.role_ids[number] for number in found))
        raise NotFoundError(
            f"Several roles of {vcenter.id} have the name “{text}”; give one of the ids {ids}."
        )
    return found[0]
