"""Whatever happens to the audit trail, there is no change without its record."""

from collections.abc import Callable

import pytest

from accessreview.model.errors import StorageError
from accessreview.model.review import Outcome
from accessreview.storage.repositories.audit import SqlAuditTrail
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

DANS = ("dan", "CORP\\VM Admins")


def everything(house: House) -> object:
    with house.database.reading() as work:
        campaigns = list(work.campaigns.list())
        return (
            campaigns,
            [list(work.items.of_campaign(campaign.id)) for campaign in campaigns],
            [list(work.tasks.of_campaign(campaign.id)) for campaign in campaigns],
            [list(work.sign_offs.of_campaign(campaign.id)) for campaign in campaigns],
            list(work.violations.all()),
            [stored.digest for stored in work.snapshots.list()],
            list(work.audit.list()),
        )


def _decide(house: House, campaign: str) -> None:
    with house.database.reading() as work:
        item = next(i for i in work.items.of_campaign(campaign) if i.reviewer == "cat")
    house.decisions.take(reviewer("cat"), item.id, Outcome.KEEP, "needed")


IN_REVIEW: dict[str, Callable[[House, str], object]] = {
    "open": lambda house, _: house.open(name="Another"),
    "decide": _decide,
    "finish": lambda house, id_: house.campaigns.finish_review(ADMINISTRATOR, id_),
    "cancel": lambda house, id_: house.campaigns.cancel(ADMINISTRATOR, id_, "x"),
    "collect": lambda house, _: house.collection.run(ADMINISTRATOR),
}
IN_REMEDIATION: dict[str, Callable[[House, str], object]] = {
    "plan": lambda house, id_: house.remediation.plan(ADMINISTRATOR, id_),
    "hand over": lambda house, id_: house.remediation.hand_over(ADMINISTRATOR, id_, "ldif"),
    "verify": lambda house, _: house.remediation.verify(ADMINISTRATOR),
    "close": lambda house, id_: house.campaigns.close(ADMINISTRATOR, id_, "x"),
}


def _fail(*_args: object) -> None:
    raise StorageError("The audit trail cannot be written.")


def _hold(house: House, action: Callable[[House, str], object], campaign: str) -> None:
    before = everything(house)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlAuditTrail, "record", _fail)
        with pytest.raises(StorageError, match="audit trail"):
            action(house, campaign)
    assert everything(house) == before
    action(house, campaign)
    assert everything(house) != before


@pytest.mark.parametrize("name", IN_REVIEW)
def test_a_review_changes_nothing_that_is_not_recorded(peopled: House, name: str) -> None:
    campaign = peopled.open()
    peopled.clock.move(minutes=1)
    _hold(peopled, IN_REVIEW[name], campaign.id)


@pytest.mark.parametrize("name", IN_REMEDIATION)
def test_remediation_changes_nothing_that_is_not_recorded(peopled: House, name: str) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.clock.move(minutes=1)
    peopled.collection.run(ADMINISTRATOR)
    _hold(peopled, IN_REMEDIATION[name], campaign.id)
