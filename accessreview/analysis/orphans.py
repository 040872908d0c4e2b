"""Permissions that match nobody, because no directory knows whom they name."""

from collections.abc import Iterator

from accessreview.analysis.estate import Estate
from accessreview.model.access import PermissionKey


def orphans(estate: Estate) -> Iterator[PermissionKey]:
    """Their keys, in the order of the rows."""
    matches = estate.principals.matches
    for row, principal in enumerate(estate.principals.of_permission.tolist()):
        if not matches[principal]:
            yield estate.permission(row).key
