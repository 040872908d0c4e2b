"""``accessreview certify``: the findings of a bundle with their proofs, without a database."""

import sys
from importlib.metadata import version
from pathlib import Path

import click

from accessreview.analysis.certify import Certifier
from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.cli.bundle import bundle_argument, load_bundle
from accessreview.cli.ruleset import load_ruleset
from accessreview.model.canonical import json_lines
from accessreview.model.errors import NotFoundError


@click.command()
@bundle_argument
@click.option("--ruleset", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option("--rule", metavar="ID", help="Only findings of this rule.")
@click.option("--subject", metavar="NAME", help="Only findings about this identity or vCenter.")
def certify(bundle: Path, ruleset: Path, rule: str | None, subject: str | None) -> None:
    """Print what the rules of FILE find in BUNDLE, each with a certificate that proves it."""
    rules = load_ruleset(ruleset)
    if rule is not None and all(each.id != rule for each in rules.rules):
        raise NotFoundError(f"{ruleset} has no rule {rule}.")
    estate = build_estate(load_bundle(bundle))
    certifier = Certifier(estate, rules, version("accessreview"))
    for finding in assess(estate, rules):
        if rule in (None, finding.key.rule) and subject in (None, finding.key.subject):
            sys.stdout.buffer.write(json_lines([certifier.certify(finding)]))
    sys.stdout.buffer.flush()  # here, so that a closed pipe is met where it is handled
