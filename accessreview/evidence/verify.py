"""Verification of an evidence package: files and what to hold them against in, verdicts out.

Needs no database, network or configuration. Everything that a package states about itself is
computed again; whatever cannot be read is a failed check with a sentence, never an exception.
"""

from collections.abc import Callable, Mapping, Sequence

from accessreview.evidence.checks.agreement import agreement
from accessreview.evidence.checks.answers import decisions, sign_offs
from accessreview.evidence.checks.campaign import campaign, population
from accessreview.evidence.checks.container import files, key, manifest, ruleset, seal, snapshots
from accessreview.evidence.checks.records import records
from accessreview.evidence.checks.removals import plan, removals
from accessreview.evidence.checks.trail import audit
from accessreview.evidence.inspection import Inspection
from accessreview.model.errors import AccessReviewError, InputError
from accessreview.model.evidence import Check, CheckVerdict

_CHECKS: Mapping[str, Callable[[Inspection], str]] = {
    "seal": seal,
    "key": key,
    "manifest": manifest,
    "files": files,
    "snapshots": snapshots,
    "ruleset": ruleset,
    "campaign": campaign,
    "population": population,
    "decisions": decisions,
    "sign_offs": sign_offs,
    "plan": plan,
    "removals": removals,
    "audit": audit,
    "records": records,
    "agreement": agreement,
}

_LINE = "\n"


def verify(inspection: Inspection) -> tuple[Check, ...]:
    """Run every check, in a fixed order; all of them, even after one failed."""
    return tuple(_run(name, check, inspection) for name, check in _CHECKS.items())


def holds(checks: Sequence[Check]) -> bool:
    return all(check.verdict is CheckVerdict.HOLDS for check in checks)


def _run(name: str, check: Callable[[Inspection], str], inspection: Inspection) -> Check:
    try:
        return Check(name, CheckVerdict.HOLDS, check(inspection))
    except InputError as error:
        more = f" ({error.total} problems in all)" if error.total > 1 else ""
        return Check(name, CheckVerdict.FAILS, f"{str(error).partition(_LINE)[0]}{more}")
    except AccessReviewError as error:
        return Check(name, CheckVerdict.FAILS, str(error))
