"""Between a client and Samba: makes its clear LDAP behave as Windows' query policy does.

Samba hands out groups whole and pages as large as asked. This relay rewrites searches: ``member``
to a range of as many values as ``values`` allows, and a page to at most ``page``. It cuts the
connection after ``searches`` of them.
"""

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from typing_extensions import override

_PAGED_RESULTS = b"1.2.840.113556.1.4.319"
_SEARCH_REQUEST = 0x63
_SHORT_LENGTH = 0x7F
_MEMBER = re.compile(rb"(member)(?:;range=(\d+)-\*)?", re.IGNORECASE)


@contextmanager
def running_adproxy(
    host: str, *, values: int = 1500, page: int = 1000, searches: int | None = None
) -> Iterator[int]:
    """Relay a free port of 127.0.0.1 to port 389 of ``host``; yields the port."""

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            with socket.create_connection((host, 389)) as server:
                back = threading.Thread(target=_pass_on, args=(server, self.request), daemon=True)
                back.start()
                with suppress(OSError):
                    self._forward(server)
                _hang_up(server)
                back.join()

        def _forward(self, server: socket.socket) -> None:
            pending, seen = b"", 0
            while received := self.request.recv(1 << 16):
                pending += received
                while message := _first(pending):
                    pending = pending[len(message) :]
                    if _operation(message) == _SEARCH_REQUEST:
                        seen += 1
                        if searches is not None and seen > searches:
                            return
                        message = _limited(message, values, page)
                    server.sendall(message)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(1 << 16):
            target.sendall(received)
    _hang_up(target)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _header(message: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins, and where it ends."""
    length = message[at + 1]
    begin = at + 2
    if length > _SHORT_LENGTH:
        begin += length & _SHORT_LENGTH
        length = int.from_bytes(message[at + 2 : begin], "big")
    return begin, begin + length


def _first(pending: bytes) -> bytes:
    """The first whole message, empty while it has not all come."""
    with suppress(IndexError):
        _, end = _header(pending, 0)
        if len(pending) >= end:
            return pending[:end]
    return b""


def _parts(element: bytes) -> list[bytes]:
    """The elements inside a constructed one."""
    at, end = _header(element, 0)
    parts = []
    while at < end:
        _, next_one = _header(element, at)
        parts.append(element[at:next_one])
        at = next_one
    return parts


def _content(element: bytes) -> bytes:
    begin, end = _header(element, 0)
    return element[begin:end]


def _element(tag: int, content: bytes) -> bytes:
    """Always in the long form of length, which every reader takes."""
    return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content


def _operation(message: bytes) -> int:
    return _parts(message)[1][0]


def _limited(message: bytes, values: int, page: int) -> bytes:
    number, request, *controls = _parts(message)
    *others, attributes = _parts(request)
    selection = b"".join(
        _element(one[0], _in_range(_content(one), values)) for one in _parts(attributes)
    )
    search = _element(request[0], b"".join(others) + _element(attributes[0], selection))
    rest = b"".join(
        _element(some[0], b"".join(_paged(control, page) for control in _parts(some)))
        for some in controls
    )
    return _element(message[0], number + search + rest)


def _in_range(name: bytes, values: int) -> bytes:
    match = _MEMBER.fullmatch(name)
    if not match:
        return name
    start = int(match[2] or 0)
    return b"%s;range=%d-%d" % (match[1], start, start + values - 1)


def _paged(control: bytes, page: int) -> bytes:
    *head, value = _parts(control)
    if _content(head[0]) != _PAGED_RESULTS:
        return control
    size, cookie = _parts(_content(value))
    allowed = min(int.from_bytes(_content(size), "big"), page)
    limited = _element(0x30, _element(size[0], allowed.to_bytes(4, "big")) + cookie)
    return _element(control[0], b"".join(head) + _element(value[0], limited))
