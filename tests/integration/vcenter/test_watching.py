"""Events, logins and sessions of a simulated vCenter, from the wire to what is known of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pyVmomi import vim

from accessreview.collectors.vcenter.usage import VCenterWatch
from accessreview.model.errors import CollectionError
from accessreview.model.event import Cursor, Stream, Watch, Watched
from accessreview.model.snapshot import Use
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.vcsim import Vcsim, logged_in

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]


def removed(content: vim.ServiceInstanceContent, principal: str) -> None:
    """Tell of a removal as a vCenter does; the simulator tells nothing by itself."""
    root = content.rootFolder
    post(
        content,
        vim.event.PermissionRemovedEvent(
            key=0,
            chainId=0,
            createdTime=datetime.now(UTC),
            userName="",
            entity=vim.event.ManagedEntityEventArgument(entity=root, name="Datacenters"),
            principal=principal,
            group=True,
        ),
    )


def post(content: vim.ServiceInstanceContent, event: vim.event.Event) -> None:
    assert content.eventManager is not None
    content.eventManager.PostEvent(event, None)


def known_of(watched: Watched) -> Mapping[Stream, Watch]:
    return {one.stream: one for one in watched.watches}


def test_what_was_changed_is_told_once_with_who_did_it(vcsim: Vcsim, settings: Settings) -> None:
    watch = VCenterWatch(settings())
    before = datetime.now(UTC)
    with logged_in(vcsim) as content:
        removed(content, r"CORP\vm-operators")

    first = watch.watch({})

    (event,) = (one for one in first.events if one.at > before)
    assert (event.type, event.actor) == ("PermissionRemovedEvent", vcsim.user)
    assert (event.entity, event.entity_name) == ("group-d1", "Datacenters")
    assert (event.principal, event.is_group) == (r"CORP\vm-operators", True)
    known = known_of(first)
    assert not any(one.trouble or one.gap for one in first.watches)
    assert all(one.since and one.until for one in first.watches)

    again = watch.watch(known)
    assert event in again.events  # for it is looked a little further back
    for stream, one in known_of(again).items():
        assert (one.since, one.gap) == (known[stream].since, "")
        assert str(one.until) > str(known[stream].until)


def test_logins_and_other_events_are_counted_once(vcsim: Vcsim, settings: Settings) -> None:
    watch = VCenterWatch(settings())
    known = known_of(watch.watch({}))
    with logged_in(vcsim), logged_in(vcsim) as content:
        removed(content, "CORP\\x")

    second = watch.watch(known)
    third = watch.watch(known_of(second))

    def counts(watched: Watched, use: Use) -> int:
        return sum(one.count for one in watched.uses if one.use is use)

    assert counts(second, Use.LOGIN) == 3  # these two, and that of the look
    assert counts(third, Use.LOGIN) == 1
    assert counts(second, Use.ACTION) == 1
    assert counts(third, Use.ACTION) == 0
    assert {one.principal for one in second.uses} == {vcsim.user}


def test_sessions_that_stand_are_seen_but_for_our_own(vcsim: Vcsim, settings: Settings) -> None:
    watch = VCenterWatch(settings())
    alone = watch.watch({})
    with logged_in(vcsim):
        first = watch.watch(known_of(alone))
        second = watch.watch(known_of(first))

    assert [one for one in alone.uses if one.use is Use.SESSION] == []
    (seen,) = (one for one in first.uses if one.use is Use.SESSION)
    (still,) = (one for one in second.uses if one.use is Use.SESSION)
    assert (seen.principal, seen.count, still.count) == (vcsim.user, 1, 0)
    assert seen.first == still.first <= seen.last


def test_a_last_event_that_is_gone_begins_the_window_anew_and_says_so(settings: Settings) -> None:
    watch = VCenterWatch(settings())
    known = known_of(watch.watch({}))
    events = known[Stream.AUTHORIZATION]
    assert events.last
    lost = replace(events, last=Cursor(events.last.at, 2_000_000_000))

    after = known_of(watch.watch({**known, Stream.AUTHORIZATION: lost}))

    assert "may be missing" in after[Stream.AUTHORIZATION].gap
    assert after[Stream.AUTHORIZATION].last != lost.last
    assert after[Stream.ACTION].gap == ""


def test_a_recorder_that_is_not_there_is_said_and_takes_nothing_with_it(settings: Settings) -> None:
    watched = VCenterWatch(settings(), checks=True).watch({})

    known = known_of(watched)
    assert known[Stream.PRIVILEGE_CHECK].since is None
    assert "HTTP status 404" in known[Stream.PRIVILEGE_CHECK].trouble
    assert known[Stream.AUTHORIZATION].trouble == ""


def test_a_vcenter_that_cannot_be_reached_is_an_error(settings: Settings) -> None:
    with pytest.raises(CollectionError, match="logging in"):
        VCenterWatch(settings(password=lambda: "wrong")).watch({})
