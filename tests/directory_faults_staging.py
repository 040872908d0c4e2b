"""How a fault comes between the client and a server of a directory."""

import select
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

from accessreview.ldap.settings import Security, ServerSettings
from tests.directory_faults import HASTE, Ground, Scene, Stage, reaching, scene
from tests.directory_faults_servers import Place, Servers
from tests.faults import Times
from tests.servers.certificates import Issued
from tests.servers.ldap_relay import Misbehaviour, Relay, running_ldap_relay
from tests.servers.listener import running_listener

Deed = Misbehaviour | Callable[[Ground], Misbehaviour]
Policy = Callable[[bytes], bytes]
NO_CHANGES: Mapping[str, object] = MappingProxyType({})

_AT_ONCE = 1 << 16
_LONGEST = 20
"""Seconds that a wire waits for anything at all."""


def relayed(
    *deeds: Deed,
    policy: Policy = bytes,
    schema: Mapping[str, object] = NO_CHANGES,
    **settings: object,
) -> Stage:
    """The shared server, but for what a relay in between does."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        done = [one if isinstance(one, Misbehaviour) else one(ground) for one in deeds]
        with relay(ground.place, ground.servers, *done, policy=policy) as running:
            yield scene(
                ground,
                through(running, ground.place, **settings),
                schema=replace(ground.place.schema, **schema),  # type: ignore[arg-type] # by use
            )

    return stage


def referring(*deeds: Misbehaviour) -> Stage:
    """As ``relayed``, with referrals to a host that must not be spoken to."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with running_listener() as listener:
            url = f"ldap://127.0.0.1:{listener.port}/ou=away,{ground.place.base}"
            done = [replace(one, referral=url) for one in deeds]
            with relay(ground.place, ground.servers, *done) as running:
                yield scene(
                    ground,
                    through(running, ground.place),
                    complaint=lambda: "the host was spoken to" if listener.connections else "",
                )

    return stage


def direct(account: str = "", **settings: object) -> Stage:
    """The shared server itself, by settings that do not fit or another ``account`` of it."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        other: dict[str, object] = {
            "bind_dn": f"cn={account},{ground.place.base}",
            "password": lambda: f"{account}-secret",
        }
        yield scene(ground, reaching(ground.place, **(other if account else {}), **settings))

    return stage


def encrypted(
    *deeds: Misbehaviour,
    shown: Callable[[Servers], Issued] | None = None,
    offered: Security = Security.LDAPS,
    **settings: object,
) -> Stage:
    """A relay with a certificate to choose; who signs in must not be said in clear."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        place = ground.place
        certificate = shown(ground.servers) if shown else None
        with running_ldap_relay(
            place.host, place.port, *deeds, certificate=certificate, security=offered
        ) as running:
            yield scene(
                ground,
                through(running, place, **settings),
                complaint=lambda: "who signs in is said in clear" * (b"audit" in running.clear),
            )

    return stage


def silent(security: Security) -> Stage:
    """Somebody who takes the connection and never says anything."""

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        with running_listener() as listener:
            at = {"host": "127.0.0.1", "port": listener.port, "security": security}
            yield scene(ground, reaching(ground.place, **at, **HASTE))

    return stage


@contextmanager
def never_taken(ground: Ground) -> Iterator[Scene]:
    """Nobody takes the connection, for as many wait already as may."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listening.getsockname())
        port = listening.getsockname()[1]
        yield scene(ground, reaching(ground.place, host="127.0.0.1", port=port, **HASTE))


@contextmanager
def nobody_there(ground: Ground) -> Iterator[Scene]:
    """Nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        yield scene(ground, reaching(ground.place, host="127.0.0.1", port=port))


def over_wire(happens: str, at: int) -> Stage:
    """TLS with the server itself, over a wire that fails behind so many bytes of its answers.

    ``happens``: it is ``cut``, or goes ``dead``, or one bit is ``flipped``.
    """

    @contextmanager
    def stage(ground: Ground) -> Iterator[Scene]:
        place = ground.place
        with running_wire((place.host, place.tls_port), happens, at) as port:
            pinned = {"ca_file": None, "pin_sha256": place.certificate.sha256}
            haste: Times = HASTE if happens == "dead" else {}
            at_wire = reaching(place, host="127.0.0.1", port=port, **pinned, **haste)
            yield scene(ground, at_wire)

    return stage


@contextmanager
def relay(
    place: Place, servers: Servers, *deeds: Misbehaviour, policy: Policy = bytes
) -> Iterator[Relay]:
    with running_ldap_relay(
        *(place.host, place.port),
        *deeds,
        certificate=servers.shown,
        security=Security.LDAPS,
        policy=policy,
    ) as running:
        yield running


def through(running: Relay, place: Place, **changes: object) -> ServerSettings:
    at: dict[str, object] = {"host": "127.0.0.1", "port": running.port}
    return reaching(place, **(at | changes))


@contextmanager
def running_wire(server: tuple[str, int], happens: str, at: int) -> Iterator[int]:
    """Pass bytes on between one client and the server; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(_LONGEST)
        thread = threading.Thread(target=_carry, args=(listening, server, happens, at))
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def _carry(listening: socket.socket, server: tuple[str, int], happens: str, at: int) -> None:
    with (
        suppress(OSError),
        listening.accept()[0] as client,
        socket.create_connection(server) as upstream,
    ):
        passed = 0
        while ready := select.select([client, upstream], [], [], _LONGEST)[0]:
            data = ready[0].recv(_AT_ONCE)
            if not data:
                return
            if ready[0] is client:
                upstream.sendall(data)
                continue
            here, passed = at - passed, passed + len(data)
            if 0 <= here < len(data) and happens == "flipped":
                data = data[:here] + bytes((data[here] ^ 4,)) + data[here + 1 :]
            elif 0 <= here < len(data):
                client.sendall(data[:here])
                while happens == "dead" and client.recv(_AT_ONCE):
                    pass
                return
            client.sendall(data)
