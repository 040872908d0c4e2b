"""Every error that is raised on purpose: one base, a class per reason a caller can act on.

Messages are sentences fit to show to a person: they name the thing and, where there is one, the
remedy. HTTP statuses and exit codes are tables at the rim (``web/errors.py``, ``cli/errors.py``).
"""


class AccessReviewError(Exception):
    """Base of every error that this product raises on purpose."""


class InputError(AccessReviewError):
    """Bytes or values from outside are refused; nothing of them was kept.

    ``problems`` holds at most ``InputError.LIMIT`` sentences; ``total`` counts all that were found.
    """

    LIMIT = 100

    def __init__(self, *problems: str, total: int | None = None) -> None:
        self.problems = problems[: self.LIMIT]
        self.total = len(problems) if total is None else total
        super().__init__("\n".join(self.problems))


class ConfigurationError(AccessReviewError):
    """A setting is missing, unknown or impossible."""


class NotFoundError(AccessReviewError):
    """The thing named does not exist, or the actor may not know that it does."""


class NotAllowedError(AccessReviewError):
    """The actor may not do this."""


class SelfReviewError(NotAllowedError):
    """A reviewer would certify access of their own, under whatever account."""


class ConflictError(AccessReviewError):
    """The thing is no longer in a state in which this can be done."""


class CollectionError(AccessReviewError):
    """A source could not be read; what it holds is not known."""


class RemediationError(AccessReviewError):
    """A change could not be carried out, or was refused before it was tried."""


class IntegrityError(AccessReviewError):
    """Something recorded does not match its digest, signature or chain."""


class StorageError(AccessReviewError):
    """The database cannot be used as it is: newer, older, locked, read-only or unreachable."""


class UnavailableError(AccessReviewError):
    """Something of this machine is missing or taken: a port, a folder, a program."""
