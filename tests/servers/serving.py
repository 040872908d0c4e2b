"""A WSGI application served on loopback by the very server that serves it to people."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask
from waitress.server import create_server


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve until left; yields the address without a slash at its end."""
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, name="waitress")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(server.close)  # in its own thread, between two requests
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
