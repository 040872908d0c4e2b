"""Answers of a vCenter that end: in time, in length and in depth.

pyVmomi hands whatever comes to an XML parser that holds the interpreter until it needs more, and
keeps all of it. So answers are unpacked here, in small pieces, and looked at before they go there.
"""

import socket
import zlib
from http.client import HTTPResponse, HTTPSConnection
from typing import Any

from typing_extensions import override

from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.tls import StrictContext

_LONGEST = 128 << 20
"""Bytes; so much are some hundred thousand permissions."""

_DEEPEST = 10_000
"""Elements within each other; those of the API are some ten."""

_PIECE = 1 << 16
_WINDOWS = {"gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}


class BoundedAnswer(HTTPResponse):
    """Unpacks itself, and raises TimeoutError or NoVCenterError where an answer does not end."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        context = getattr(sock, "context", None)
        self._deadline = context.deadline if isinstance(context, StrictContext) else None
        self._unpacking: Any = None
        self._unpacked = b""
        self._came = 0
        self._depth = _Depth()

    @override
    def begin(self) -> None:
        super().begin()
        encoding = self.headers.get("Content-Encoding", "identity").lower()
        if encoding in _WINDOWS:
            self._unpacking = zlib.decompressobj(_WINDOWS[encoding])
            del self.headers["Content-Encoding"]

    @override
    def read(self, amt: int | None = None) -> bytes:
        piece = self._piece(amt) if self._unpacking else super().read(amt)
        if self._deadline:
            _ = self._deadline.wait_seconds
        self._came += len(piece)
        self._depth.see(piece)
        if self._came > _LONGEST or self._depth.number > _DEEPEST:
            raise NoVCenterError("the answer does not end")
        return piece

    def _piece(self, amt: int | None) -> bytes:
        """At most so many bytes of what is packed; nothing only at its end."""
        most = _PIECE if amt is None or amt < 0 else amt
        while not self._unpacked:
            packed = self._unpacking.unconsumed_tail or super().read(_PIECE)
            if packed and not self._unpacking.eof:
                self._unpacked = self._unpacking.decompress(packed, _PIECE)
            elif not packed:
                self._unpacked = self._unpacking.flush()
                if not self._unpacked:
                    return b""
            else:
                raise NoVCenterError("more came than the answer")
        piece, self._unpacked = self._unpacked[:most], self._unpacked[most:]
        return piece


class BoundedConnection(HTTPSConnection):
    response_class = BoundedAnswer


class _Depth:
    """How many elements of an XML text are open, near enough to tell a few from very many."""

    def __init__(self) -> None:
        self.number = 0
        self._rest = b""

    def see(self, piece: bytes) -> None:
        text = self._rest + piece
        # What the last character begins is known with the next piece.
        text, self._rest = (text[:-1], text[-1:]) if text[-1:] in {b"<", b"/"} else (text, b"")
        closing, empty = text.count(b"</"), text.count(b"/>")
        self.number += text.count(b"<") - 2 * closing - empty - text.count(b"<?")
