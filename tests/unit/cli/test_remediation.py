"""``remediation``: planned, handed over, and proven only by what is collected later."""

import pytest

from tests.unit.cli.conftest import Installation, Row

MACHINES = ("dan", "CORP\\VM Admins")
HOSTS = ("dan", "CORP\\Host Admins")


@pytest.fixture
def revoked(peopled: Installation, campaign: str) -> str:
    """The campaign after Dan's administration of machines was revoked."""
    peopled.answer(campaign, MACHINES)
    peopled.run("campaign", "finish", campaign)
    return campaign


def dans(installation: Installation, campaign: str) -> Row:
    (item,) = (
        row
        for row in installation.run("campaign", "items", campaign)
        if row["decision"] is not None and row["decision"]["outcome"] == "revoke"
    )
    return item


def test_a_removal_is_planned_and_handed_over_as_a_script(
    peopled: Installation, revoked: str
) -> None:
    (task,) = peopled.run("remediation", "plan", revoked)
    assert (task["state"], task["change"]["member_login"]) == ("planned", "dan")
    result = peopled.try_("remediation", "script", revoked, "ldif")
    assert result.exit_code == 0
    assert "dn: CN=Team,DC=corp,DC=example" in result.stdout
    assert "member: CN=dan,DC=corp,DC=example" in result.stdout
    (task,) = peopled.run("remediation", "plan", revoked)
    assert task["state"] == "handed_over"


def test_without_an_account_for_it_nothing_is_carried_out(
    peopled: Installation, revoked: str
) -> None:
    (task,) = peopled.run("remediation", "plan", revoked)
    told = peopled.refused(4, "remediation", "execute", task["id"])
    assert "off by default" in told
    assert peopled.run("remediation", "plan", revoked)[0]["state"] == "planned"


def test_a_removal_that_gives_access_is_blocked_and_in_no_script(
    peopled: Installation, campaign: str
) -> None:
    peopled.answer(campaign, HOSTS)
    peopled.run("campaign", "finish", campaign)
    (task,) = peopled.run("remediation", "plan", campaign)
    assert task["state"] == "blocked"
    assert "would give access" in task["note"]
    peopled.refused(8, "remediation", "script", campaign, "ldif")


def test_only_a_later_snapshot_proves_a_removal(peopled: Installation, revoked: str) -> None:
    peopled.run("remediation", "plan", revoked)
    peopled.try_("remediation", "script", revoked, "ldif")
    (settlement,) = peopled.run("remediation", "verify")
    assert settlement["verdict"] == "not_known"
    assert "proven" in peopled.refused(8, "campaign", "close", revoked)
    peopled.company.drop("members", "dir", "team", "dir", "dan")
    peopled.run("import", str(peopled.bundle_of_the_next_second()))
    assert dans(peopled, revoked)["settlement"]["verdict"] == "gone"
    (row,) = peopled.run("campaign", "close", revoked)
    assert row["state"] == "closed"


def test_an_unknown_task_does_not_exist(peopled: Installation) -> None:
    assert "none" in peopled.refused(5, "remediation", "execute", "none")
