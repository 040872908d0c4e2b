from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accessreview.model.access import AccountRef, EntityRef, Permission, PermissionKey
from accessreview.model.review import (
    Chain,
    Decision,
    ItemState,
    Outcome,
    ReviewedAccess,
    ReviewItem,
    RoutingReason,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ITEM = ReviewItem(
    id="i1",
    campaign="c1",
    subject="dan",
    subject_name="Dan Doer",
    accounts=(AccountRef("dir", "dan"), AccountRef("dir", "dan-adm")),
    access=ReviewedAccess(
        permission=Permission(
            PermissionKey(EntityRef("vc", "dc"), "CORP\\VM Admins", is_group=True),
            "10",
            propagates=True,
        ),
        role_name="VM administrator",
        entity_type="Datacenter",
        place="vCenter Berlin / Berlin",
        privileges=("System.Read", "VirtualMachine.Config.CPUCount"),
        duties=(),
        objects=3,
        chains=(
            Chain(AccountRef("dir", "dan"), enabled=True, via=("dan", "Team", "CORP\\VM Admins")),
        ),
    ),
    reviewer="cat",
    reviewer_name="Cat Owner",
    routing=RoutingReason.GROUP_OWNER,
    routing_detail="owner of the group VM Admins",
)


def signed(item: ReviewItem, outcome: Outcome) -> ReviewItem:
    return replace(
        item,
        state=ItemState.SIGNED,
        decision=Decision(outcome, item.reviewer, "cat", AT, "because"),
    )


@pytest.fixture
def item() -> ReviewItem:
    return ITEM


@pytest.fixture
def revoked() -> ReviewItem:
    return signed(ITEM, Outcome.REVOKE)
