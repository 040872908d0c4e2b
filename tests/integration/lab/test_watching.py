"""A vCenter that behaves as documented is watched: every kind of event, sessions, the recorder."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pyVmomi import vim

from accessreview.collectors.vcenter.event_types import watched_types
from accessreview.collectors.vcenter.events import read_events
from accessreview.collectors.vcenter.usage import VCenterWatch
from accessreview.model.errors import CollectionError
from accessreview.model.event import SeenUse, Stream, Watch, Watched
from accessreview.model.snapshot import Use
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.integration.lab.conftest import ANN, BOB, CARL, PASSWORD, Client
from tests.servers.lab_vcenter import Lab

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]
CHECKS = "/api/vcenter/authorization/privilege-checks"
MALLORY = "CORP\\mallory"
READ_ONLY = ["System.Anonymous", "System.Read", "System.View"]


def known_of(watched: Watched) -> Mapping[Stream, Watch]:
    return {one.stream: one for one in watched.watches}


def checks_in(watched: Watched) -> list[SeenUse]:
    return [one for one in watched.uses if one.use is Use.PRIVILEGE_CHECK]


def refused(client: Client, user: str) -> None:
    """Have a user try what takes a privilege that the user lacks."""
    with client(user) as content:
        manager = content.authorizationManager
        assert manager
        with pytest.raises(vim.fault.NoPermission):
            manager.RemoveEntityPermission(content.rootFolder, ANN, False)  # noqa: FBT003


def test_every_kind_of_event_is_told_with_what_it_is_about(fresh: Lab, settings: Settings) -> None:
    entry = {"entity": "vm-17", "principal": ANN, "group": False, "role": -1, "propagate": True}
    for order in (
        {"do": "permit", "permission": entry, "user": MALLORY},
        {"do": "permit", "permission": {**entry, "role": -2}, "user": MALLORY},
        {"do": "forbid", "permission": entry, "user": MALLORY},
        {"do": "permit", "permission": {**entry, "entity": ""}, "user": MALLORY},
        {"do": "remove_role", "role": 1823778329, "user": MALLORY},
        {
            "do": "event",
            "event": {"type": "esx.audit.lockdownmode.disabled", "entity": "host-10", "user": BOB},
        },
        {"do": "event", "event": {"type": "com.vmware.sso.PrincipalManagement", "user": BOB}},
        {"do": "event", "event": {"type": "com.example.Unknown", "user": BOB}},
    ):
        fresh.control(order)

    watched = VCenterWatch(settings()).watch({})

    told = [(one.type, one.actor, one.entity, one.principal) for one in watched.events]
    assert told[:4] == [
        ("PermissionAddedEvent", MALLORY, "vm-17", ANN),
        ("PermissionUpdatedEvent", MALLORY, "vm-17", ANN),
        ("PermissionRemovedEvent", MALLORY, "vm-17", ANN),
        ("com.vmware.cis.CreateGlobalPermission", MALLORY, "", ""),
    ]
    assert "ann" in watched.events[3].message
    assert {one.type for one in watched.events[4:]} >= {"RoleRemovedEvent"}
    assert told[-2:] == [
        ("esx.audit.lockdownmode.disabled", BOB, "host-10", ""),
        ("com.vmware.sso.PrincipalManagement", BOB, "", ""),
    ]
    assert [(one.role, one.role_name) for one in watched.events[:2]] == [
        ("-1", "Admin"),
        ("-2", "ReadOnly"),
    ]


def test_more_events_than_a_page_come_whole(fresh: Lab, settings: Settings) -> None:
    for _ in range(2100):
        fresh.control({"do": "event", "event": {"type": "GeneralUserEvent", "user": CARL}})

    watched = VCenterWatch(settings()).watch({})

    assert sum(one.count for one in watched.uses if one.principal == CARL) == 2100


def test_a_limit_of_events_is_where_the_next_look_goes_on(fresh: Lab, settings: Settings) -> None:
    begin = datetime.now(UTC) - timedelta(days=1)
    for ago in range(1500, 0, -1):
        event = {"type": "GeneralUserEvent", "user": CARL}
        fresh.control({"do": "event", "event": event, "ago": ago})
    with open_session(settings(), CollectionError) as session:
        first = read_events(session, begin, limit=1000)
        rest = read_events(session, first.events[-1].at, limit=1000)

    assert (len(first.events), first.reached) == (1000, first.events[-1].at)
    assert rest.reached is None
    assert {one.key for one in (*first.events, *rest.events)} == set(range(1, 1502))


def test_events_that_were_forgotten_are_a_gap(fresh: Lab, settings: Settings) -> None:
    watch = VCenterWatch(settings())
    known = known_of(watch.watch({}))
    fresh.control({"do": "forget_events"})

    after = known_of(watch.watch(known))

    for stream in (Stream.AUTHORIZATION, Stream.ACTION):
        assert "may be missing" in after[stream].gap
        assert str(after[stream].since) > str(known[stream].since)


def test_no_collector_of_events_stays_behind(fresh: Lab, settings: Settings) -> None:
    """A client may have 32 of them."""
    begin = datetime.now(UTC) - timedelta(days=1)
    with open_session(settings(), CollectionError) as session:
        for _ in range(40):
            read_events(session, begin, watched_types())
        fresh.control(
            {
                "do": "damage",
                "at": {"method": "ReadNextEvents", "times": 40},
                "damage": {"kind": "fault", "fault": "SystemError"},
            }
        )
        for _ in range(40):
            with pytest.raises(CollectionError, match="SystemError"), session.step("reading"):
                read_events(session, begin, watched_types())


def test_a_stream_that_fails_takes_no_other_with_it(fresh: Lab, settings: Settings) -> None:
    watch = VCenterWatch(settings())
    known = known_of(watch.watch({}))
    fault = {"kind": "fault", "fault": "NoPermission"}
    fresh.control({"do": "damage", "at": {"method": "ReadNextEvents"}, "damage": fault})

    after = known_of(watch.watch(known))

    events = after[Stream.AUTHORIZATION]
    assert events.trouble.endswith("the account lacks the privilege System.View.")
    assert replace(events, trouble="") == known[Stream.AUTHORIZATION]
    assert after[Stream.ACTION].trouble == ""
    again = known_of(watch.watch(after))
    assert (again[Stream.AUTHORIZATION].trouble, again[Stream.AUTHORIZATION].gap) == ("", "")
    assert again[Stream.AUTHORIZATION].since == known[Stream.AUTHORIZATION].since


@pytest.mark.parametrize("method", ["CreateCollectorForEvents", "ReadNextEvents", "Login"])
@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "drop"},
        {"kind": "truncate", "percent": 60},
        {"kind": "short", "percent": 60},
        {"kind": "garbage", "percent": 60},
        {"kind": "status", "status": 503},
        {"kind": "redirect", "location": "https://127.0.0.1:1/sdk"},
        {"kind": "stall", "seconds": 2},
        {"kind": "fault", "fault": "NotAuthenticated"},
    ],
    ids=lambda damage: damage["kind"],
)
def test_whatever_goes_wrong_is_said_and_made_up_for(
    fresh: Lab, settings: Settings, client: Client, method: str, damage: Mapping[str, object]
) -> None:
    hurried = VCenterWatch(settings(timeout_seconds=1))
    known = known_of(hurried.watch({}))
    with client(ANN):
        pass
    fresh.control({"do": "damage", "at": {"method": method}, "damage": damage})

    try:
        hurt = hurried.watch(known)
    except CollectionError as error:
        said, hurt = str(error), Watched()
    else:
        said = known_of(hurt)[Stream.AUTHORIZATION].trouble
    fresh.control({"do": "clear"})
    healed = hurried.watch({**known, **known_of(hurt)})

    assert said.endswith(".")
    assert fresh.password not in said
    after = known_of(healed)[Stream.AUTHORIZATION]
    assert (after.since, after.sentences) == (known[Stream.AUTHORIZATION].since, ())
    seen = [one for one in (*hurt.uses, *healed.uses) if one.use is Use.LOGIN]
    assert sum(one.count for one in seen if one.principal == ANN) == 1


def test_sessions_of_others_are_seen_with_the_privilege_only(
    fresh: Lab, settings: Settings, client: Client
) -> None:
    with client(ANN):
        seen = VCenterWatch(settings()).watch({})
        fresh.control({"do": "option", "options": {"default_privileges": READ_ONLY}})
        unseen = VCenterWatch(settings()).watch({})

    sessions = [one.principal for one in seen.uses if one.use is Use.SESSION]
    assert sessions == [ANN]
    assert [one for one in unseen.uses if one.use is Use.SESSION] == []
    watch = known_of(unseen)[Stream.SESSION]
    assert (watch.since, watch.trouble) == (
        None,
        "Reading the sessions failed: the account lacks the privilege Sessions.TerminateSession.",
    )


def test_logins_are_told_by_whoever_logged_in(settings: Settings, client: Client) -> None:
    watch = VCenterWatch(settings())
    known = known_of(watch.watch({}))
    with client(ANN), client(ANN), client(BOB):
        pass

    watched = watch.watch(known)

    logins = [one.principal for one in watched.uses if one.use is Use.LOGIN and one.count]
    assert sorted(logins)[:3] == [ANN, ANN, BOB]


def test_the_recorder_is_followed_by_its_marker(settings: Settings, client: Client) -> None:
    watch = VCenterWatch(settings(), checks=True)
    first = watch.watch({})
    assert checks_in(first) == []  # for when they were is not known
    known = known_of(first)
    began = known[Stream.PRIVILEGE_CHECK]
    refused(client, ANN)

    second = watch.watch(known)
    third = watch.watch(known_of(second))

    (check,) = (one for one in checks_in(second) if one.principal == ANN)
    assert check.detail == "Authorization.ModifyPermissions"
    assert (check.first, check.count) == (began.until, 1)
    assert check.last == known_of(second)[Stream.PRIVILEGE_CHECK].until
    assert [one for one in checks_in(third) if one.principal == ANN] == []
    assert known_of(third)[Stream.PRIVILEGE_CHECK].since == began.since
    assert not {one.detail for one in checks_in(second)} & {"System.View", "System.Read"}


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ({"do": "forget_checks"}, "the recorder no longer knows where it was left"),
        ({"do": "option", "options": {"recorder_size": 1}}, "its buffer ran over"),
    ],
    ids=["begun-anew", "ran-over"],
)
def test_a_recorder_that_lost_something_begins_the_window_anew(
    fresh: Lab, settings: Settings, client: Client, happens: Mapping[str, object], why: str
) -> None:
    watch = VCenterWatch(settings(), checks=True)
    known = known_of(watch.watch({}))
    began = known[Stream.PRIVILEGE_CHECK]
    fresh.control(happens)
    for user in (ANN, BOB, CARL):
        refused(client, user)

    after = known_of(watch.watch(known))[Stream.PRIVILEGE_CHECK]

    assert after.gap.endswith(f"may be missing: {why}.")
    assert str(after.since) > str(began.since)
    again = known_of(watch.watch({Stream.PRIVILEGE_CHECK: after}))[Stream.PRIVILEGE_CHECK]
    assert (again.trouble, again.marker != "") == ("", True)


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "drop"},
        {"kind": "truncate", "percent": 60},
        {"kind": "garbage", "percent": 60},
        {"kind": "status", "status": 503},
        {"kind": "stall", "seconds": 2},
    ],
    ids=lambda damage: damage["kind"],
)
@pytest.mark.parametrize("path", ["/api/session", CHECKS], ids=["session", "checks"])
def test_a_recorder_that_answers_wrongly_once_goes_on_where_it_was_left(
    fresh: Lab, settings: Settings, client: Client, path: str, damage: Mapping[str, object]
) -> None:
    hurried = VCenterWatch(settings(timeout_seconds=1), checks=True)
    known = known_of(hurried.watch({}))
    refused(client, ANN)
    fresh.control({"do": "damage", "at": {"method": path}, "damage": damage})

    hurt = known_of(hurried.watch(known))
    fresh.control({"do": "clear"})
    healed = hurried.watch(hurt)

    trouble = hurt[Stream.PRIVILEGE_CHECK].trouble
    assert trouble.endswith(".")
    assert fresh.password not in trouble
    watch = known_of(healed)[Stream.PRIVILEGE_CHECK]
    assert (watch.since, watch.sentences) == (known[Stream.PRIVILEGE_CHECK].since, ())
    (check,) = (one for one in checks_in(healed) if one.principal == ANN)
    assert check.first == known[Stream.PRIVILEGE_CHECK].until


def test_an_account_that_may_not_ask_the_recorder_says_so(fresh: Lab, settings: Settings) -> None:
    fresh.control({"do": "option", "options": {"default_privileges": READ_ONLY}})

    watched = VCenterWatch(settings(), checks=True).watch({})

    watch = known_of(watched)[Stream.PRIVILEGE_CHECK]
    assert watch.since is None
    assert "the account lacks the privilege for this" in watch.trouble
    assert PASSWORD not in watch.trouble
