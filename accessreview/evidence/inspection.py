"""An evidence package under inspection, and what it is held against."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accessreview.evidence.manifest import Head
from accessreview.evidence.package import Package
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """``sealing_key`` made the seal, which holds (``signing/seal.py``).

    ``expected_key`` is the one that the auditor trusts, if it was given; ``checkpoint`` the head of
    the audit trail as handed out earlier. ``read_key`` reads a PEM. ``statement`` digests item rows
    as a sign-off does (``review/statement.py``); ``unread`` says why nothing follows from an
    absence in a later snapshot (``review/settlement.py``).
    """

    package: Package
    sealing_key: bytes
    expected_key: bytes | None
    fingerprint: str
    checkpoint: Head | None
    read_key: Callable[[bytes], bytes]
    statement: Callable[[Sequence[Mapping[str, Any]]], str]
    unread: Callable[[Iterable[Source], Iterable[Source], datetime], tuple[str, ...]]


def require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Raise IntegrityError with the sentence unless the condition is met."""
    if not condition:
        raise IntegrityError(sentence)
