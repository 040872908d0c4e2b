"""Permissions that came to match nobody though they stand: whom they name is no longer known.

A group renamed, or a domain left out of the settings, takes nobody's access away by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.holdings import Holdings
from accessreview.analysis.orphans import orphans
from accessreview.model.access import PermissionKey
from accessreview.model.assessment import Violation
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.review.consequences import folded
from accessreview.services.ports import Database


def unnamed(estate: Estate) -> frozenset[PermissionKey]:
    """The permissions that match nobody, their principals without case."""
    return frozenset(folded(key) for key in orphans(estate))


def doubtful(
    database: Database, missing: Iterable[Violation], estate: Estate
) -> frozenset[FindingKey]:
    """Of violations that ``estate`` no longer shows, those that may only have lost their names.

    They were last seen by permissions that still stand and match nobody now.
    """
    lost = unnamed(estate)
    by_snapshot: dict[str, list[FindingKey]] = {}
    for violation in missing if lost else ():
        by_snapshot.setdefault(violation.last_snapshot, []).append(violation.key)
    found: set[FindingKey] = set()
    for digest, keys in by_snapshot.items():
        with database.reading() as work:
            before = _Before.of(build_estate(work.snapshots.get(digest)), lost)
        found.update(key for key in keys if before.concerns(key))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier estate, and the permissions that have come to match nobody since."""

    holdings: Holdings
    lost: frozenset[PermissionKey]

    @classmethod
    def of(cls, estate: Estate, lost: frozenset[PermissionKey]) -> "_Before":
        return cls(Holdings(estate), lost - unnamed(estate))

    def concerns(self, key: FindingKey) -> bool:
        if key.subject_kind is SubjectKind.VCENTER:
            return any(permission.entity.vcenter == key.subject for permission in self.lost)
        try:
            held = self.holdings.of(key.subject)
        except NotFoundError:
            return False
        return any(folded(holding.permission.key) in self.lost for holding in held)
