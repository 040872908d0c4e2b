"""Exit codes: one table for all errors; 0 is success, 2 also click's code for wrong usage."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from accessreview.model.errors import (
    AccessReviewError,
    CollectionError,
    ConfigurationError,
    ConflictError,
    InputError,
    IntegrityError,
    NotAllowedError,
    NotFoundError,
    RemediationError,
    SelfReviewError,
    StorageError,
    UnavailableError,
)

UNEXPECTED = 1
INTERRUPTED = 130
"""Ctrl-C, as shells have it: 128 and the number of the signal."""

FINDINGS = 3
"""``--fail-on`` met a finding of at least that severity; no error."""

EXIT_CODES: Mapping[type[AccessReviewError], int] = MappingProxyType(
    {
        InputError: 2,
        ConfigurationError: 4,
        NotFoundError: 5,
        NotAllowedError: 6,
        SelfReviewError: 7,
        ConflictError: 8,
        CollectionError: 9,
        RemediationError: 10,
        IntegrityError: 11,
        StorageError: 12,
        UnavailableError: 13,
    }
)
"""By the class itself; a subclass needs a row of its own."""


def exit_code(error: AccessReviewError) -> int:
    return EXIT_CODES.get(type(error), UNEXPECTED)


def explained(error: AccessReviewError) -> Iterator[str]:
    """What to show of an error, line by line; of refused input every problem, then the count."""
    if not isinstance(error, InputError):
        yield str(error)
        return
    yield from error.problems
    rest = error.total - len(error.problems)
    if rest:
        yield f"… and {rest} more; {error.total} problems in all."
