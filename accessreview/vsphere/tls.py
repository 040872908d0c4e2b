"""TLS to a vCenter, as one context that carries its promises to whatever pyVmomi opens.

pyVmomi verifies nothing on loopback unless it is given a context, waits for ever by default, and
takes no time limit for its version probe.
"""

import ssl
from typing import Any

from typing_extensions import override

from accessreview.tls import Deadline, compare, trust
from accessreview.vsphere.settings import VCenterSettings


class StrictContext(ssl.SSLContext):
    """Verifies by authority or by pin, and bounds every wait of the sockets it wraps."""

    deadline: Deadline
    pin: str = ""


class _BoundedSocket(ssl.SSLSocket):
    """Looks at the clock before each wait: a server that drips bytes gains no time by it."""

    def _bound(self) -> None:
        if isinstance(self.context, StrictContext):
            self.settimeout(self.context.deadline.wait_seconds)

    @override
    def do_handshake(self, block: bool = False) -> None:
        self._bound()
        super().do_handshake(block)
        if isinstance(self.context, StrictContext):
            compare(self, self.context.pin)

    @override
    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._bound()
        return super().recv_into(buffer, nbytes, flags)

    @override
    def send(self, data: Any, flags: int = 0) -> int:
        self._bound()
        return super().send(data, flags)


def strict_context(settings: VCenterSettings, deadline: Deadline) -> StrictContext:
    """Make the context of one session; raises as ``trust``."""
    context = StrictContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _BoundedSocket
    context.deadline = deadline
    context.pin = trust(context, settings)
    return context
