"""The append-only record of what happened in this tool."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the record, chained to the one before.

    ``action`` reads ``subject:object:verb``, such as ``review_item:decision:take``. ``digest`` is
    the hexadecimal SHA-256 over the canonical event including ``previous`` (``evidence/chain.py``);
    ``sequence`` starts at 1 and has no holes.
    """

    sequence: int
    at: datetime
    actor: str
    action: str
    object: str
    details: Mapping[str, str]
    previous: str
    digest: str
