"""Permissions that came to match nobody though they stand: whom they name is no longer known.

A group renamed, or a domain left out of the settings, takes nobody's access away by itself.
"""

from collections.abc import Iterable, Iterator

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.holdings import Holdings
from accessreview.analysis.orphans import orphans
from accessreview.model.access import PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.violations import ViolationTable
from accessreview.review.consequences import folded
from accessreview.services.ports import Database


def unnamed(estate: Estate) -> frozenset[PermissionKey]:
    """The permissions that match nobody, their principals without case."""
    return frozenset(folded(key) for key in orphans(estate))


def doubtful(database: Database, missing: ViolationTable, estate: Estate) -> frozenset[FindingKey]:
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
            before = build_estate(work.snapshots.get(digest))
        since = lost - unnamed(before)
        if since:
            found |= _concerned(keys, before, since)
    return frozenset(found)


def _concerned(
    keys: Iterable[FindingKey], before: Estate, lost: frozenset[PermissionKey]
) -> set[FindingKey]:
    """Those whose subjects had one of the permissions that have come to match nobody since."""
    holdings = Holdings(before)
    vcenters = {permission.entity.vcenter for permission in lost}
    of_subject: dict[tuple[SubjectKind, str], list[FindingKey]] = {}
    for key in keys:
        of_subject.setdefault((key.subject_kind, key.subject), []).append(key)
    return {
        key
        for (kind, subject), own in of_subject.items()
        if (
            subject in vcenters
            if kind is SubjectKind.VCENTER
            else any(permission in lost for permission in _held(holdings, subject))
        )
        for key in own
    }


def _held(holdings: Holdings, identity: str) -> Iterator[PermissionKey]:
    """What an identity held, the principals without case; nothing if it was not there."""
    try:
        held = holdings.of(identity)
    except NotFoundError:
        return
    yield from (folded(holding.permission.key) for holding in held)
