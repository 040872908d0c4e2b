"""Everything that a package says was computed, computed again from the snapshots inside it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.hygiene import ambiguities
from accessreview.analysis.rules import assess
from accessreview.evidence.compile import finding_row
from accessreview.evidence.package import Package
from accessreview.evidence.parse import Row, parse_object
from accessreview.evidence.reproduce import Reproduction, compare
from accessreview.model.canonical import plain
from accessreview.model.errors import IntegrityError
from accessreview.model.finding import Finding
from accessreview.model.policy import Ruleset
from accessreview.model.review import CampaignScope, ReviewItem
from accessreview.review.scoping import concerns
from accessreview.review.settlement import settle
from accessreview.services.agreement_again import (
    answers,
    answers_again,
    samples,
    samples_again,
)
from accessreview.services.holdings import held_permissions
from accessreview.services.proofs import Later

_OF_ACCESS = ("permission", "role_name", "privileges", "objects", "chains", "findings")


def reperform(
    package: Package, parse_ruleset: Callable[[str], Ruleset]
) -> tuple[Reproduction, ...]:
    """Compare findings, what was asked, what is unresolved, the verdicts on removals, and samples.

    Only what the snapshots and the ruleset determine is compared: not names, places or reviewers.

    Raises:
        IntegrityError, InputError: a part is missing or cannot be read.
    """
    ruleset = parse_ruleset(package["ruleset.toml"].decode("utf-8", "replace"))
    estate = build_estate(package.reviewed)
    findings = assess(estate, ruleset)
    return (
        compare(
            "findings", package.rows("findings.jsonl"), [dict(finding_row(f)) for f in findings]
        ),
        compare(
            "items",
            [_asked(item.subject, item.access) for item in package.items],
            list(_to_be_asked(estate, findings, ruleset, package.campaign.scope)),
        ),
        compare("unresolved", _unresolved(package), [_row(each) for each in ambiguities(estate)]),
        compare("removals", list(_recorded(package.items)), list(_judged(package))),
        compare(
            "sample",
            list(samples(package.agreements)),
            list(samples_again(package.agreements, estate)),
        ),
        compare(
            "agreement",
            list(answers(package.agreements)),
            list(answers_again(package.agreements, estate)),
        ),
    )


def _asked(subject: str, access: object) -> Row:
    return {
        "subject": subject,
        **{name: plain(getattr(access, name)) for name in _OF_ACCESS if hasattr(access, name)},
    }


def _to_be_asked(
    estate: Estate, findings: Iterable[Finding], ruleset: Ruleset, scope: CampaignScope
) -> Iterator[Row]:
    held = tuple(held_permissions(estate))
    concern = concerns(held, findings, ruleset)
    for each in held:
        behind = concern.get((each.subject, each.permission.key), ())
        if not each.restricts and (behind or scope is CampaignScope.ALL):
            yield {**_asked(each.subject, each), "findings": plain(behind)}


def _unresolved(package: Package) -> list[Row]:
    rows = parse_object(package["population.json"], "population.json").get("unresolved")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise IntegrityError("population.json does not say which principals are unresolved.")
    return rows


def _row(value: object) -> Row:
    row = plain(value)
    if not isinstance(row, dict):
        raise TypeError("a row is an object")
    return dict(row)


def _recorded(items: Iterable[ReviewItem]) -> Iterator[Row]:
    for item in items:
        if item.settlement is not None:
            yield {
                "item": item.id,
                "snapshot": item.settlement.snapshot,
                "verdict": item.settlement.verdict.value,
            }


def _judged(package: Package) -> Iterator[Row]:
    of_subject: dict[str, list[ReviewItem]] = {}
    settled: dict[str, list[ReviewItem]] = {}
    for item in package.items:
        of_subject.setdefault(item.subject, []).append(item)
        if item.settlement is not None:
            settled.setdefault(item.settlement.snapshot, []).append(item)
    for digest, items in sorted(settled.items()):
        later = Later.of(package.after(digest))
        for item in items:
            yield from _judged_by(later, item, of_subject[item.subject], package)


def _judged_by(
    later: Later, item: ReviewItem, own: list[ReviewItem], package: Package
) -> Iterator[Row]:
    if item.settlement is None:
        raise AssertionError("only what was settled is judged again")
    view = later.view(item, own, package.reviewed.sources, item.settlement.at)
    yield from _recorded([replace(item, settlement=settle(replace(item, settlement=None), view))])
