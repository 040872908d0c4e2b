"""Free ports of 127.0.0.1."""

import socket
from contextlib import ExitStack


def free_ports(number: int) -> tuple[int, ...]:
    """Ports that nobody listens on at the moment, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(probe.getsockname()[1] for probe in probes)
