"""Examples as objects and as printed lines: two forms of one answer."""

import json
from random import Random

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import judge
from accessreview.cli.finding_lines import FindingLines, example_row
from accessreview.evidence.compile import finding_row
from tests.random_estates import random_ruleset, random_snapshot


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_lines_say_what_the_findings_and_examples_say(keep: int) -> None:
    places = 0
    for seed in range(60):
        rng = Random(seed)  # noqa: S311 - reproducible, not secret
        estate = build_estate(random_snapshot(rng))
        judgement = judge(estate, random_ruleset(rng), keep=keep)
        writer = FindingLines(estate, judgement)
        text = b"".join(writer.blocks(together=rng.choice((1, 2, 3, 50))))
        rows = [
            finding_row(finding) | {"examples": [*map(example_row, judgement.examples(finding))]}
            for finding in judgement.findings
        ]
        lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]
        assert text.decode() == "".join(f"{line}\n" for line in lines)
        places += sum(len(judgement.examples(finding)) for finding in judgement.findings)
    assert bool(places) == bool(keep)
