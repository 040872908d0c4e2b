"""Packages of campaigns that ended in every way hold, and say what they prove."""

from collections.abc import Callable

import pytest

from accessreview.cli.evidence_check import verified
from accessreview.model.evidence import CheckVerdict
from accessreview.signing import keys
from tests.unit.evidence.conftest import (
    Story,
    cancelled,
    closed,
    partly_read,
    rerouted,
    residue,
    revoke_dans,
)

STORIES = {
    "closed": (closed, "Campaign “Spring”, closed.", "1 of 1"),
    "residue": (residue, "Campaign “Spring”, closed with residue.", "1 of 2"),
    "in remediation": (revoke_dans, "Campaign “Spring”, in remediation.", "0 of 1"),
    "partly read": (partly_read, "Campaign “Spring”, in remediation.", "0 of 1"),
    "rerouted": (rerouted, "Campaign “Spring”, in remediation.", "0 of 0"),
    "cancelled": (
        cancelled,
        "Campaign “Spring”, cancelled. It was given up: nothing follows from its answers.",
        "0 of 0",
    ),
}


@pytest.mark.parametrize(("story", "campaign", "removals"), STORIES.values(), ids=STORIES.keys())
def test_an_honest_package_holds(
    built: Callable[[Story], bytes],
    signer: keys.Ed25519Signer,
    story: Story,
    campaign: str,
    removals: str,
) -> None:
    checks = verified(built(story), signer.public_key, None)
    assert {each.check for each in checks if each.verdict is CheckVerdict.FAILS} == set(), checks
    told = {each.check: each.detail for each in checks}
    assert told["campaign"] == campaign
    assert told["removals"].startswith(f"{removals} revocations")
