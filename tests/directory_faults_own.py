"""Faults of a server itself, each on a server of its own: what happens to it, what it hides."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from accessreview.ldap.settings import DirectoryKind
from tests.directory_faults import NOW, Ground, Held, Scene, Stage, reaching, scene, whole
from tests.directory_faults_servers import Place, openldap
from tests.directory_faults_staging import NO_CHANGES, relay, through
from tests.servers.adproxy import query_policy
from tests.servers.ldap_messages import Operation, operation

Event = Callable[[Place], None]


def kill(place: Place) -> None:
    place.running.kill()


def restart(place: Place) -> None:
    place.running.kill()
    place.running.start()


def freeze(place: Place) -> None:
    """It keeps its connections and does not answer any more."""
    if place.running.process:
        place.running.process.send_signal(signal.SIGSTOP)


def changing(ldif: Callable[[Place], str]) -> Event:
    return lambda place: place.change(ldif(place))


def deleting(one: str) -> Event:
    return changing(lambda place: f"dn: {place.name(one)}\nchangetype: delete\n")


def renaming(one: str) -> Event:
    return changing(
        lambda place: (
            f"dn: {place.name(one)}\nchangetype: modrdn\n"
            f"newrdn: {place.name(one).split('=')[0]}=new-{one}\ndeleteoldrdn: 1\n"
        )
    )


def leaving(group: str, *people: str) -> Event:
    return changing(
        lambda place: (
            f"dn: {place.name(group)}\nchangetype: modify\ndelete: member\n"
            + "".join(f"member: {place.name(one)}\n" for one in people)
        )
    )


def _locked(place: Place) -> str:
    """The account that reads may not sign in any more."""
    match place.kind:
        case DirectoryKind.ACTIVE_DIRECTORY:
            name, change = f"CN=audit,OU=people,{place.base}", "replace: userAccountControl\n"
            change += "userAccountControl: 514\n"
        case DirectoryKind.DS389:
            name, change = place.account, "add: nsAccountLock\nnsAccountLock: true\n"
        case _:
            return f"dn: {place.account}\nchangetype: delete\n"
    return f"dn: {name}\nchangetype: modify\n{change}"


LOCKING = changing(_locked)


def hiding(one: str, attribute: str = "") -> Event:
    """Nobody shows the account that reads this person or group any more, or an attribute of it."""

    def event(place: Place) -> None:
        if place.kind is DirectoryKind.DS389:
            place.change(_access_rule(place, one, attribute or "*"))
        else:
            _deny(place, one, attribute)

    return event


def _access_rule(place: Place, one: str, attribute: str) -> str:
    return (
        f"dn: {place.name(one)}\nchangetype: modify\nadd: aci\n"
        f'aci: (targetattr = "{attribute}")(version 3.0; acl "fault"; deny (all)\n'
        f'  userdn = "ldap:///{place.account}";)\n'
    )


_ATTRIBUTES = {
    "member": "bf9679c0-0de6-11d0-a285-00aa003049e2",
    "objectClass": "bf9679e5-0de6-11d0-a285-00aa003049e2",
    "objectSid": "bf9679e8-0de6-11d0-a285-00aa003049e2",
}
"""By what access rules of Active Directory call them."""


def _deny(place: Place, one: str, attribute: str) -> None:
    (sid,) = (row[1] for row in whole(place).tables["accounts"].rows() if row[2] == "audit")
    every = f"(D;;RPLCLORC;;;{sid})"
    rule = f"(OD;;RP;{_ATTRIBUTES[attribute]};;{sid})" if attribute else every
    account, password = place.privileged
    subprocess.run(
        [
            *("samba-tool", "dsacl", "set", "-H", f"ldap://{place.host}"),
            *("--objectdn", place.name(one), "--sddl", rule),
            *("-U", f"{account.split('@')[0]}%{password}"),
            *("-s", place.running.folder / "run.conf"),
        ],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )


class Meanwhile:
    """As policy of a relay: lets something happen right before a search."""

    def __init__(self, place: Place, event: Event, search: int, mark: bytes) -> None:
        self._place, self._event, self._mark = place, event, mark
        self._left = search

    def __call__(self, message: bytes) -> bytes:
        if operation(message) == Operation.SEARCH and self._mark in message:
            self._left -= 1
            if self._left == 0:
                self._event(self._place)
        return message


def meanwhile(
    event: Event, search: int, *, is_gone: bool = False, values: int = 0, **settings: object
) -> Stage:
    """``event`` befalls a server right before the ``search``-th search.

    With ``values`` it hands out members so many at a time, and only searches for more of them are
    counted. It ``is_gone`` where nothing can be read of it any more.
    """

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with ground.servers.running(ground.place.kind) as place:
            before = Held.of(whole(place))
            happens = Meanwhile(place, event, search, b";range=" if values else b"")
            limit = query_policy(values) if values else bytes
            with relay(place, ground.servers, policy=lambda one: limit(happens(one))) as running:
                yield scene(
                    ground,
                    through(running, place, **settings),
                    before=before,
                    after=lambda: before if is_gone else Held.of(whole(place)),
                )

    return stage


def changed(event: Event) -> Stage:
    """A server that ``event`` befell before it is read; it hides something and takes nothing."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with ground.servers.running(ground.place.kind) as place:
            held = Held.of(whole(place))
            event(place)
            yield scene(ground, reaching(place), before=held, after=lambda: held)

    return stage


def of_openldap(  # noqa: PLR0913 - what may be different about it
    *,
    rules: str = "",
    settings: str = "",
    entries: str = "",
    size_limit: int = 500,
    schema: Mapping[str, object] = NO_CHANGES,
    account: str = "audit",
    **reached: object,
) -> Stage:
    """An OpenLDAP with access rules, settings or entries of its own."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with openldap(
            ground.servers, rules=rules, settings=settings, entries=entries, size_limit=size_limit
        ) as place:
            held = Held.of(whole(place)) if entries else Held.of(ground.last)
            name = f"cn={account},{place.base}"
            usual: dict[str, object] = {
                "bind_dn": name,
                "password": lambda: f"{account}-secret",
            }
            yield scene(
                ground,
                reaching(place, **(usual | reached)),
                schema=replace(place.schema, **schema),  # type: ignore[arg-type] # by use
                before=held,
                after=lambda: held,
                last=None if entries else ground.last,
            )

    return stage


@contextmanager
def clock_set_back(ground: Ground) -> Iterator[Scene]:
    """Between the beginning of the reading and its end."""
    times = iter((NOW, *[NOW - timedelta(hours=1)] * 9))
    yield scene(ground, reaching(ground.place), now=lambda: next(times))
