import pytest

from accessreview.model.errors import (
    ConfigurationError,
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from accessreview.model.remediation import MembershipRemoval, PermissionRemoval, TaskState
from accessreview.model.review import Campaign, CampaignState, SettlementVerdict
from accessreview.snapshot.compose import compose, parts
from tests.unit.services.conftest import ADMINISTRATOR, House, collect, reviewer

DANS = ("dan", "CORP\\VM Admins")


def verdict(house: House, campaign: Campaign, key: tuple[str, str] = DANS) -> object:
    settlement = house.items(campaign)[key].settlement
    return None if settlement is None else settlement.verdict


def test_from_revocation_to_proof(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert isinstance(task.change, MembershipRemoval)
    assert (task.change.group_name, task.change.member_login) == ("Team", "dan")
    assert task.change.group_locator == "CN=Team,DC=corp,DC=example"
    peopled.clock.move(minutes=1)
    done = peopled.remediation.execute(ADMINISTRATOR, task.id)
    assert (done.state, done.note) == (
        TaskState.EXECUTED,
        "Before: He was in it. After: He is not.",
    )
    assert verdict(peopled, campaign) is None
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.GONE
    with peopled.database.reading() as work:
        assert work.tasks.get(task.id).state is TaskState.VERIFIED
    closed = peopled.campaigns.close(ADMINISTRATOR, campaign.id)
    assert closed.state is CampaignState.CLOSED
    assert peopled.actions()[-7:] == [
        "remediation_task:change:start",
        "remediation_task:change:execute",
        "snapshot:collection:store",
        "assessment:findings:record",
        "remediation_task:change:verify",
        "review_item:settlement:record",
        "campaign:state:close",
    ]


def test_what_only_a_person_can_end_is_said_in_the_plan(peopled: House) -> None:
    peopled.company.rows["ways"] = [("dir", "team", "dir", "dan", "gidNumber")]
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert isinstance(task.change, MembershipRemoval)
    assert (task.state, task.change.ways) == (TaskState.PLANNED, ("gidNumber",))
    assert task.note == (
        "By hand: dan is in Team because both have the same gidNumber: give the account another"
        " one."
    )


def test_a_change_that_would_give_access_is_blocked_and_says_to_whom(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("dan", "CORP\\Host Admins"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert task.state is TaskState.BLOCKED
    assert task.note == (
        "Not done, because it would give access: Dan Doer (dan) would gain "
        "VirtualMachine.Config.CPUCount on vCenter Berlin / Berlin / Cluster."
    )
    with pytest.raises(ConflictError, match="Dan Doer"):
        peopled.remediation.execute(ADMINISTRATOR, task.id)
    with pytest.raises(ConflictError, match="No change is left"):
        peopled.remediation.hand_over(ADMINISTRATOR, campaign.id, "ldif")


def test_a_blocked_change_is_released_when_what_it_hid_is_gone(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("dan", "CORP\\Host Admins"), DANS)
    tasks = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    states = {task.change.group.id: task.state for task in tasks}  # type: ignore[union-attr]
    assert states == {"hosts": TaskState.BLOCKED, "team": TaskState.PLANNED}
    team = next(task for task in tasks if task.state is TaskState.PLANNED)
    peopled.remediation.execute(ADMINISTRATOR, team.id)
    collect(peopled)
    tasks = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    hosts = next(task for task in tasks if task.id != team.id)
    assert (hosts.state, hosts.note) == (TaskState.PLANNED, "")
    peopled.remediation.execute(ADMINISTRATOR, hosts.id)
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.GONE
    assert verdict(peopled, campaign, ("dan", "CORP\\Host Admins")) is SettlementVerdict.GONE


def test_a_permission_that_names_an_account_is_itself_removed(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("amy", "CORP\\amy"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert isinstance(task.change, PermissionRemoval)
    assert (task.change.principal, task.change.role, task.state) == (
        "CORP\\amy",
        "-1",
        TaskState.PLANNED,
    )
    text = peopled.remediation.hand_over(ADMINISTRATOR, campaign.id, "powercli")
    assert "CORP" in text
    peopled.company.drop("permissions", "vc", "root", "CORP\\amy", "false")
    collect(peopled)
    # Her other account still is an administrator, but that is kept and was said so.
    assert verdict(peopled, campaign, ("amy", "CORP\\amy")) is SettlementVerdict.GONE


def test_the_last_administrator_stays(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("amy", "CORP\\amy"), ("amy", "CORP\\amy-adm"))
    tasks = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    (blocked,) = [task for task in tasks if task.state is TaskState.BLOCKED]
    assert len(tasks) == 2
    assert blocked.note == (
        "Not done: by what is known, nobody would be left who can administer access in "
        "vCenter Berlin."
    )


def test_vcenters_own_administrator_counts_as_one_who_is_left(peopled: House) -> None:
    peopled.company.add(
        "permissions", "vc", "root", "VSPHERE.LOCAL\\Administrator", "false", "-1", "true"
    )
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, ("amy", "CORP\\amy"), ("amy", "CORP\\amy-adm"))
    tasks = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert {task.state for task in tasks} == {TaskState.PLANNED}


def test_what_else_is_lost_is_said_even_if_it_was_to_be_kept(peopled: House) -> None:
    peopled.company.add("members", "dir", "readers", "dir", "team")
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert task.also_lost == (
        (
            "Dan Doer (dan) also loses ReadOnly on vCenter Berlin / Berlin / Prod, given to "
            "CORP\\Readers, which was to be kept."
        ),
    )


def test_a_partial_reading_proves_nothing_gone(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    peopled.directory.gaps = ("The size limit was reached.",)
    collect(peopled)
    item = peopled.items(campaign)[DANS]
    assert item.settlement is not None
    assert item.settlement.verdict is SettlementVerdict.NOT_KNOWN
    assert item.settlement.left == (
        "corp.example was not read completely: The size limit was reached.",
    )
    with pytest.raises(
        ConflictError, match=r"not complete\. corp\.example was not read completely"
    ):
        peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    with pytest.raises(ConflictError, match="1 of 1 revocations"):
        peopled.campaigns.close(ADMINISTRATOR, campaign.id)
    closed = peopled.campaigns.close(ADMINISTRATOR, campaign.id, "the directory is retired")
    assert closed.state is CampaignState.CLOSED_WITH_RESIDUE
    assert peopled.details("campaign:state:close_with_residue") == {
        "reason": "the directory is retired",
        "revoked": "1",
        "unproven": "1",
    }


@pytest.mark.parametrize("down", ["vcenter", "directory"])
def test_a_source_that_is_down_proves_nothing_gone(peopled: House, down: str) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    getattr(peopled, down).down = "It does not answer."
    collect(peopled)
    assert verdict(peopled, campaign) is not SettlementVerdict.GONE


def test_a_source_that_is_no_longer_configured_proves_nothing_gone(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    peopled.clock.move(hours=1)
    only = peopled.company.snapshot(peopled.clock.now())
    stored = peopled.collection.store(
        ADMINISTRATOR, compose(only.taken_at, [parts(only, "dir")]), "dir.zip"
    )
    peopled.refresh.conclude(ADMINISTRATOR, stored.digest)
    item = peopled.items(campaign)[DANS]
    assert item.settlement is not None
    assert item.settlement.left == ("vCenter Berlin was not read again.",)


def test_a_reading_begun_before_the_decision_proves_nothing(peopled: House) -> None:
    campaign = peopled.open()
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    earlier = peopled.company.snapshot(peopled.clock.now())
    peopled.clock.move(minutes=5)
    peopled.answer(campaign, DANS)
    stored = peopled.collection.store(ADMINISTRATOR, earlier, "earlier.zip")
    peopled.refresh.conclude(ADMINISTRATOR, stored.digest)
    assert verdict(peopled, campaign) is SettlementVerdict.NOT_KNOWN


def test_access_by_another_chain_is_left_and_shown(peopled: House) -> None:
    peopled.company.add("members", "dir", "vma", "dir", "dan")
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    tasks = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert {task.change.group.id for task in tasks} == {  # type: ignore[union-attr]
        "team",
        "vma",
    }
    team = next(task for task in tasks if task.change.group.id == "team")  # type: ignore[union-attr]
    peopled.remediation.execute(ADMINISTRATOR, team.id)
    collect(peopled)
    item = peopled.items(campaign)[DANS]
    assert item.settlement is not None
    assert item.settlement.verdict is SettlementVerdict.LEFT
    assert item.settlement.left == (
        (
            "The permission (VM administrator on vCenter Berlin / Berlin) is still there and still "
            "reached: dan > CORP\\VM Admins."
        ),
    )


def test_the_same_privileges_by_another_permission_are_left(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    peopled.company.add("permissions", "vc", "dc", "CORP\\dan", "false", "10", "true")
    collect(peopled)
    item = peopled.items(campaign)[DANS]
    assert item.settlement is not None
    assert item.settlement.left == (
        (
            "VirtualMachine.Config.CPUCount of what was revoked is still held by another "
            "permission, VM administrator on vCenter Berlin / Berlin: dan > CORP\\dan."
        ),
    )


def test_access_that_comes_back_reopens_item_and_task(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.remediation.execute(ADMINISTRATOR, task.id)
    collect(peopled)
    peopled.company.add("members", "dir", "team", "dir", "dan")
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.LEFT
    (again,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert (again.id, again.state) == (task.id, TaskState.REOPENED)


def test_a_later_partial_snapshot_takes_no_proof_away(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    collect(peopled)
    peopled.directory.down = "It does not answer."
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.GONE


def test_an_older_snapshot_does_not_undo_what_a_newer_one_showed(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.clock.move(hours=1)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    without = peopled.company.snapshot(peopled.clock.now())
    peopled.company.add("members", "dir", "team", "dir", "dan")
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.LEFT
    stored = peopled.collection.store(ADMINISTRATOR, without, "old.zip")
    assert peopled.remediation.verify(ADMINISTRATOR, stored.digest) == ()
    assert verdict(peopled, campaign) is SettlementVerdict.LEFT


def test_a_deleted_account_is_gone(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    for table, key in (("members", 3), ("responsibles", 1), ("accounts", 1), ("locators", 1),
                       ("principal_names", 1)):  # fmt: skip
        rows = peopled.company.rows[table]
        peopled.company.rows[table] = [row for row in rows if row[key] != "dan"]
    collect(peopled)
    assert verdict(peopled, campaign) is SettlementVerdict.GONE


def test_changes_by_the_product_are_off_unless_configured(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("amy", "CORP\\amy"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    with pytest.raises(ConfigurationError, match="off by default"):
        peopled.remediation.execute(ADMINISTRATOR, task.id)


def test_a_change_that_fails_keeps_its_reason_and_can_be_tried_again(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.remediator.refuses = "The account may not write there."
    failed = peopled.remediation.execute(ADMINISTRATOR, task.id)
    assert (failed.state, failed.note) == (TaskState.FAILED, "The account may not write there.")
    assert peopled.actions()[-2:] == [
        "remediation_task:change:start",
        "remediation_task:change:fail",
    ]
    peopled.remediator.refuses = ""
    assert peopled.remediation.execute(ADMINISTRATOR, task.id).state is TaskState.EXECUTED
    with pytest.raises(ConflictError):
        peopled.remediation.execute(ADMINISTRATOR, task.id)


def test_handing_over_marks_exactly_what_the_script_holds(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS, ("amy", "CORP\\amy"))
    text = peopled.remediation.hand_over(ADMINISTRATOR, campaign.id, "ldif")
    assert "member_login='dan'" in text
    assert "amy" not in text
    with peopled.database.reading() as work:
        states = {type(task.change): task.state for task in work.tasks.of_campaign(campaign.id)}
    assert states == {
        MembershipRemoval: TaskState.HANDED_OVER,
        PermissionRemoval: TaskState.PLANNED,
    }
    with pytest.raises(InputError, match="there are: ldif, powercli"):
        peopled.remediation.hand_over(ADMINISTRATOR, campaign.id, "excel")


def test_planning_again_adds_nothing(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    first = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.clock.move(minutes=1)
    assert peopled.remediation.plan(ADMINISTRATOR, campaign.id) == first


def test_nothing_is_planned_before_the_review_is_over(peopled: House) -> None:
    campaign = peopled.open()
    with pytest.raises(ConflictError, match="is in review"):
        peopled.remediation.plan(ADMINISTRATOR, campaign.id)


def test_only_administrators_remediate(peopled: House) -> None:
    service = peopled.remediation
    for call in (
        lambda: service.plan(reviewer("cat"), "x"),
        lambda: service.execute(reviewer("cat"), "x"),
        lambda: service.hand_over(reviewer("cat"), "x", "ldif"),
        lambda: service.verify(reviewer("cat")),
    ):
        with pytest.raises(NotAllowedError):
            call()
    with pytest.raises(NotFoundError):
        service.plan(ADMINISTRATOR, "x")
