"""Keeping a session that is not used for a while."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from pyVmomi import vim
from pyVmomi.SoapAdapter import SoapStubAdapter

_EVERY_SECONDS = 300


@contextmanager
def kept_alive(stub: SoapStubAdapter, beside: SoapStubAdapter) -> Iterator[None]:
    """Ask for the time now and then, in the session of ``stub`` and by a connection of its own.

    vCenter ends a session in which nothing was asked for half an hour, however much is asked of
    its other interfaces meanwhile. ``beside`` leads to the same server.
    """
    ended = Event()

    def ask() -> None:
        while not ended.wait(_EVERY_SECONDS):
            beside.cookie = stub.cookie
            with suppress(Exception):  # what is wrong with it, the next step says
                vim.ServiceInstance("ServiceInstance", beside).CurrentTime()
        beside.DropConnections()

    Thread(target=ask, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
