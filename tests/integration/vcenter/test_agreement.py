"""A vCenter that grants everything to everybody is not believed."""

from collections.abc import Callable

import pytest

from accessreview.model.agreement import Asking
from accessreview.storage.database import SqlDatabase
from accessreview.vsphere.settings import VCenterSettings
from tests.comparing import Compared
from tests.estates import snapshot_of

pytestmark = pytest.mark.integration

DIRECTORY: dict[str, list[tuple[str, ...]]] = {
    "accounts": [("dir", "ann", "ann", "Ann", "", "human", "true", "")],
    "groups": [("dir", "ops", "vm-operators")],
    "principal_names": [("dir", "ann", "CORP\\Ann"), ("dir", "ops", "CORP\\vm-operators")],
    "members": [("dir", "ops", "dir", "ann")],
}


def test_whoever_grants_to_a_user_who_cannot_exist_is_reported_and_not_used(
    settings: Callable[..., VCenterSettings], database: SqlDatabase
) -> None:
    one = Compared(database, settings(), snapshot_of(DIRECTORY))

    agreement = one.ask(one.collect())

    assert (agreement.asking, agreement.pairs) == (Asking.UNTRUSTWORTHY, ())
    assert "a user who does not exist, holds" in agreement.reason
    assert f"CORP\\accessreview-nobody-{agreement.seed[:24]}" in agreement.reason
    (event,) = one.recorded()
    assert event.details["asking"] == "untrustworthy"
