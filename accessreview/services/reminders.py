"""Reminders: one message to each reviewer with items that wait."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accessreview.model.errors import AccessReviewError
from accessreview.model.review import Campaign, CampaignState, ItemState
from accessreview.model.user import Authorization, User
from accessreview.services.ports import Clock, Database, Message, Notifier, UnitOfWork

_WAITING = frozenset({ItemState.OPEN, ItemState.DECIDED})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits for one reviewer, by campaign in the order of their due dates."""

    reviewer: str
    name: str
    user: User | None
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """``address`` is where the application is reached, for the text; empty if it is not known."""

    database: Database
    clock: Clock
    notifier: Notifier
    address: str

    def send(self, authorization: Authorization) -> int:
        """Write to everybody with items that are not signed off; returns the messages sent."""
        with self.database.reading() as work:
            campaigns = sorted(
                (each for each in work.campaigns.list() if each.state is CampaignState.IN_REVIEW),
                key=lambda campaign: (campaign.due_at, campaign.id),
            )
            waiting = _waiting(work, campaigns)
        return sum(self._remind(authorization, each, campaigns) for each in waiting)

    def _remind(
        self, authorization: Authorization, waiting: _Waiting, campaigns: Sequence[Campaign]
    ) -> bool:
        reason = self._deliver(waiting, campaigns)
        with self.database.writing() as work:
            work.audit.record(
                f"reviewer:reminder:{'fail' if reason else 'send'}",
                authorization.actor,
                waiting.reviewer,
                {
                    "items": str(sum(waiting.items.values())),
                    "campaigns": ", ".join(waiting.items),
                    **({"reason": reason} if reason else {}),
                },
                self.clock.now(),
            )
        return not reason

    def _deliver(self, waiting: _Waiting, campaigns: Sequence[Campaign]) -> str:
        """Send it; the reason why it could not be, if it could not."""
        if waiting.user is None:
            return f"{waiting.name} has no enabled login of this tool; add one."
        if not waiting.user.mail:
            return f"The login {waiting.user.login} has no mail address."
        try:
            self.notifier.send(self._message(waiting.user, waiting, campaigns))
        except AccessReviewError as error:
            return str(error)
        return ""

    def _message(self, user: User, waiting: _Waiting, campaigns: Sequence[Campaign]) -> Message:
        total = sum(waiting.items.values())
        lines = [
            f"- {campaign.name}: {waiting.items[campaign.id]}, due by "
            f"{campaign.due_at:%Y-%m-%d %H:%M} UTC"
            for campaign in campaigns
            if campaign.id in waiting.items
        ]
        where = f"\n\nAnswer at {self.address}" if self.address else ""
        return Message(
            to=user.mail,
            subject=f"Access reviews wait for you: {total}",
            body=(
                f"Dear {user.display_name},\n\nyou have been asked about access of others and have "
                f"not signed off yet:\n\n{chr(10).join(lines)}{where}\n\nWithout an answer the "
                "access stays, and it is recorded that nobody answered.\n"
            ),
        )


def _waiting(work: UnitOfWork, campaigns: Sequence[Campaign]) -> list[_Waiting]:
    users = {user.identity: user for user in work.users.list() if user.can_answer}
    counts: dict[str, Counter[str]] = {}
    names: dict[str, str] = {}
    for campaign in campaigns:
        for item in work.items.of_campaign(campaign.id):
            if item.state in _WAITING:
                counts.setdefault(item.reviewer, Counter())[campaign.id] += 1
                names[item.reviewer] = item.reviewer_name
    return [
        _Waiting(reviewer, names[reviewer], users.get(reviewer), counts[reviewer])
        for reviewer in sorted(counts)
    ]
