"""Principals by the vCenter whose permissions name them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.model.observation import Concerned, Observation, ObservationKind


@dataclass(frozen=True, slots=True)
class Bearer:
    """A principal that some permission of a vCenter names, spelled as it sorts first there."""

    vcenter: str
    principal: int
    name: str
    is_group: bool

    def observed(
        self, kind: ObservationKind, detail: str, concerned: Sequence[Concerned]
    ) -> Observation:
        return Observation(kind, self.vcenter, detail, concerned, self.name, self.is_group)


@dataclass(frozen=True, slots=True)
class Bearers:
    """Those of every vCenter; ``privileged`` are theirs whose role holds any privilege at all."""

    by_vcenter: Mapping[str, Mapping[int, Bearer]]
    privileged: Mapping[str, frozenset[int]]

    def of(self, vcenter: str, principals: int) -> Iterator[Bearer]:
        """Those among a set of principals (bit ``p`` stands for ``p``)."""
        for number, one in self.by_vcenter[vcenter].items():
            if principals >> number & 1:
                yield one


def bearers(estate: Estate) -> Bearers:
    """Of all vCenters of a snapshot, by id."""
    permissions, principals = estate.snapshot["permissions"], estate.principals
    by_vcenter: dict[str, dict[int, Bearer]] = {}
    privileged: dict[str, set[int]] = {}
    for row, number, holds in zip(
        range(len(permissions)),
        principals.of_permission.tolist(),
        _holding_privileges(estate).tolist(),
        strict=True,
    ):
        vcenter, name = permissions["source"][row], permissions["principal"][row]
        found = by_vcenter.setdefault(vcenter, {})
        if number not in found or name < found[number].name:
            found[number] = Bearer(vcenter, number, name, principals.is_group[number])
        if holds:
            privileged.setdefault(vcenter, set()).add(number)
    return Bearers(
        dict(sorted(by_vcenter.items())),
        {vcenter: frozenset(privileged.get(vcenter, ())) for vcenter in by_vcenter},
    )


def _holding_privileges(estate: Estate) -> Rows:
    """Of every permission, whether its role holds any; No access does not."""
    permissions, held = estate.snapshot["permissions"], estate.snapshot["role_privileges"]
    roles = set(zip(held["source"], held["role"], strict=True))
    pairs = zip(permissions["source"], permissions["role"], strict=True)
    return np.fromiter((pair in roles for pair in pairs), np.int64, len(permissions))
