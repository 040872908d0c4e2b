"""Whether a test may be skipped where a server or tool that it needs is missing."""

import os

import pytest


def require(*reasons: str) -> None:
    """Skip if a reason is given, such as what is to be installed; fail where all must be there."""
    for reason in filter(None, reasons):
        if os.environ.get("ACCESSREVIEW_REQUIRE_SERVERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
