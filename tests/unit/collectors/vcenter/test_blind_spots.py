"""Where the account that reads is blind, from what came and what was refused."""

from dataclasses import replace

import pytest

from accessreview.collectors.vcenter.blind_spots import blind_spots, blinded
from accessreview.collectors.vcenter.raw import RawPermission, RawVCenter
from accessreview.model.snapshot import Coverage
from tests.unit.collectors.vcenter.estate import entity, raw, read

USER = r"CORP\collector"


def _entry(entity_id: str, role: int, principal: str = USER, *, group: bool = False) -> RawVCenter:
    return raw(permissions=(RawPermission(entity_id, principal, group, role, propagate=True),))


def test_of_a_whole_vcenter_nothing_is_hidden() -> None:
    assert blind_spots(raw(), (), USER) == {}


def test_what_vcenter_says_to_be_unreadable_is_a_blind_spot() -> None:
    assert blind_spots(raw(), {"group-v3"}, USER) == {
        "group-v3": ("the account may not read it (System.Read)",)
    }


def test_a_refused_property_is_a_blind_spot() -> None:
    value = raw(replace(entity("vm-17"), refused=("parent", "name")))

    assert blind_spots(value, (), USER) == {"vm-17": ("it does not show parent, name",)}


def test_children_that_did_not_come_are_hidden_in_their_container() -> None:
    value = raw(replace(entity("group-v3"), children=("vm-17", "vm-77", "vm-78")))

    assert blind_spots(value, (), USER) == {"group-v3": ("2 in it did not come, such as vm-77",)}


@pytest.mark.parametrize("hidden", ["resgroup-9", "group-v3", "resgroup-8", "domain-c7"])
def test_a_container_that_did_not_come_is_named_and_the_reading_is_partial(hidden: str) -> None:
    value = raw(without=hidden)

    assert any("did not come" in why for why in blind_spots(value, (), USER)[hidden])
    assert read(value).source.coverage is Coverage.PARTIAL


def test_what_did_not_come_and_has_a_permission_is_a_blind_spot() -> None:
    value = _entry("vm-99", -1)

    assert blind_spots(value, (), USER) == {"vm-99": ("it did not come, and has a permission",)}
    assert read(value).source.coverage is Coverage.PARTIAL


def test_a_permission_of_the_account_itself_that_lets_it_read_nothing_blinds_it() -> None:
    value = _entry("group-v3", -5, r"corp\COLLECTOR")

    assert blinded(value, USER) == ("group-v3",)
    assert blind_spots(value, (), USER) == {
        "group-v3": ("a permission takes System.Read from the account there",)
    }


@pytest.mark.parametrize(
    "value",
    [_entry("group-v3", -1), _entry("group-v3", -5, group=True), _entry("group-v3", -5, "CORP\\b")],
    ids=["it may read", "a group of that name", "another user"],
)
def test_other_permissions_blind_nobody(value: RawVCenter) -> None:
    assert blinded(value, USER) == ()
