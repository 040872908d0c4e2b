"""The clock, and what is read, changed, sent and hashed."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accessreview.model.agreement import Answer, VcenterState
from accessreview.model.remediation import AppliedChange, Change
from accessreview.model.snapshot import Reading

Now = Callable[[], datetime]


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class IdSource(Protocol):
    def new(self) -> str:
        """A fresh identifier, unguessable, fit for a URL."""


class ReadingSource(Protocol):
    """One configured place to collect from."""

    @property
    def id(self) -> str: ...

    def collect(self, now: Now) -> Reading:
        """Read everything; partial with gaps if not everything came.

        Raises:
            CollectionError: nothing could be read.
            InputError: a file is refused.
        """


class OracleSession(Protocol):
    """A vCenter that says itself what somebody may do; entities are given by type and id."""

    def privileges(
        self, principal: str, entities: Sequence[tuple[str, str]]
    ) -> Mapping[str, Answer]:
        """By the id of each entity, what this user holds there, or why there is no answer.

        Raises:
            CollectionError: the vCenter cannot be asked at all.
        """

    def state(self, entities: Sequence[tuple[str, str]]) -> VcenterState:
        """Permissions and roles as they are now, and where these entities lie.

        Raises:
            CollectionError: they cannot be read.
        """


class Oracle(Protocol):
    """One vCenter that can be asked for its own answers."""

    def opened(self) -> AbstractContextManager[OracleSession]:
        """Sign in until the end of the block.

        Raises:
            CollectionError: it cannot be reached, or refuses.
        """


class Remediator(Protocol):
    """Carries out changes in one system, with an account of its own."""

    def covers(self, change: Change) -> bool: ...

    def apply(self, change: Change) -> AppliedChange:
        """Make one change after re-reading that it is still as reviewed, and re-read after it.

        Raises:
            RemediationError: refused before, or failed; the sentence says which.
        """


@dataclass(frozen=True, slots=True)
class Message:
    to: str
    subject: str
    body: str


class Notifier(Protocol):
    def send(self, message: Message) -> None:
        """Hand over one message.

        Raises:
            UnavailableError: it could not be handed over.
        """


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str, password: str) -> bool: ...
