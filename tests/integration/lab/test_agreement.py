"""The analysis against what a vCenter says itself: the same, and a planted mistake is caught."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from accessreview.analysis import decide
from accessreview.analysis.decide import decisive
from accessreview.analysis.vcenter import Entry
from accessreview.bundles.reader import read_bundle
from accessreview.model.agreement import Accord, Agreement, Asking, ComparedPair
from accessreview.model.canonical import canonical_json, sha256
from accessreview.model.snapshot import Snapshot
from accessreview.storage.database import SqlDatabase
from accessreview.vsphere.settings import VCenterSettings
from tests.comparing import Compared
from tests.estates import VECTORS, small_snapshot
from tests.servers.lab_vcenter import Lab

pytestmark = pytest.mark.integration

Decisive = Callable[..., tuple[Entry, ...]]
_ASKING = "FetchUserPrivilegeOnEntities"
_MIXED = [("root", "ops", "admin", True), ("dc", "ann", "reader", True)]


@pytest.fixture
def compared(
    lab: Lab, settings: Callable[..., VCenterSettings], database: SqlDatabase
) -> Callable[..., Compared]:
    """One vCenter of a snapshot, served by the lab and ready to be collected and asked."""

    def serve(bundle: Snapshot, source: str = "vc", **options: object) -> Compared:
        lab.load(bundle, source=source, options=options)
        return Compared(database, settings(), bundle)

    return serve


def estate(
    permissions: Sequence[tuple[str, str, str, bool]] = _MIXED,
    machines: Sequence[str] = ("vm", "db"),
    home: str = "vms",
) -> Snapshot:
    """A small vCenter where a folder's entry for ann overrides that of her group."""
    return small_snapshot(
        [
            ("root", "Folder", "", "", ""),
            ("dc", "Datacenter", "root", "", ""),
            ("vms", "Folder", "dc", "", "dc"),
            ("other", "Folder", "vms", "", ""),
            *((each, "VirtualMachine", home, "", "") for each in machines),
        ],
        roles={
            "-1": ["System.Anonymous", "System.View", "System.Read", "Host.Config.Power"],
            "7": ["System.Anonymous", "System.View", "System.Read"],
        },
        permissions=[
            (entity, who, {"admin": "-1", "reader": "7"}[role], propagates)
            for entity, who, role, propagates in permissions
        ],
        accounts={"ann": "", "bob": ""},
        members=[("ops", "ann"), ("ops", "bob")],
    )


@pytest.mark.parametrize(
    ("case", "source"),
    [
        ("documented", "V03"),
        ("documented", "V12"),
        ("random/case-1", "vc-000"),
        ("random/case-3", "vc-001"),
        ("random/case-5", "vc-001"),
    ],
)
def test_the_analysis_agrees_on_every_pair(
    compared: Callable[..., Compared], case: str, source: str
) -> None:
    agreement = once(compared(read_bundle(VECTORS / case), source))

    assert agreement.asking is Asking.ASKED
    assert agreement.equal == len(agreement.pairs) > 20
    assert agreement.differences == ()


def test_an_agreement_is_kept_with_a_record_that_pins_every_answer(
    compared: Callable[..., Compared],
) -> None:
    one = compared(estate())

    agreement = once(one)

    with one.database.reading() as work:
        assert work.agreements.of_snapshot(agreement.snapshot) == [agreement]
    (event,) = one.recorded()
    assert (event.object, event.details["source"]) == (agreement.snapshot, "vc")
    assert event.details["digest"] == sha256(canonical_json(agreement))
    assert event.details["equal"] == str(agreement.equal)


def test_global_permissions_that_were_not_read_show_as_differences(
    compared: Callable[..., Compared],
) -> None:
    bundle = read_bundle(VECTORS / "documented")

    unread = once(compared(bundle, "V10"))
    read = once(compared(bundle, "V10", api_version="9.0.0.0"))

    assert {pair.pair.account.id for pair in unread.differences} == {"u1"}
    assert unread.only_ours(unread.differences[0])
    assert read.equal == len(read.pairs) > 0


def _own_and_groups_add_up(
    entries: Sequence[Entry], mask: int, *, at_the_node: bool
) -> tuple[Entry, ...]:
    applicable = (entry for entry in entries if mask >> entry.principal & 1)
    return tuple(entry for entry in applicable if at_the_node or entry.propagates)


def _everything_propagates(
    entries: Sequence[Entry], mask: int, *, at_the_node: bool
) -> tuple[Entry, ...]:
    del at_the_node
    return decisive(entries, mask, at_the_node=True)


def _groups_do_not_count(
    entries: Sequence[Entry], mask: int, *, at_the_node: bool
) -> tuple[Entry, ...]:
    found = decisive(entries, mask, at_the_node=at_the_node)
    return tuple(entry for entry in found if entry.direct)


@pytest.mark.parametrize(
    "misread", [_own_and_groups_add_up, _everything_propagates, _groups_do_not_count]
)
def test_a_rule_that_the_analysis_misreads_is_caught(
    compared: Callable[..., Compared], monkeypatch: pytest.MonkeyPatch, misread: Decisive
) -> None:
    one = compared(read_bundle(VECTORS / "random" / "case-1"), "vc-000")
    stored = one.collect()
    monkeypatch.setattr(decide, "decisive", misread)

    agreement = one.ask(stored)

    assert 0 < len(agreement.differences) < agreement.compared
    difference = agreement.differences[0]
    assert agreement.only_ours(difference) or agreement.only_theirs(difference)


def test_an_answer_of_vcenter_that_is_wrong_is_caught(
    compared: Callable[..., Compared], lab: Lab
) -> None:
    one = compared(estate())
    told = {"user": "D\\bob", "entity": "vm", "privileges": ["Host.Config.Network"]}
    lab.control({"do": "lie", "lie": told})

    agreement = once(one)

    (difference,) = agreement.differences
    assert (difference.pair.account.id, difference.pair.entity) == ("bob", "vm")
    assert agreement.only_theirs(difference) == ("Host.Config.Network",)
    assert agreement.only_ours(difference) == ("Host.Config.Power", "System.Read")


def test_a_vcenter_that_grants_to_whoever_is_asked_about_is_not_believed(
    compared: Callable[..., Compared], lab: Lab
) -> None:
    one = compared(estate())
    lab.control({"do": "lie", "lie": {"privileges": ["System.Read"]}})

    agreement = once(one)

    assert (agreement.asking, agreement.pairs) == (Asking.UNTRUSTWORTHY, ())
    assert lab.control({"do": "calls"})["calls"].count(_ASKING) == 1


def test_an_account_that_may_only_read_can_ask(compared: Callable[..., Compared]) -> None:
    may = ["System.Anonymous", "System.View", "System.Read"]

    agreement = once(compared(estate(), default_privileges=may))

    assert agreement.equal == len(agreement.pairs) > 0


@pytest.mark.parametrize("fault", ["NotFound", "UserNotFound", "InvalidArgument", "NoPermission"])
def test_a_question_without_an_answer_takes_no_other_with_it(
    compared: Callable[..., Compared], lab: Lab, fault: str
) -> None:
    one = compared(estate())
    _spoil(lab, {"kind": "fault", "fault": fault}, call=2, times=2)

    agreement = once(one)

    (unanswered,) = unjudged(agreement)
    assert unanswered.theirs is None
    assert unanswered.why.startswith("vCenter gave no answer: ")
    assert agreement.equal == agreement.compared == len(agreement.pairs) - 1


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"kind": "drop"}, "the connection failed"),
        ({"kind": "stall"}, "no answer came in time"),
        ({"kind": "truncate", "percent": 50}, "cut off"),
        ({"kind": "fault", "fault": "NotAuthenticated"}, "the session ended"),
        ({"kind": "status", "status": 503}, "HTTP status 503"),
    ],
    ids=lambda value: value.get("fault", value["kind"]) if isinstance(value, dict) else "",
)
def test_a_vcenter_that_fails_while_it_is_asked_proves_nothing(
    compared: Callable[..., Compared], lab: Lab, damage: Mapping[str, object], words: str
) -> None:
    one = compared(estate())
    stored = one.collect()
    one.settings = replace(one.settings, timeout_seconds=1)
    _spoil(lab, damage, call=2)

    agreement = one.ask(stored)

    assert (agreement.asking, agreement.pairs) == (Asking.NOT_ASKED, ())
    assert "asking what D\\" in agreement.reason
    assert words in agreement.reason


def test_what_changed_between_reading_and_asking_is_not_held_against_anybody(
    compared: Callable[..., Compared],
) -> None:
    one = compared(estate())
    stored = one.collect()
    compared(estate([*_MIXED, ("other", "ann", "admin", True)]))

    agreement = one.ask(stored)

    whys = {pair.pair.entity: pair.why for pair in unjudged(agreement)}
    assert whys.keys() == {"other"}
    assert whys["other"] == (
        "Since the vCenter was read, the permissions on other or the roles in them changed."
    )
    assert agreement.differences == ()


def test_what_is_gone_or_was_moved_is_not_compared(compared: Callable[..., Compared]) -> None:
    one = compared(estate())
    stored = one.collect()
    compared(estate(machines=["db"], home="other"))

    agreement = one.ask(stored)

    assert {(pair.pair.entity, pair.why) for pair in unjudged(agreement)} == {
        ("vm", "Since the vCenter was read, vm went away."),
        ("db", "Since the vCenter was read, db was moved."),
    }
    assert agreement.compared > 0
    assert agreement.differences == ()


def test_a_vcenter_that_cannot_be_asked_is_said_with_the_reason(
    compared: Callable[..., Compared],
) -> None:
    one = compared(estate())
    stored = one.collect()
    one.settings = replace(one.settings, password=lambda: "wrong")

    agreement = one.ask(stored)

    assert (agreement.asking, agreement.pairs) == (Asking.NOT_ASKED, ())
    assert "the user name or the password is wrong" in agreement.reason
    assert one.recorded()[0].details["reason"] == agreement.reason


def test_a_vcenter_whose_last_rows_were_kept_is_not_asked(
    compared: Callable[..., Compared],
) -> None:
    one = compared(estate())
    one.collect()
    one.settings = replace(one.settings, password=lambda: "wrong")

    agreement = one.ask(one.collect())

    assert agreement.asking is Asking.NOT_ASKED
    assert agreement.reason.startswith("It was not read this time")


def _spoil(lab: Lab, damage: Mapping[str, object], *, call: int, times: int = 1) -> None:
    """Of the questions, the first is about a user who does not exist."""
    at = {"method": _ASKING, "call": call, "times": times}
    lab.control({"do": "damage", "damage": damage, "at": at})


def once(one: Compared) -> Agreement:
    return one.ask(one.collect())


def unjudged(agreement: Agreement) -> list[ComparedPair]:
    return [pair for pair in agreement.pairs if pair.accord is Accord.NOT_COMPARABLE]
