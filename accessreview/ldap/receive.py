"""Receiving answers: entries by a reader of our own, everything else checked and left to ldap3.

ldap3 decodes each value twice, through several dictionaries, and copies what has come again with
every piece; that takes eight times as long as the reading itself. It also believes any length.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ldap3
from ldap3.strategy.base import RESPONSE_COMPLETE, SESSION_TERMINATED_BY_SERVER
from ldap3.utils.asn1 import decode_message_fast

from accessreview.ldap.ber import (
    CONTROLS,
    ENTRY,
    INTEGER,
    OCTETS,
    Heads,
    MalformedError,
    check,
    content,
    message,
    read_entry,
)
from accessreview.ldap.ids import decoded
from accessreview.ldap.tls import BoundedSocket

_BETWEEN = frozenset({0x73, 0x79})  # a reference, an intermediate response
_LAST = {"bindRequest": 0x61, "searchRequest": 0x65, "modifyRequest": 0x67, "extendedReq": 0x78}
"""By what each request is answered in the end."""


def receive_fast(connection: ldap3.Connection) -> None:
    """Have a connection of the synchronous strategy receive this way, from its first answer on.

    All entries of a search are then one answer with ``entries``, what reads them (``Received``).
    """
    # Nothing public is in the way of the answers; the strategy itself may not be replaced, for the
    # connection keeps methods of it from the beginning.
    connection.strategy._get_response = _Receiver(connection).answers  # noqa: SLF001


class Received:
    """Entries of an answer: they have come whole and have not been looked into."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._places: list[tuple[bytes, int, int]] = []
        self.add = self._places.append

    def __len__(self) -> int:
        return len(self._places)

    def first_name(self) -> bytes:
        """That of the first as it came, once that was read; empty if there is none."""
        if not self._places:
            return b""
        data, begin, end = self._places[0]
        begin, end = content(data, begin, ENTRY, end)
        begin, end = content(data, begin, OCTETS, end)
        return data[begin:end]

    def read(self) -> Iterator[tuple[str, dict[str, tuple[bytes, ...]]]]:
        """Their names, and their values by the lower-case names of their attributes.

        One is looked into after the other, so that they need not all be held at once. To be
        iterated within ``closed_on_failure``.

        Raises:
            MalformedError: one is no entry.
            IndexError: one ends too early.
        """
        for data, begin, end in self._places:
            dn, attributes, at = read_entry(data, begin, end, self._heads)
            if at != end:
                content(data, at, CONTROLS, end)
                check(data, at, end)
            yield decoded(dn), attributes


@contextmanager
def closed_on_failure(connection: ldap3.Connection) -> Iterator[None]:
    """Close the connection if anything fails inside.

    Raises:
        MalformedError: of an element that ends too early as well.
    """
    try:
        yield
    except IndexError:
        connection.strategy.close()
        raise MalformedError("an element ends too early") from None
    except Exception:
        connection.strategy.close()
        raise


class _Receiver:
    def __init__(self, connection: ldap3.Connection) -> None:
        self._connection = connection
        self._heads: Heads = {}

    def answers(self, number: int, _timeout: float | None) -> list[Any] | str:
        """Everything that answers request ``number``, in the form that ldap3 goes on with.

        Whatever fails, nothing of it counts, and the connection is closed: where in the stream
        the next answer begins is not known any more.

        Raises:
            MalformedError: what came is no LDAP, or no answer to this.
            OSError: nothing came in time, or the connection broke.
        """
        with closed_on_failure(self._connection):
            return self._answers(number)

    def _answers(self, number: int) -> list[Any] | str:
        socket: BoundedSocket = self._connection.socket
        last = _LAST[str(self._connection.request["type"])]
        received = Received(self._heads)
        found: list[Any] = []
        if last == _LAST["searchRequest"]:
            found.append({"type": "searchResEntry", "entries": received})
        size = number.bit_length() // 8 + 1
        usual = bytes((INTEGER, size)) + number.to_bytes(size, "big")
        data, at = socket.unread, 0
        socket.unread = b""
        while True:
            begin, end = message(data, at)
            if not 0 < end <= len(data):
                data, at = _filled(socket, data[at:], end - at), 0
                if not data:
                    return SESSION_TERMINATED_BY_SERVER
                continue
            is_usual = data.startswith(usual, begin)
            operation = begin + len(usual) if is_usual else _operation(data, begin, end, number)
            if not operation:
                return SESSION_TERMINATED_BY_SERVER
            if operation >= end:
                raise MalformedError("a message holds nothing but its number")
            tag = data[operation]
            if tag == ENTRY and last == _LAST["searchRequest"]:
                received.add((data, operation, end))
            elif tag == last or tag in _BETWEEN:
                # ldap3 goes by the lengths that it finds, wherever they lead.
                check(data, operation, end)
                raw = decode_message_fast(data[at:end])  # type: ignore[no-untyped-call]
                found.append(self._connection.strategy.decode_response_fast(raw))
            else:
                raise MalformedError("it answers something else than was asked")
            at = end
            if tag == last:
                socket.unread = data[at:]
                return [*found, RESPONSE_COMPLETE]


def _filled(socket: BoundedSocket, rest: bytes, needed: int) -> bytes:
    """What has come, now that more of it has: at least what is needed; empty at the end."""
    piece = socket.receive()
    if piece and len(rest) + len(piece) >= needed:
        return rest + piece
    gathered = bytearray(rest)
    while piece:
        gathered += piece
        if len(gathered) >= needed:
            return bytes(gathered)
        piece = socket.receive()
    return b""


def _operation(data: bytes, at: int, end: int, number: int) -> int:
    """Where the operation of a message begins; 0 if the server ends the session with it."""
    begin, after = content(data, at, INTEGER, end)
    said = int.from_bytes(data[begin:after], "big")
    if said == number:
        return after
    if said == 0:
        return 0
    raise MalformedError("it answers another request")
