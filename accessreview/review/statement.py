"""What a sign-off signs: the canonical list of decisions, and its digest.

The same digest is computed from review items when they are signed off and from the rows of an
evidence package when it is verified.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from accessreview.model.canonical import canonical_json, plain, sha256
from accessreview.model.review import ReviewItem

_OF_ITEM = ("id", "campaign", "subject", "accounts", "access", "reviewer", "decision")


def statement(items: Sequence[ReviewItem]) -> str:
    """Hexadecimal SHA-256 over who holds what and what was decided, in any order of ``items``."""
    rows = [plain(item) for item in items]
    return statement_of_rows([row for row in rows if isinstance(row, dict)])


def statement_of_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same over items as plain JSON objects; raises KeyError when one lacks a field."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    return sha256(canonical_json([{name: row[name] for name in _OF_ITEM} for row in ordered]))
