"""The shipped ruleset and the list of privileges beside it."""

from accessreview.model.duties import matches
from accessreview.model.policy import Severity
from accessreview.rulesets.known import describe, known_privileges
from accessreview.rulesets.reader import read_ruleset
from accessreview.rulesets.shipped import shipped_ruleset


def test_the_shipped_ruleset_reads_without_warnings() -> None:
    ruleset = shipped_ruleset()
    assert ruleset.id == "accessreview-foundation"
    assert read_ruleset(ruleset.text, "foundation.toml", known_privileges())[1] == ()


def test_every_shipped_rule_is_critical_and_says_why_and_what_to_do() -> None:
    for rule in shipped_ruleset().rules:
        assert rule.severity is Severity.CRITICAL
        assert min(len(rule.title), len(rule.rationale), len(rule.advice)) > 20
        assert rule.controls


def test_every_privilege_of_a_shipped_duty_is_described_in_plain_words() -> None:
    for duty in shipped_ruleset().duties.values():
        for pattern in (*duty.any_of, *duty.all_of):
            for privilege in known_privileges():
                if matches(pattern, privilege):
                    assert ":" not in describe(privilege)


def test_a_privilege_that_nobody_described_stands_for_itself() -> None:
    assert describe("Vendor.New.Thing") == "Vendor.New.Thing"
    assert describe("Host.Config.NetService").startswith("Start services such as SSH")
