"""Rules on the random estates, against the findings of an independent reference."""

import json

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess, judge
from accessreview.bundles.reader import read_bundle
from accessreview.model.policy import Ruleset
from accessreview.rulesets.reader import read_ruleset
from tests.estates import VECTORS

RANDOM = sorted(path.name for path in (VECTORS / "random").glob("case-*"))


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    text = (VECTORS / "random" / "ruleset.toml").read_text("utf-8")
    return read_ruleset(text, "ruleset.toml", None)[0]


@pytest.mark.parametrize("case", RANDOM)
def test_random_estates_have_the_references_findings(case: str, ruleset: Ruleset) -> None:
    folder = VECTORS / "random" / case
    findings = assess(build_estate(read_bundle(folder)), ruleset)
    expected = {
        (row["rule"], row.get("identity"), row.get("vcenter"), row["places"])
        for row in map(json.loads, (folder / "findings.jsonl").read_text("utf-8").splitlines())
    }
    actual = {
        (
            f.key.rule,
            f.key.subject if f.key.subject_kind == "identity" else None,
            f.key.subject if f.key.subject_kind == "vcenter" else None,
            f.places,
        )
        for f in findings
    }
    assert actual == expected
    assert len(findings) == len(expected)
    assert list(findings) == sorted(findings, key=lambda finding: finding.key)


@pytest.mark.parametrize("case", RANDOM)
def test_every_example_has_grants_behind_as_many_duties_as_the_rule_asks(
    case: str, ruleset: Ruleset
) -> None:
    estate = build_estate(read_bundle(VECTORS / "random" / case))
    rules = {rule.id: rule for rule in ruleset.rules}
    judgement = judge(estate, ruleset, keep=2)
    for finding in judgement.findings:
        rule, examples = rules[finding.key.rule], judgement.examples(finding)
        assert len(examples) == min(2, finding.places)
        if rule.kind != "sprawl":
            assert len({example.place for example in examples}) == len(examples)
        for example in examples:
            assert len(example.grants) >= getattr(rule, "threshold", 1)
            for grants in example.grants.values():
                assert grants
                assert all(grant.decides for grant in grants)
