"""Parts judged apart and put together equal the whole judged at once."""

from dataclasses import replace
from random import Random

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.partition import judge_part, partition, put_together
from accessreview.analysis.rules import assess
from tests.estates import snapshot_of
from tests.random_estates import random_ruleset, random_snapshot


@pytest.mark.parametrize("seed", range(40))
def test_the_parts_put_together_are_the_whole(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    snapshot, ruleset = random_snapshot(rng), random_ruleset(rng)
    parts = partition(snapshot)
    verdicts = [each for part in parts.values() for each in judge_part(part, ruleset)]
    assert sorted(each.vcenter for each in verdicts) == list(build_estate(snapshot).vcenters)
    rng.shuffle(verdicts)
    whole = assess(build_estate(snapshot), ruleset)
    assert put_together(snapshot["accounts"], ruleset, verdicts) == whole


def test_a_part_has_one_vcenter_and_every_directory() -> None:
    rows = [(vcenter, "root", "Folder", "root", "", "", "") for vcenter in ("v1", "v2")]
    people = [("d", "a", "a", "a", "", "human", "true", "")]
    whole = snapshot_of({"entities": rows, "accounts": people})
    parts = partition(replace(whole, sources=()))
    assert list(parts) == ["v1", "v2"]
    for vcenter, part in parts.items():
        assert [row[0] for row in part["entities"].rows()] == [vcenter]
        assert list(part["accounts"].rows()) == people
        assert list(build_estate(part).vcenters) == [vcenter]


def test_an_estate_without_any_vcenter_has_no_parts_and_no_findings() -> None:
    people = [("d", "a", "a", "a", "", "human", "true", "")]
    snapshot = replace(snapshot_of({"accounts": people}), sources=())
    assert partition(snapshot) == {}
    assert list(put_together(snapshot["accounts"], random_ruleset(Random(1)), [])) == []  # noqa: S311
