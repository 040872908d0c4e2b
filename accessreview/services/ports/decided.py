"""Keeping campaigns, and what was decided and done in them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from accessreview.model.evidence import EvidencePackage
from accessreview.model.remediation import RemediationTask, TaskState
from accessreview.model.review import Campaign, ReviewItem, SignOff


class Campaigns(Protocol):
    def add(self, campaign: Campaign) -> None: ...

    def get(self, campaign_id: str) -> Campaign:
        """Raises NotFoundError."""

    def save(self, campaign: Campaign) -> None: ...

    def list(self) -> Sequence[Campaign]:
        """Newest first."""


class ReviewItems(Protocol):
    def add(self, items: Sequence[ReviewItem]) -> None: ...

    def get(self, item_id: str) -> ReviewItem:
        """Raises NotFoundError."""

    def save(self, items: Sequence[ReviewItem]) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[ReviewItem]:
        """All of them, by subject name, then place; never cut."""

    def of_reviewer(self, reviewer: str, campaign_id: str | None = None) -> Sequence[ReviewItem]:
        """All items routed to this identity, in the same order; never cut."""


class SignOffs(Protocol):
    def add(self, sign_off: SignOff) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[SignOff]: ...


class RemediationTasks(Protocol):
    def add(self, tasks: Sequence[RemediationTask]) -> None: ...

    def get(self, task_id: str) -> RemediationTask:
        """Raises NotFoundError."""

    def save(self, task: RemediationTask) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[RemediationTask]: ...

    def counts(self) -> Mapping[TaskState, int]:
        """How many there are in each state, of all campaigns, sorted; without those of none."""


class Evidence(Protocol):
    def add(self, package: EvidencePackage, data: bytes) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[EvidencePackage]:
        """Newest first."""

    def data(self, package_id: str) -> bytes:
        """Raises NotFoundError."""
