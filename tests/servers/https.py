"""A TLS server on loopback that answers as a test says, well or badly, byte by byte if need be."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

from tests.servers.certificates import Issued


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and the wire on which to write whatever is to be taken for an answer.

    ``stopped`` is set when the server ends: to be silent, wait for it.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    write: Callable[[bytes], Any]
    stopped: threading.Event

    def silent(self) -> None:
        self.stopped.wait()

    def drip(self) -> None:
        """A byte now and then, without end."""
        self.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not self.stopped.wait(0.01):
            self.write(b" ")

    def answer(self, status: int = 200, body: bytes = b"", *headers: tuple[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.write("\r\n".join([*lines, "", ""]).encode() + body)


@contextmanager
def running_https(certificate: Issued, answer: Callable[[Exchange], None]) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1, each connection in a thread; yields the port."""
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(
                Exchange(
                    self.command,
                    self.path,
                    tuple(self.headers.items()),
                    body,
                    self.wfile.write,
                    stopped,
                )
            )

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the base's names

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate_file, certificate.key_file)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        @override
        def get_request(self) -> tuple[Any, Any]:
            plain, address = super().get_request()
            return (
                context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False),
                address,
            )

        @override
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is what many a test is about."""

    with _served(Server(("127.0.0.1", 0), Handler), stopped) as port:
        yield port


@contextmanager
def running_silence() -> Iterator[int]:
    """Take connections and never say anything, not even a TLS greeting; yields the port."""
    stopped = threading.Event()

    class Mute(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            stopped.wait()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _served(Server(("127.0.0.1", 0), Mute), stopped) as port:
        yield port


@contextmanager
def _served(server: socketserver.TCPServer, stopped: threading.Event) -> Iterator[int]:
    """Serve on the port it yields; at the end ``stopped`` is set for whoever still waits."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            stopped.set()
            server.shutdown()
            thread.join()
