"""Campaigns, their items, sign-offs and remediation tasks."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select

from accessreview.model.errors import NotFoundError
from accessreview.model.remediation import RemediationTask, TaskState
from accessreview.model.review import Campaign, ReviewItem, SignOff
from accessreview.storage.rows import CampaignRow, RemediationTaskRow, ReviewItemRow, SignOffRow
from accessreview.storage.transaction import Transaction
from accessreview.storage.values import decode, encode


class SqlCampaigns:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, campaign: Campaign) -> None:
        self._transaction.insert([_campaign_row(campaign)])

    def get(self, campaign_id: str) -> Campaign:
        statement = select(CampaignRow.body).filter_by(id=campaign_id)
        body = self._transaction.session.scalar(statement)
        if body is None:
            raise NotFoundError(f"There is no campaign {campaign_id}.")
        return decode(Campaign, body)

    def save(self, campaign: Campaign) -> None:
        self._transaction.update([_campaign_row(campaign)])

    def list(self) -> Sequence[Campaign]:
        statement = select(CampaignRow.body).order_by(CampaignRow.number.desc())
        return [decode(Campaign, body) for body in self._transaction.session.scalars(statement)]


def _campaign_row(campaign: Campaign) -> CampaignRow:
    return CampaignRow(
        id=campaign.id,
        state=campaign.state,
        snapshot=campaign.snapshot,
        ruleset=campaign.ruleset,
        assessment=campaign.assessment,
        body=encode(campaign),
    )


class SqlReviewItems:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, items: Sequence[ReviewItem]) -> None:
        self._transaction.insert([_item_row(item) for item in items])

    def get(self, item_id: str) -> ReviewItem:
        body = self._transaction.session.scalar(select(ReviewItemRow.body).filter_by(id=item_id))
        if body is None:
            raise NotFoundError(f"There is no review item {item_id}.")
        return decode(ReviewItem, body)

    def save(self, items: Sequence[ReviewItem]) -> None:
        self._transaction.update([_item_row(item) for item in items])

    def of_campaign(self, campaign_id: str) -> Sequence[ReviewItem]:
        statement = select(ReviewItemRow.body).filter_by(campaign=campaign_id)
        return _ordered(self._transaction.session.scalars(statement))

    def of_reviewer(self, reviewer: str, campaign_id: str | None = None) -> Sequence[ReviewItem]:
        statement = select(ReviewItemRow.body).filter_by(reviewer=reviewer)
        if campaign_id is not None:
            statement = statement.filter_by(campaign=campaign_id)
        return _ordered(self._transaction.session.scalars(statement))


def _item_row(item: ReviewItem) -> ReviewItemRow:
    return ReviewItemRow(
        id=item.id,
        campaign=item.campaign,
        subject=item.subject,
        reviewer=item.reviewer,
        state=item.state,
        body=encode(item),
    )


def _ordered(bodies: Iterable[str]) -> Sequence[ReviewItem]:
    """By subject name, then place; sorted here, because databases differ in how they compare."""
    items = [decode(ReviewItem, body) for body in bodies]
    return sorted(
        items,
        key=lambda item: (item.subject_name.casefold(), item.subject, item.access.place, item.id),
    )


class SqlSignOffs:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, sign_off: SignOff) -> None:
        row = SignOffRow(
            campaign=sign_off.campaign, reviewer=sign_off.reviewer, body=encode(sign_off)
        )
        self._transaction.insert([row])

    def of_campaign(self, campaign_id: str) -> Sequence[SignOff]:
        """In the order in which they were given."""
        statement = (
            select(SignOffRow.body).filter_by(campaign=campaign_id).order_by(SignOffRow.number)
        )
        return [decode(SignOff, body) for body in self._transaction.session.scalars(statement)]


class SqlRemediationTasks:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, tasks: Sequence[RemediationTask]) -> None:
        self._transaction.insert([_task_row(task) for task in tasks])

    def get(self, task_id: str) -> RemediationTask:
        statement = select(RemediationTaskRow.body).filter_by(id=task_id)
        body = self._transaction.session.scalar(statement)
        if body is None:
            raise NotFoundError(f"There is no remediation task {task_id}.")
        return decode(RemediationTask, body)

    def save(self, task: RemediationTask) -> None:
        self._transaction.update([_task_row(task)])

    def of_campaign(self, campaign_id: str) -> Sequence[RemediationTask]:
        """In the order of the plan."""
        statement = (
            select(RemediationTaskRow.body)
            .filter_by(campaign=campaign_id)
            .order_by(RemediationTaskRow.number)
        )
        bodies = self._transaction.session.scalars(statement)
        return [decode(RemediationTask, body) for body in bodies]

    def counts(self) -> Mapping[TaskState, int]:
        statement = (
            select(RemediationTaskRow.state, func.count())
            .group_by(RemediationTaskRow.state)
            .order_by(RemediationTaskRow.state)
        )
        found = self._transaction.session.execute(statement)
        return {TaskState(state): count for state, count in found}


def _task_row(task: RemediationTask) -> RemediationTaskRow:
    return RemediationTaskRow(
        id=task.id, campaign=task.campaign, state=task.state, body=encode(task)
    )
