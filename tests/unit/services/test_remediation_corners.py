"""Remediation where campaigns, vCenters and people get in each other's way."""

import pytest

from accessreview.model.errors import ConflictError
from accessreview.model.remediation import PermissionRemoval, TaskState
from accessreview.model.review import SettlementVerdict
from tests.unit.services.conftest import ADMINISTRATOR, House, collect


def test_what_another_campaign_may_still_do_counts(peopled: House) -> None:
    peopled.company.drop("permissions", "vc", "prod")
    peopled.company.add("permissions", "vc", "vm1", "CORP\\Readers", "true", "-2", "true")
    peopled.company.add("permissions", "vc", "vm1", "CORP\\Host Admins", "true", "-2", "true")
    peopled.company.add("members", "dir", "readers", "dir", "dan")
    peopled.company.drop("permissions", "vc", "clu")
    collect(peopled)
    first, second = peopled.open(name="First"), peopled.open(name="Second")
    peopled.answer(first, ("dan", "CORP\\Readers"))
    peopled.answer(second, ("dan", "CORP\\Host Admins"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, first.id)
    assert task.state is TaskState.PLANNED
    (blocked,) = peopled.remediation.plan(ADMINISTRATOR, second.id)
    assert blocked.state is TaskState.BLOCKED
    assert "together with taking dan out of the group Readers" in blocked.note
    peopled.remediation.execute(ADMINISTRATOR, task.id)
    collect(peopled)
    # Now the entry for Host Admins alone hides what comes from above, and must stay.
    (blocked,) = peopled.remediation.plan(ADMINISTRATOR, second.id)
    assert blocked.note.startswith("Not done, because it would give access: Dan Doer")


def test_a_global_permission_is_removed_by_a_person_and_proven_on_the_roots(
    peopled: House,
) -> None:
    peopled.company.add("permissions", "vc", "", "CORP\\Readers", "true", "-2", "false")
    peopled.company.add("permissions", "vc", "", "CORP\\fay", "false", "11", "true")
    collect(peopled)
    campaign = peopled.open(second_fallback="ben@tool")
    key = ("fay", "CORP\\fay")
    assert peopled.items(campaign)[key].access.place == "vCenter Berlin (global permission)"
    peopled.answer(campaign, key)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert isinstance(task.change, PermissionRemoval)
    assert task.change.entity.id == ""
    assert task.note == (
        "By hand: This is a global permission: remove CORP\\fay under Administration, Access"
        " Control, Global Permissions. That ends it in every vCenter of the domain at once."
    )
    peopled.company.drop("permissions", "vc", "", "CORP\\fay")
    peopled.company.add("permissions", "vc", "root", "CORP\\fay", "false", "11", "true")
    collect(peopled)
    settlement = peopled.settlement(campaign, key)
    assert settlement.verdict is SettlementVerdict.LEFT
    assert "Host administrator on vCenter Berlin: fay > CORP\\fay." in settlement.left[0]
    peopled.company.drop("permissions", "vc", "root", "CORP\\fay")
    collect(peopled)
    settlement = peopled.settlement(campaign, key)
    assert settlement.verdict is SettlementVerdict.GONE


def test_where_global_permissions_are_told_no_more_none_is_proven_gone(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "", "CORP\\fay", "false", "11", "true")
    collect(peopled)
    campaign = peopled.open(second_fallback="ben@tool")
    key = ("fay", "CORP\\fay")
    peopled.answer(campaign, key)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.company.drop("permissions", "vc", "", "CORP\\fay")
    collect(peopled)
    settlement = peopled.settlement(campaign, key)
    assert settlement.verdict is SettlementVerdict.NOT_KNOWN
    assert settlement.left == (
        (
            "The global permissions of vCenter Berlin were not read as such: whether one is gone "
            "is not known."
        ),
    )
    (again,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert again.state is not TaskState.VERIFIED
    assert again.id == task.id


def test_an_entry_of_the_root_that_turns_out_to_be_a_global_one_is_not_gone(
    peopled: House,
) -> None:
    peopled.company.add("permissions", "vc", "root", "CORP\\fay", "false", "11", "true")
    collect(peopled)
    campaign = peopled.open(second_fallback="ben@tool")
    key = ("fay", "CORP\\fay")
    peopled.answer(campaign, key)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.company.drop("permissions", "vc", "root", "CORP\\fay")
    peopled.company.add("permissions", "vc", "", "CORP\\fay", "false", "11", "true")
    peopled.company.drop("accounts", "dir", "fay")
    peopled.company.add(
        "accounts", "dir", "fay", "fay", "Fay", "fay@corp.example", "human", "false", "fay"
    )
    collect(peopled)
    settlement = peopled.settlement(campaign, key)
    assert settlement.verdict is SettlementVerdict.LEFT
    assert "is still there and still reached: fay > CORP\\fay." in settlement.left[0]
    (again,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert (again.id, again.state) == (task.id, task.state)


def test_a_permission_that_names_two_people_says_who_else_loses_it(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "prod", "CORP\\dan", "false", "10", "true")
    peopled.company.add("principal_names", "dir", "ben", "CORP\\dan")
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, ("dan", "CORP\\dan"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    assert task.also_lost == (
        (
            "Ben Boss (ben) also loses VM administrator on vCenter Berlin / Berlin / Prod, given "
            "to CORP\\dan, which was to be kept."
        ),
    )


def test_a_snapshot_during_which_a_campaign_was_closed_leaves_it_closed(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("dan", "CORP\\VM Admins"))
    closed = peopled.campaigns.close(ADMINISTRATOR, campaign.id, "given up")
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    collect(peopled)
    assert peopled.items(campaign)["dan", "CORP\\VM Admins"].settlement is None
    with peopled.database.reading() as work:
        assert work.campaigns.get(campaign.id) == closed


def test_nothing_is_changed_by_a_simulation_of_long_ago(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, ("dan", "CORP\\VM Admins"))
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.clock.move(hours=37)
    with pytest.raises(ConflictError, match=r"vCenter Berlin was read last on .* Collect again"):
        peopled.remediation.execute(ADMINISTRATOR, task.id)
    peopled.refresh.run(ADMINISTRATOR)
    assert peopled.remediation.execute(ADMINISTRATOR, task.id).state is TaskState.EXECUTED
