"""What takes a proof away, and where else revoked access may still be."""

from accessreview.model.assessment import ViolationState
from accessreview.model.remediation import TaskState
from accessreview.model.review import SettlementVerdict
from tests.unit.services.conftest import ADMINISTRATOR, House, collect

DANS = ("dan", "CORP\\VM Admins")


def test_access_seen_again_ends_a_proof_even_in_a_partial_snapshot(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    collect(peopled)
    peopled.company.add("members", "dir", "team", "dir", "dan")
    peopled.vcenter.gaps = ("One folder could not be read.",)
    collect(peopled)
    settlement = peopled.settlement(campaign, DANS)
    assert settlement.verdict is SettlementVerdict.NOT_KNOWN
    assert any("still reached" in sentence for sentence in settlement.left)


def test_the_same_privileges_below_the_entity_are_left(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    peopled.company.add("permissions", "vc", "prod", "CORP\\dan", "false", "10", "true")
    collect(peopled)
    settlement = peopled.settlement(campaign, DANS)
    assert settlement.verdict is SettlementVerdict.LEFT
    assert settlement.left == (
        (
            "VirtualMachine.Config.CPUCount of what was revoked is still held by another "
            "permission, VM administrator on vCenter Berlin / Berlin / Prod: dan > CORP\\dan."
        ),
    )


def test_a_permission_below_that_was_kept_is_none_that_is_left(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "prod", "CORP\\dan", "false", "10", "true")
    collect(peopled)
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    collect(peopled)
    settlement = peopled.settlement(campaign, DANS)
    assert settlement.verdict is SettlementVerdict.GONE


def rename(house: House, old: str, new: str) -> None:
    rows = house.company.rows["principal_names"]
    house.company.rows["principal_names"] = [(*row[:2], row[2].replace(old, new)) for row in rows]


def test_a_permission_whose_name_nobody_carries_any_more_is_not_gone(peopled: House) -> None:
    campaign = peopled.open()
    peopled.answer(campaign, DANS)
    rename(peopled, "CORP\\VM Admins", "CORP\\VM Operators")
    collect(peopled)
    settlement = peopled.settlement(campaign, DANS)
    assert settlement.verdict is SettlementVerdict.NOT_KNOWN
    assert settlement.left == (
        (
            "CORP\\VM Admins still has a permission on vCenter Berlin / Berlin, but no directory "
            "that was read knows the name any more: whom it names is not known. Remove the "
            "permission, or name the domain in the settings of its directory."
        ),
    )
    rename(peopled, "CORP\\VM Operators", "CORP\\VM Admins")
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    collect(peopled)
    settlement = peopled.settlement(campaign, DANS)
    assert settlement.verdict is SettlementVerdict.GONE


def test_a_name_that_nobody_carries_any_more_closes_no_violation(peopled: House) -> None:
    rename(peopled, "CORP\\", "CORPORATE\\")
    collect(peopled)
    with peopled.database.reading() as work:
        states = {each.key.text(): each.state for each in work.violations.all()}
    assert states["SOD-1/identity/dan"] is ViolationState.NOT_KNOWN
    assert states["SPRAWL-1/vcenter/vc"] is ViolationState.NOT_KNOWN


def test_an_entity_that_is_not_shown_any_more_proves_nothing(peopled: House) -> None:
    peopled.company.add("permissions", "vc", "vm1", "CORP\\dan", "false", "10", "true")
    collect(peopled)
    campaign = peopled.open()
    dans = ("dan", "CORP\\dan")
    peopled.answer(campaign, dans)
    (task,) = peopled.remediation.plan(ADMINISTRATOR, campaign.id)
    peopled.company.drop("entities", "vc", "vm1")
    peopled.company.drop("permissions", "vc", "vm1")
    collect(peopled)
    settlement = peopled.settlement(campaign, dans)
    assert settlement.verdict is SettlementVerdict.NOT_KNOWN
    assert settlement.left == (
        (
            "vCenter Berlin / Berlin / Prod / web-1 is not among what was read of vCenter Berlin: "
            "it was deleted, or is hidden from the account that collects, permissions included."
        ),
    )
    with peopled.database.reading() as work:
        assert work.tasks.get(task.id).state is TaskState.PLANNED
