"""Campaigns and all that hangs from them come back as they were, in their order, never cut."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.access import AccountRef, EntityRef, GroupRef
from accessreview.model.canonical import sha256
from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.evidence import EvidencePackage
from accessreview.model.remediation import (
    MembershipRemoval,
    PermissionRemoval,
    RemediationTask,
    TaskState,
)
from accessreview.model.review import CampaignState, ItemState, SignOff
from accessreview.model.violations import ViolationTable
from accessreview.storage.database import SqlDatabase
from tests.contracts.samples import (
    DECISION,
    HARD,
    SETTLEMENT,
    a_campaign,
    an_item,
    record,
    with_campaign,
)
from tests.fakes import START

A_SIGN_OFF = SignOff("campaign-1", "owner", "owner@corp", START, 1, 2, "a" * 64, ("i1", "i2"))
PACKAGE_BYTES = bytes(range(256)) * 40
A_PACKAGE = EvidencePackage(
    id="package-1",
    campaign="campaign-1",
    built_at=START,
    digest=sha256(PACKAGE_BYTES),
    key="b" * 64,
    size=len(PACKAGE_BYTES),
)
MEMBERSHIP = MembershipRemoval(
    group=GroupRef("corp", "g"),
    group_name=HARD,
    group_locator="CN=g,DC=corp",
    member=AccountRef("corp", "a0"),
    member_login="CORP\\u0",
    member_locator="",
)
PERMISSION = PermissionRemoval(
    entity=EntityRef("vc1", ""),
    entity_type="",
    place="/",
    principal="CORP\\admins",
    is_group=True,
    role="-1",
    role_name="Administrator",
    propagate=False,
)


def a_task(number: int) -> RemediationTask:
    return RemediationTask(
        id=f"task-{number}",
        campaign="campaign-1",
        items=("item-0",),
        change=MEMBERSHIP if number % 2 else PERMISSION,
        state=TaskState.PLANNED,
        also_lost=(HARD,),
    )


def test_a_campaign_comes_back_as_it_was_saved_last(database: SqlDatabase) -> None:
    snapshot = with_campaign(database)
    launched = a_campaign(
        snapshot, state=CampaignState.IN_REVIEW, launched_at=START + timedelta(hours=1)
    )

    with database.writing() as work:
        work.campaigns.add(a_campaign(snapshot, id="campaign-2"))
        work.campaigns.save(launched)
        assert work.campaigns.get("campaign-1") == launched
        record(work)

    with database.reading() as work:
        assert [campaign.id for campaign in work.campaigns.list()] == ["campaign-2", "campaign-1"]
        assert work.campaigns.get("campaign-1") == launched


def test_items_come_back_as_they_were_saved_last(database: SqlDatabase) -> None:
    with_campaign(database, items=3)
    decided = replace(an_item(1), state=ItemState.SIGNED, decision=DECISION, settlement=SETTLEMENT)

    with database.writing() as work:
        assert work.items.get("item-1") == an_item(1)
        work.items.save([decided])
        assert work.items.get("item-1") == decided
        record(work)

    with database.reading() as work:
        assert work.items.of_campaign("campaign-1") == [an_item(0), decided, an_item(2)]


def test_items_are_listed_by_subject_then_place(database: SqlDatabase) -> None:
    with_campaign(database)
    access = an_item().access
    there, here = replace(access, place="/Z"), replace(access, place="/a")
    items = [
        an_item(1, subject="zoe", subject_name="Zoë", access=here),
        an_item(2, subject="bob", subject_name="bob", access=here),
        an_item(3, subject="ann", subject_name="Ann", access=here),
        an_item(4, subject="ann", subject_name="Ann", access=there),
    ]

    with database.writing() as work:
        work.items.add(items)
        record(work)

    with database.reading() as work:
        listed = [item.id for item in work.items.of_campaign("campaign-1")]
    assert listed == ["item-4", "item-3", "item-2", "item-1"]


def test_a_reviewer_gets_all_of_their_items_and_no_others(database: SqlDatabase) -> None:
    snapshot = with_campaign(database, items=1200)

    with database.writing() as work:
        work.campaigns.add(a_campaign(snapshot, id="campaign-2"))
        work.items.add([an_item(5000, campaign="campaign-2")])
        work.items.add([an_item(5001, reviewer="somebody else")])
        record(work)

    with database.reading() as work:
        assert len(work.items.of_reviewer("owner")) == 1201
        assert len(work.items.of_reviewer("owner", "campaign-1")) == 1200
        assert work.items.of_reviewer("Owner") == []


def test_an_item_that_is_not_there_cannot_be_saved(database: SqlDatabase) -> None:
    with_campaign(database, items=2)

    with database.writing() as work:
        record(work)
        with pytest.raises(NotFoundError, match="review_items"):
            work.items.save([an_item(0, decision=DECISION), an_item(9)])


def test_nothing_to_save_is_no_change(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.items.save([])
        work.items.add([])
        work.tasks.add([])
        work.violations.save(ViolationTable.of([]))


def test_tasks_of_both_kinds_come_back_in_the_order_of_the_plan(database: SqlDatabase) -> None:
    with_campaign(database)
    tasks = [a_task(number) for number in (3, 2, 1)]
    done = replace(tasks[1], state=TaskState.EXECUTED, note="It was there; it is gone.")
    done = replace(done, updated_at=START)

    with database.writing() as work:
        work.tasks.add(tasks)
        work.tasks.save(done)
        record(work)

    with database.reading() as work:
        assert work.tasks.of_campaign("campaign-1") == [tasks[0], done, tasks[2]]
        assert work.tasks.get("task-2") == done
        assert work.tasks.counts() == {TaskState.EXECUTED: 1, TaskState.PLANNED: 2}


def test_sign_offs_come_back_in_the_order_given(database: SqlDatabase) -> None:
    with_campaign(database)
    later = replace(A_SIGN_OFF, reviewer="boss", items=())

    with database.writing() as work:
        work.sign_offs.add(A_SIGN_OFF)
        work.sign_offs.add(later)
        record(work)

    with database.reading() as work:
        assert work.sign_offs.of_campaign("campaign-1") == [A_SIGN_OFF, later]


def test_evidence_comes_back_byte_for_byte_newest_first(database: SqlDatabase) -> None:
    with_campaign(database)
    second = replace(A_PACKAGE, id="package-2")

    with database.writing() as work:
        work.evidence.add(A_PACKAGE, PACKAGE_BYTES)
        work.evidence.add(second, PACKAGE_BYTES)
        record(work)

    with database.reading() as work:
        assert work.evidence.of_campaign("campaign-1") == [second, A_PACKAGE]
        assert work.evidence.data("package-1") == PACKAGE_BYTES


def test_evidence_that_is_not_as_described_is_refused(database: SqlDatabase) -> None:
    with_campaign(database)

    with pytest.raises(IntegrityError), database.writing() as work:
        work.evidence.add(A_PACKAGE, PACKAGE_BYTES + b"!")


def test_what_is_not_there_is_said_by_name(database: SqlDatabase) -> None:
    with database.reading() as work:
        for get in (
            work.campaigns.get,
            work.items.get,
            work.tasks.get,
            work.users.get,
            work.assessments.get,
            work.rulesets.text,
            work.evidence.data,
        ):
            with pytest.raises(NotFoundError, match="nothing-7"):
                get("nothing-7")
