"""The chain over audit events: each digest covers its event and, by the one before, all earlier."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from accessreview.model.audit import AuditEvent
from accessreview.model.canonical import canonical_json, sha256

GENESIS = "0" * 64
"""What the first event names as the one before it."""


def event_digest(  # noqa: PLR0913, PLR0917 - the fields of an event, all of which the digest must cover
    sequence: int,
    at: datetime,
    actor: str,
    action: str,
    object_: str,
    details: Mapping[str, str],
    previous: str,
) -> str:
    """Hexadecimal SHA-256 over the canonical JSON object of exactly these fields, ``at`` in UTC.

    The key of ``object_`` is ``object``.
    """
    return sha256(
        canonical_json(
            {
                "sequence": sequence,
                "at": at,
                "actor": actor,
                "action": action,
                "object": object_,
                "details": details,
                "previous": previous,
            }
        )
    )


def verify_chain(events: Iterable[AuditEvent]) -> int | None:
    """The sequence that stands or should stand at the first break; None if there is no break.

    ``events`` is the whole trail from its first event. A trail cut off at its end is unbroken:
    only a head kept elsewhere shows that.
    """
    previous = GENESIS
    for expected, event in enumerate(events, start=1):
        digest = event_digest(
            event.sequence,
            event.at,
            event.actor,
            event.action,
            event.object,
            event.details,
            event.previous,
        )
        if (event.sequence, event.previous, event.digest) != (expected, previous, digest):
            return expected
        previous = digest
    return None
