"""Between a client and any directory server: passes LDAP on, but misbehaves as a test says.

It understands messages, so that a fault can be put at one answer, one entry or one page. Towards
the client it speaks clear LDAP, or TLS with a certificate that the test chooses.
"""

import asyncio
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

from accessreview.ldap.settings import Security
from tests.servers.certificates import Issued
from tests.servers.ldap_messages import (
    MESSAGE,
    START_TLS,
    Operation,
    disconnection,
    header,
    parts,
    reference,
    renumbered,
    result,
    rewritten,
    with_paging,
)

_PROTOCOL_ERROR = 2
_NO_REQUEST = 0x7FFFFFF0
_ENDLESS = b"again"
_RESET = struct.pack("ii", 1, 0)


class At(StrEnum):
    """What is counted, on each connection by itself.

    ``PAGE`` is the end of a search that came in pages; ``DONE`` the end of any. ``SEARCH`` is a
    request, all others are answers.
    """

    ANSWER = "answer"
    BOUND = "bound"
    ENTRY = "entry"
    PAGE = "page"
    DONE = "done"
    MODIFIED = "modified"
    SEARCH = "search"


class Deed(StrEnum):
    """What happens in place of passing the message on; the first four befall the connection.

    ``GARBAGE`` sends ``payload`` instead and ``INSERT`` before, ``LOSE`` nothing and ``REPEAT`` it
    twice. ``RESULT`` answers with ``code``, ``text`` and ``referral``; ``REFER`` puts a reference
    to ``referral`` before, ``DISCONNECT`` the notice of disconnection and then hangs up.
    ``REWRITE`` replaces ``old`` by ``new`` in an entry; ``STRANGE_ID`` answers what nobody asked.

    Of pages: ``FORGET_COOKIE`` claims that it was the last one, ``NO_PAGING`` leaves the control
    out, ``ENDLESS_COOKIE`` gives the same cookie for ever (from the first page on). For searches:
    ``IGNORE_PAGING`` keeps the control from the server, ``SPOIL_COOKIE`` spoils what it sent.
    """

    HANG_UP = "hang up"
    RESET = "reset"
    FALL_SILENT = "fall silent"
    DRIBBLE = "dribble"
    GARBAGE = "garbage"
    INSERT = "insert"
    LOSE = "lose"
    REPEAT = "repeat"
    RESULT = "result"
    REFER = "refer"
    DISCONNECT = "disconnect"
    REWRITE = "rewrite"
    STRANGE_ID = "strange id"
    FORGET_COOKIE = "forget cookie"
    NO_PAGING = "no paging"
    ENDLESS_COOKIE = "endless cookie"
    IGNORE_PAGING = "ignore paging"
    SPOIL_COOKIE = "spoil cookie"
    PRETEND_TLS = "pretend TLS"


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """``deed`` at the ``number``-th of what ``at`` counts, and at every later one if ``always``.

    ``part``: how many bytes of the message still go out before the connection breaks or falls
    silent. ``pause``: seconds between two bytes that dribble. ``PRETEND_TLS`` has no point: it
    says yes to StartTLS and goes on in clear.
    """

    deed: Deed
    at: At = At.PAGE
    number: int = 1
    always: bool = False
    part: int = 0
    code: int = 0
    text: str = ""
    referral: str = ""
    payload: bytes = b"\x17\xff\x00\x80 no BER \r\n"
    old: bytes = b""
    new: bytes = b""
    pause: float = 0.0002


@dataclass(slots=True)
class Relay:
    """``clear`` holds all that clients sent unencrypted; ``events`` counts what passed in all.

    ``failures`` of the relay itself are raised at the end of the block.
    """

    port: int = 0
    connections: int = 0
    clear: bytearray = field(default_factory=bytearray)
    events: Counter[At] = field(default_factory=Counter)
    failures: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    host: str
    port: int
    upstream: ssl.SSLContext | None
    shown: ssl.SSLContext | None
    security: Security
    policy: Callable[[bytes], bytes]
    misbehaviours: tuple[Misbehaviour, ...]


@contextmanager
def running_ldap_relay(  # noqa: PLR0913 - both sides of it, and what happens in between
    host: str,
    port: int,
    *misbehaviours: Misbehaviour,
    upstream_ca: Path | None = None,
    certificate: Issued | None = None,
    security: Security = Security.PLAIN,
    policy: Callable[[bytes], bytes] = bytes,
) -> Iterator[Relay]:
    """Relay a free port of 127.0.0.1 to the server until the end of the block.

    With ``upstream_ca`` the server is spoken to by TLS. ``security`` is what clients get, by
    ``certificate``; without one StartTLS is refused, as if somebody in between had stripped it.
    ``policy`` changes every request.
    """
    shown = None
    if certificate:
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.load_cert_chain(certificate.certificate_file, certificate.key_file)
    plan = _Plan(
        host=host,
        port=port,
        upstream=ssl.create_default_context(cafile=upstream_ca) if upstream_ca else None,
        shown=shown,
        security=security,
        policy=policy,
        misbehaviours=misbehaviours,
    )
    relay = Relay()
    started = SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(plan, relay, started)))
    thread.start()
    loop, stop = started.get(timeout=10)
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
    if relay.failures:
        raise ExceptionGroup("The relay failed", relay.failures)


async def _serve(
    plan: _Plan,
    relay: Relay,
    started: "SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Event]]",
) -> None:
    stop = asyncio.Event()
    connections = set[asyncio.Task[None] | None]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay.connections += 1
        connections.add(asyncio.current_task())
        await _Connection(plan, relay, reader, writer).run(stop)

    at_once = plan.shown if plan.security is Security.LDAPS else None
    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=at_once)
    relay.port = server.sockets[0].getsockname()[1]
    started.put((asyncio.get_running_loop(), stop))
    await stop.wait()
    server.close()
    await asyncio.gather(*filter(None, connections))
    await asyncio.sleep(0)  # what was aborted is closed in the next turn


class _Ended(Exception):  # noqa: N818 - nothing went wrong that was not meant to
    """The connection is over."""


class _Connection:
    def __init__(
        self,
        plan: _Plan,
        relay: Relay,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._plan, self._relay = plan, relay
        self._reader, self._writer = reader, writer
        self._seen = Counter[Misbehaviour]()
        self._cookie = b""  # the true one behind an endless one
        self._dribbles = 0.0
        self._in_clear = plan.security is not Security.LDAPS

    async def run(self, stop: asyncio.Event) -> None:
        """Until either end hangs up, or ``stop``."""
        with suppress(OSError, _Ended):
            reader, server = await asyncio.open_connection(
                self._plan.host, self._plan.port, ssl=self._plan.upstream
            )
            tasks = [
                asyncio.create_task(one)
                for one in (self._requests(server), self._answers(reader), stop.wait())
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                ends = await asyncio.gather(*tasks, return_exceptions=True)
                self._relay.failures += [
                    end
                    for end in ends
                    if isinstance(end, Exception) and not isinstance(end, OSError | _Ended)
                ]
                server.transport.abort()
        if stop.is_set():
            self._writer.transport.abort()
            return
        self._writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 1)

    async def _requests(self, server: asyncio.StreamWriter) -> None:
        while True:
            message = await _read(self._reader)
            if self._in_clear:
                self._relay.clear += message
            if START_TLS in message and parts(message)[1][0] == Operation.EXTENDED:
                await self._start_tls(message)
                continue
            message = self._plan.policy(message)
            if parts(message)[1][0] == Operation.SEARCH:
                message = with_paging(message, self._true_cookie)
                for one in self._due({At.SEARCH}):
                    message = await self._done_to(message, one)
            server.write(message)
            await server.drain()

    async def _answers(self, server: asyncio.StreamReader) -> None:
        while True:
            message = await _read(server)
            for one in self._due(_events(message)):
                message = await self._done_to(message, one)
            await self._send(message)

    async def _start_tls(self, message: bytes) -> None:
        tag = Operation.EXTENDED_DONE
        pretends = any(one.deed is Deed.PRETEND_TLS for one in self._plan.misbehaviours)
        offered = self._plan.shown and self._plan.security is Security.STARTTLS
        if not pretends and not offered:
            text = "unsupported extended operation"
            await self._send(result(message, _PROTOCOL_ERROR, text, tag=tag))
            return
        await self._send(result(message, 0, tag=tag))
        if self._plan.shown and not pretends:
            await self._writer.start_tls(self._plan.shown)
            self._in_clear = False

    def _due(self, events: set[At]) -> Iterator[Misbehaviour]:
        self._relay.events.update(events)
        for one in self._plan.misbehaviours:
            if one.at in events:
                self._seen[one] += 1
                seen = self._seen[one]
                if seen == one.number or (one.always and seen > one.number):
                    yield one

    async def _done_to(self, message: bytes, one: Misbehaviour) -> bytes:
        """What is to be sent on instead."""
        match one.deed:
            case Deed.HANG_UP:
                await self._send(message[: one.part])
                raise _Ended
            case Deed.RESET:
                await self._send(message[: one.part])
                client: socket.socket = self._writer.get_extra_info("socket")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self._writer.transport.abort()
                raise _Ended
            case Deed.FALL_SILENT:
                await self._send(message[: one.part])
                await asyncio.Event().wait()
            case Deed.DISCONNECT:
                await self._send(disconnection(one.text))
                raise _Ended
            case Deed.DRIBBLE:
                self._dribbles = one.pause
            case Deed.ENDLESS_COOKIE:
                return with_paging(message, self._endless_cookie)
            case _:
                return _CHANGES[one.deed](message, one)
        return message

    def _true_cookie(self, size: int, cookie: bytes) -> tuple[int, bytes]:
        return size, self._cookie if cookie == _ENDLESS else cookie

    def _endless_cookie(self, size: int, cookie: bytes) -> tuple[int, bytes]:
        self._cookie = cookie
        return size, _ENDLESS

    async def _send(self, data: bytes) -> None:
        pieces = (bytes((one,)) for one in data) if self._dribbles else iter((data,))
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            if self._dribbles:
                await asyncio.sleep(self._dribbles)


_CHANGES: Mapping[Deed, Callable[[bytes, Misbehaviour], bytes]] = {
    Deed.GARBAGE: lambda _, one: one.payload,
    Deed.INSERT: lambda message, one: one.payload + message,
    Deed.LOSE: lambda _message, _one: b"",
    Deed.REPEAT: lambda message, _: message * 2,
    Deed.RESULT: lambda message, one: result(message, one.code, one.text, one.referral),
    Deed.REFER: lambda message, one: reference(message, one.referral) + message,
    Deed.REWRITE: lambda message, one: rewritten(message, one.old, one.new),
    Deed.STRANGE_ID: lambda message, _: renumbered(message, _NO_REQUEST),
    Deed.FORGET_COOKIE: lambda message, _: with_paging(message, lambda size, _cookie: (size, b"")),
    Deed.NO_PAGING: lambda message, _: with_paging(message, lambda _size, _cookie: None),
    Deed.IGNORE_PAGING: lambda message, _: with_paging(message, lambda _size, _cookie: None),
    Deed.SPOIL_COOKIE: lambda message, _: with_paging(
        message, lambda size, cookie: (size, cookie[::-1] + b"?" if cookie else b"")
    ),
}


def _events(message: bytes) -> set[At]:
    _, answer, *controls = parts(message)
    found = {At.ANSWER}
    match answer[0]:
        case Operation.BOUND:
            found.add(At.BOUND)
        case Operation.ENTRY:
            found.add(At.ENTRY)
        case Operation.DONE:
            found |= {At.DONE, At.PAGE} if controls else {At.DONE}
        case Operation.MODIFIED:
            found.add(At.MODIFIED)
        case _:
            pass
    return found


async def _read(reader: asyncio.StreamReader) -> bytes:
    """One whole message; whoever sends none, such as a hello of TLS, is left."""
    try:
        data = await reader.readexactly(2)
        if data[0] != MESSAGE:
            raise _Ended
        if data[1] & 0x80:
            data += await reader.readexactly(data[1] & 0x7F)
        _, end = header(data)
        return data + await reader.readexactly(end - len(data))
    except asyncio.IncompleteReadError:
        raise _Ended from None
