"""Changes between readings: what is told, what is not, and whose they were."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accessreview.analysis.access_seen import AccessSeen, access_seen
from accessreview.analysis.differences import Difference, What, differences
from accessreview.analysis.out_of_band import OwnRemoval, out_of_band
from accessreview.model.access import EntityRef
from accessreview.model.event import WatchedEvent
from accessreview.model.observation import Observation
from accessreview.model.remediation import PermissionRemoval
from accessreview.model.snapshot import Coverage, Source, SourceKind
from tests.snapshots import Rows, tables_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPS = ("vc", "dc", "CORP\\ops", "true", "7", "true")
ANN = ("vc", "vm", "CORP\\Ann", "false", "-1", "false")
PLAIN: Rows = {
    "entities": [
        ("vc", "root", "Folder", "Datacenters", "", "", ""),
        ("vc", "dc", "Datacenter", "DC", "root", "", ""),
        ("vc", "vms", "Folder", "vm", "dc", "", "dc"),
        ("vc", "vm", "VirtualMachine", "web", "vms", "", ""),
    ],
    "roles": [("vc", "-1", "Admin", "true"), ("vc", "7", "Operator", "false")],
    "role_privileges": [("vc", "-1", "Host.Config"), ("vc", "7", "Vm.PowerOn")],
    "permissions": [OPS],
    "facts": [("vc", "host", "lockdown", "lockdownNormal")],
    "powers": [],
}

Seen = tuple[Rows, Coverage, tuple[str, ...]]


def whole(**tables: Sequence[tuple[str, ...]]) -> Seen:
    return {**PLAIN, **tables}, Coverage.FULL, ()


def partial(**tables: Sequence[tuple[str, ...]]) -> Seen:
    return {**PLAIN, **tables}, Coverage.PARTIAL, ()


def found(*seen: Seen) -> list[Difference]:
    return list(differences(_read(*seen)["vc"]))


def _read(*seen: Seen) -> dict[str, list[AccessSeen]]:
    snapshots = []
    for number, (rows, coverage, gaps) in enumerate(seen):
        began = NOON + number * HOUR
        source = Source(
            "vc", SourceKind.VCENTER, "VC", coverage, gaps, began, began + timedelta(minutes=1)
        )
        snapshots.append(([source], tables_of(rows)))
    return access_seen(snapshots)


def told(
    *seen: Seen, own: Sequence[OwnRemoval] = (), events: Sequence[WatchedEvent] = ()
) -> list[Observation]:
    return list(out_of_band(_read(*seen), lambda: own, lambda _vcenter, _since: events))


def test_what_stays_as_it_is_is_no_change() -> None:
    assert found(whole(), whole(), partial(), whole()) == []
    spelled = ("vc", "dc", "corp\\OPS", "true", "7", "true")
    assert found(whole(), whole(permissions=[spelled])) == []


def test_a_permission_that_is_given_is_told_with_its_time() -> None:
    (one,) = found(whole(), whole(), whole(permissions=[OPS, ANN]))
    assert (one.what, one.entity, one.principal) == (What.ADDED, "vm", "CORP\\Ann")
    assert (one.after, one.until) == (NOON + HOUR, NOON + 2 * HOUR + timedelta(minutes=1))
    assert one.words == "was given the role Admin, without what is below"


OPERATES = "the role Operator, with what is below"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            ("vc", "dc", "CORP\\ops", "true", "-1", "true"),
            f"had {OPERATES}, and has the role Admin, with what is below",
        ),
        (
            ("vc", "dc", "CORP\\OPS", "true", "7", "false"),
            f"had {OPERATES}, and has the role Operator, without what is below",
        ),
    ],
    ids=["role", "reach"],
)
def test_a_permission_that_gives_something_else_is_told(now: tuple[str, ...], words: str) -> None:
    (one,) = found(whole(), partial(permissions=[now]))
    assert (one.what, one.words) == (What.CHANGED, words)


def test_only_a_whole_reading_proves_that_a_permission_is_gone() -> None:
    assert found(whole(), partial(permissions=[])) == []
    (one,) = found(whole(), partial(permissions=[]), whole(permissions=[]), whole(permissions=[]))
    assert (one.what, one.words) == (What.REMOVED, "lost the role Operator, with what is below")
    assert (one.after, one.until) == (NOON, NOON + 2 * HOUR + timedelta(minutes=1))


def test_what_a_partial_reading_did_not_show_is_not_new_afterwards() -> None:
    assert found(whole(), partial(permissions=[]), whole()) == []
    assert found(partial(permissions=[]), whole()) == []
    (one,) = found(whole(permissions=[]), partial(permissions=[]), whole())
    assert (one.what, one.after) == (What.ADDED, NOON)


def test_what_went_with_its_object_is_not_told() -> None:
    gone = [row for row in PLAIN["entities"] if row[1] != "vm"]
    assert found(whole(permissions=[OPS, ANN]), whole(entities=gone)) == []


def test_a_reading_that_was_carried_forward_is_none() -> None:
    rows, coverage, _ = whole()
    source = Source("vc", SourceKind.VCENTER, "VC", coverage, (), NOON, NOON)
    changed = tables_of({**rows, "permissions": []})
    seen = access_seen([([source], tables_of(rows)), ([source], changed)])
    assert len(seen["vc"]) == 1


def test_privileges_of_roles_are_told_but_of_those_that_come_with_vcenter() -> None:
    now = [("vc", "-1", "New.Privilege"), ("vc", "7", "Vm.PowerOff"), ("vc", "7", "Vm.Reset")]
    (one,) = found(whole(), whole(role_privileges=now))
    assert (one.what, one.role) == (What.PRIVILEGES, "7")
    assert one.words == "gained Vm.PowerOff; Vm.Reset; lost Vm.PowerOn"


def test_settings_of_hosts_are_told_where_both_readings_have_them() -> None:
    off = [("vc", "host", "lockdown", "lockdownDisabled"), ("vc", "host", "version", "9")]
    (one,) = found(whole(), whole(facts=[]), whole(facts=off))
    assert (one.what, one.entity) == (What.SETTING, "host")
    assert one.words == "lockdown was lockdownNormal, and is lockdownDisabled"


WITH_HOST = [*PLAIN["entities"], ("vc", "host", "HostSystem", "esx01", "dc", "", "")]
LOGINS = [
    ("vc", "host", "lockdown-exception", "CORP\\Bob", "false", ""),
    ("vc", "host", "host-access", "root", "false", "accessAdmin"),
]


def test_whom_hosts_let_in_is_told_where_all_of_them_told_it() -> None:
    plain = whole(entities=WITH_HOST)
    rows, coverage, _ = whole(entities=WITH_HOST)
    untold = rows, coverage, ("Hosts: Local accounts could not be read of 1 of 1 host: host.",)
    event_ = event("esx.audit.lockdownmode.exceptions.changed", 70, "CORP\\eve", entity="host")
    changed = whole(entities=WITH_HOST, powers=LOGINS)

    assert found(plain, untold, plain) == []
    assert found(untold, changed) == []
    bob, root = found(plain, untold, changed)
    assert (bob.entity, bob.principal, bob.after) == ("host", "CORP\\Bob", NOON)
    assert root.words == "is let in by the host itself (accessAdmin) now"
    assert {one.words for one in found(changed, plain)} == {
        "is no longer excepted from its lockdown",
        "is no longer let in by the host itself (accessAdmin)",
    }
    one, _ = told(plain, plain, changed, events=[event_])
    assert "on esx01: is excepted from its lockdown now, between" in one.detail
    assert "CORP\\eve made it on" in one.detail


def test_a_host_that_came_or_went_lets_nobody_new_in() -> None:
    assert found(whole(), whole(entities=WITH_HOST, powers=LOGINS), whole()) == []


def test_global_permissions_that_come_to_be_read_as_such_are_no_change() -> None:
    mirrored = ("vc", "root", "CORP\\admins", "true", "-1", "true")
    as_such = ("vc", "", "CORP\\admins", "true", "-1", "true")
    by_rest = [("vc", "", "global-permissions", "rest")]
    now = whole(facts=by_rest, permissions=[as_such])
    assert found(whole(permissions=[mirrored]), now) == []
    (one,) = found(now, whole(facts=by_rest, permissions=[]))
    assert (one.what, one.entity) == (What.REMOVED, "")


REMOVAL = PermissionRemoval(
    entity=EntityRef("vc", "dc"),
    entity_type="Datacenter",
    place="DC",
    principal="corp\\OPS",
    is_group=True,
    role="7",
    role_name="Operator",
    propagate=True,
)


@pytest.mark.parametrize(
    ("since", "until", "is_ours"),
    [
        (NOON + HOUR / 2, NOON + HOUR / 2, True),
        (NOON - HOUR, None, True),
        (NOON - HOUR, NOON - HOUR, False),
        (NOON + 2 * HOUR, None, False),
    ],
    ids=["carried-out", "handed-over", "long-before", "afterwards"],
)
def test_a_removal_is_ours_if_it_was_made_in_that_time(
    since: datetime, until: datetime | None, *, is_ours: bool
) -> None:
    own = OwnRemoval(REMOVAL, since, until)
    assert bool(told(whole(), whole(permissions=[]), own=[own])) is not is_ours


def test_nothing_else_of_that_permission_is_ours() -> None:
    own = [OwnRemoval(REMOVAL, NOON, None)]
    other_role = ("vc", "dc", "CORP\\ops", "true", "-1", "true")
    assert told(whole(permissions=[other_role]), whole(permissions=[]), own=own)
    assert told(whole(permissions=[]), whole(), own=own)
    as_user = ("vc", "dc", "CORP\\ops", "false", "7", "true")
    assert told(whole(permissions=[as_user]), whole(permissions=[]), own=own)


def event(type_: str, minutes: int, actor: str, **more: object) -> WatchedEvent:
    return WatchedEvent(
        source="vc",
        key=minutes,
        at=NOON + timedelta(minutes=minutes),
        type=type_,
        actor=actor,
        **more,  # type: ignore[arg-type]
    )


def of_ops(type_: str, minutes: int, actor: str, entity: str = "dc") -> WatchedEvent:
    return event(type_, minutes, actor, entity=entity, principal="corp\\Ops", is_group=True)


def test_who_made_a_change_is_told_by_the_last_event_of_it_in_that_time() -> None:
    events = [
        of_ops("PermissionRemovedEvent", -60, "CORP\\early"),
        of_ops("PermissionAddedEvent", 30, "CORP\\giver"),
        of_ops("PermissionRemovedEvent", 30, "CORP\\first"),
        of_ops("PermissionRemovedEvent", 40, "CORP\\mallory", entity="vms"),
        of_ops("PermissionRemovedEvent", 45, "CORP\\elsewhere", entity="vm"),
        of_ops("PermissionRemovedEvent", 90, "CORP\\late"),
    ]
    (one,) = told(whole(), whole(permissions=[]), events=events)
    assert (one.principal, one.is_group) == ("CORP\\ops", True)
    assert one.detail == (
        "1 change of what it may do that no removal decided here explains. The last, on DC: lost"
        " the role Operator, with what is below, between 2026-03-02 12:00 and 2026-03-02 13:01"
        " UTC. CORP\\mallory made it on 2026-03-02 12:40:00 UTC."
    )


def test_without_an_event_nobody_is_named() -> None:
    (one,) = told(whole(), whole(permissions=[]))
    assert one.detail.endswith("No event tells who made it.")


def test_a_global_permission_is_told_of_by_its_message() -> None:
    as_such = ("vc", "", "CORP\\Admins", "true", "-1", "true")
    id_ = "com.vmware.cis.CreateGlobalPermission"
    events = [
        event(id_, 20, "CORP\\mallory", message="Global permission added for corp\\admins"),
        event(id_, 30, "CORP\\other", message="Global permission added for corp\\others"),
    ]
    (one,) = told(whole(), whole(permissions=[OPS, as_such]), events=events)
    assert "on everything (a global permission): was given the role Admin" in one.detail
    assert "CORP\\mallory made it" in one.detail


def test_changes_of_one_principal_are_one_observation_the_newest_first() -> None:
    more = ("vc", "vm", "CORP\\ops", "true", "-1", "false")
    (one,) = told(whole(permissions=[]), whole(), whole(permissions=[OPS, more]))
    assert [each.name for each in one.concerned] == ["web", "DC"]
    assert one.detail.startswith("2 changes of what it may do")


def test_roles_and_hosts_of_a_vcenter_are_one_observation() -> None:
    now = whole(
        role_privileges=[("vc", "7", "Vm.Reset")],
        facts=[("vc", "host", "lockdown", "lockdownDisabled")],
    )
    events = [
        event("RoleUpdatedEvent", 10, "CORP\\mallory", role="7"),
        event("esx.audit.lockdownmode.disabled", 10, "CORP\\eve", entity="host"),
    ]
    (one,) = told(whole(), now, events=events)
    assert (one.principal, len(one.concerned)) == ("", 2)
    assert one.detail.startswith("2 changes of its roles and hosts")
    assert {each.reason.rpartition(". ")[2].split(" ")[0] for each in one.concerned} == {
        "CORP\\mallory",
        "CORP\\eve",
    }


def given(
    minutes: int, role: str, entity: str = "vm", type_: str = "PermissionAddedEvent"
) -> WatchedEvent:
    return event(
        type_,
        minutes,
        "CORP\\mallory",
        entity=entity,
        principal="CORP\\Ann",
        role=role,
        role_name="Admin",
    )


def test_what_was_given_and_gone_by_the_next_reading_is_told_by_its_event() -> None:
    events = [given(30, "-1"), given(40, "", type_="PermissionRemovedEvent")]
    (one,) = told(whole(), whole(), events=events)
    assert (one.principal, len(one.concerned)) == ("CORP\\Ann", 1)
    assert one.detail == (
        "1 change of what it may do that no removal decided here explains. The last, on web: was"
        " given the role Admin for a time, on 2026-03-02 12:30:00 UTC. CORP\\mallory made it on"
        " 2026-03-02 12:30:00 UTC."
    )


def test_what_was_gone_and_is_there_again_is_told_by_its_event() -> None:
    events = [
        replace(given(30, "", "vms"), type="PermissionRemovedEvent", principal="corp\\ops"),
        replace(given(40, "7", "vms"), principal="corp\\ops"),
    ]
    events = [replace(one, is_group=True) for one in events]
    (one,) = told(whole(), whole(), events=events)
    assert "was without its permission for a time, on 2026-03-02 12:30:00 UTC" in one.detail


def test_events_of_what_readings_show_or_cannot_show_yet_tell_nothing_more() -> None:
    stays = [OPS, ("vc", "vm", "CORP\\Ann", "false", "-1", "true")]
    (one,) = told(whole(), whole(permissions=stays), events=[given(30, "-1")])
    assert len(one.concerned) == 1
    for events, seen in (
        ([given(-90, "-1")], (whole(), whole())),
        ([given(90, "-1")], (whole(), whole())),
        ([given(30, "-1")], (whole(), partial())),
        ([given(30, "-1")], (whole(permissions=stays), whole(permissions=stays))),
    ):
        assert told(*seen, events=events) == []
