"""A plain TCP server on loopback that records what it is sent and answers as a test says."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from typing_extensions import override

Answer = Callable[[bytes], Iterator[bytes]]
"""From what came in at once to the pieces that go back, each sent by itself."""


@dataclass(slots=True)
class Listener:
    """``received`` holds everything that anybody ever sent; ``connections`` counts them."""

    port: int
    received: bytearray = field(default_factory=bytearray)
    connections: int = 0


def nothing(_request: bytes) -> Iterator[bytes]:
    return iter(())


@contextmanager
def running_listener(answer: Answer = nothing) -> Iterator[Listener]:
    """Listen on a free port of 127.0.0.1 until the end of the block."""
    stopped = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            listener.connections += 1
            self.request.settimeout(0.1)
            with suppress(ConnectionError):
                while not stopped.is_set():
                    self._exchange()

        def _exchange(self) -> None:
            with suppress(TimeoutError):
                request = self.request.recv(1 << 16)
                if not request:
                    raise ConnectionAbortedError
                listener.received.extend(request)
                for piece in answer(request):
                    if stopped.wait(0.05):
                        return
                    self.request.sendall(piece)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        listener = Listener(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            stopped.set()
            server.shutdown()
            thread.join()
