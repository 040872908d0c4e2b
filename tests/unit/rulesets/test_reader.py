"""What the reader accepts, and that it names file, table and key of what it refuses."""

import hashlib

import pytest

from accessreview.model.errors import InputError
from accessreview.model.policy import ConflictRule, ReachRule, Scope, Severity, SprawlRule
from accessreview.rulesets.known import known_privileges
from accessreview.rulesets.reader import read_ruleset

GOOD = """
[ruleset]
id = "example"
version = "2026.1"

[duty.host]
title = "Hosts"
types = ["HostSystem"]
any_of = ["Host.Config.*", "Host.Local.*"]
at_least = 2

[duty.vm]
all_of = ["VirtualMachine.Interact.PowerOn"]

[duty.net]
any_of = ["Network.*"]

[[rule]]
id = "C"
kind = "conflict"
duties = ["host", "vm", "net"]
scope = "placement"
severity = "critical"
title = "Both"
rationale = "Because."
advice = "Part them."
controls = { "NIST" = ["AC-5", "AC-6"] }

[[rule]]
id = "R"
kind = "reach"
duty = "vm"
max_objects = 10
severity = "low"

[[rule]]
id = "S"
kind = "sprawl"
duty = "host"
max_identities = 0
severity = "medium"
"""


def refused(text: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as error:
        read_ruleset(text, "rules.toml", None)
    return error.value.problems


def test_every_key_of_the_format_is_read() -> None:
    ruleset, warnings = read_ruleset(GOOD, "rules.toml", known_privileges())
    assert warnings == ()
    assert (ruleset.id, ruleset.version) == ("example", "2026.1")
    assert ruleset.digest == hashlib.sha256(GOOD.encode()).hexdigest()
    host = ruleset.duties["host"]
    assert (host.title, host.types, host.at_least) == ("Hosts", frozenset({"HostSystem"}), 2)
    assert ruleset.duties["vm"].title == "vm"
    conflict, reach, sprawl = ruleset.rules
    assert isinstance(conflict, ConflictRule)
    assert (conflict.threshold, conflict.scope) == (3, Scope.PLACEMENT)
    assert conflict.controls == {"NIST": ("AC-5", "AC-6")}
    assert (conflict.rationale, conflict.advice) == ("Because.", "Part them.")
    assert isinstance(reach, ReachRule)
    assert (reach.max_objects, reach.severity, reach.title) == (10, Severity.LOW, "R")
    assert isinstance(sprawl, SprawlRule)
    assert sprawl.max_identities == 0


def test_the_threshold_defaults_to_all_duties_and_may_be_less() -> None:
    ruleset, _ = read_ruleset(GOOD.replace("scope =", "threshold = 2\nscope ="), "r", None)
    (conflict, *_) = ruleset.rules
    assert isinstance(conflict, ConflictRule)
    assert conflict.threshold == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Both"', "titel = 1", "[[rule]] C, key titel: This key is unknown."),
        ('title = "Hosts"', "any = 1", "[duty.host], key any: This key is unknown."),
        ('version = "2026.1"', 'version = "1"\nx = 1', "[ruleset], key x: This key is unknown."),
        ('version = "2026.1"', "", "[ruleset], key version: This key is missing."),
        ("max_objects = 10", "", "[[rule]] R, key max_objects: This key is missing."),
        ('duty = "vm"', 'duty = "zz"', "[[rule]] R, key duty: no table [duty.zz] defines"),
        ('"vm", "net"]', '"vm", "zz"]', "[[rule]] C, key duties: no table [duty.zz] defines"),
        ('"vm", "net"]', '"vm", "vm"]', "[[rule]] C, key duties: vm is listed 2 times."),
        ('id = "R"', 'id = "C"', "[[rule]] C, key id: 2 rules have this id"),
        ("at_least = 2", "at_least = 0", "[duty.host], key at_least: Input should be greater"),
        ("max_objects = 10", "max_objects = -1", "[[rule]] R, key max_objects: Input should"),
        ("max_identities = 0", "max_identities = -1", "[[rule]] S, key max_identities: Input"),
        ("scope =", "threshold = 0\nscope =", "[[rule]] C, key threshold: Input should be"),
        ("scope =", "threshold = 4\nscope =", "[[rule]] C, key threshold: 4 is more than the 3"),
        ('scope = "placement"', 'scope = "moon"', "[[rule]] C, key scope: Input should be"),
        ('severity = "low"', 'severity = "dire"', "[[rule]] R, key severity: Input should be"),
        ('kind = "reach"', 'kind = "odd"', "[[rule]] R: Input tag 'odd'"),
        ("max_objects = 10", "max_objects = true", "[[rule]] R, key max_objects: Input should"),
        ('any_of = ["Network.*"]', "", "[duty.net]: give any_of or all_of"),
        ('any_of = ["Network.*"]', "any_of = []", "[duty.net]: give any_of or all_of"),
        ('any_of = ["Network.*"]', 'all_of = ["a"]\nat_least = 2', "[duty.net], key at_least: it"),
        ("[duty.net]", "[extra]\n[duty.net]", "[extra]: This key is unknown."),
        ("[duty.net]", "[duty.vm]", "this is not TOML: Cannot declare"),
        ("[ruleset]", "[ruleset", "this is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_table_and_key(old: str, new: str, message: str) -> None:
    assert old in GOOD
    problems = refused(GOOD.replace(old, new, 1))
    assert any(problem.startswith("rules.toml") and message in problem for problem in problems), (
        problems
    )


def test_a_rule_without_an_id_is_named_by_its_number() -> None:
    assert "rules.toml, [[rule]] number 2, key id: This key is missing." in refused(
        GOOD.replace('id = "R"', "")
    )


def test_every_problem_is_reported_at_once() -> None:
    problems = refused(GOOD.replace('duty = "vm"', 'duty = "a"').replace('"net"]', '"b"]'))
    assert len(problems) == 2


def test_a_pattern_that_matches_no_known_privilege_is_a_warning() -> None:
    text = GOOD.replace("Network.*", "Netwrok.*").replace("HostSystem", "Host")
    ruleset, warnings = read_ruleset(text, "rules.toml", known_privileges())
    assert ruleset.duties["net"].any_of == ("Netwrok.*",)
    assert warnings == (
        "rules.toml, [duty.host], key types: vSphere has no entities of the type Host.",
        "rules.toml, [duty.net], key any_of: Netwrok.* matches no known privilege.",
    )
