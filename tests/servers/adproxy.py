"""Between a client and Samba: makes its clear LDAP behave as Windows' query policy does.

Samba hands out groups whole and pages as large as asked. As policy of a relay, this rewrites
searches: ``member`` to a range of as many values as ``values`` allows, a page to at most ``page``.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.servers.ldap_messages import (
    Operation,
    content,
    element,
    message_of,
    operation,
    parts,
    with_paging,
)
from tests.servers.ldap_relay import At, Deed, Misbehaviour, running_ldap_relay

_MEMBER = re.compile(rb"(member)(?:;range=(\d+)-\*)?", re.IGNORECASE)


def query_policy(values: int = 1500, page: int = 1000) -> Callable[[bytes], bytes]:
    """What a relay is to do with every request."""
    return lambda message: (
        _limited(message, values, page) if operation(message) == Operation.SEARCH else message
    )


@contextmanager
def running_adproxy(
    host: str, *, values: int = 1500, page: int = 1000, searches: int | None = None
) -> Iterator[int]:
    """Relay a free port of 127.0.0.1 to port 389 of ``host``; yields the port.

    The connection breaks after ``searches`` of them.
    """
    breaks = () if searches is None else (Misbehaviour(Deed.HANG_UP, At.SEARCH, searches + 1),)
    policy = query_policy(values, page)
    with running_ldap_relay(host, 389, *breaks, policy=policy) as relay:
        yield relay.port


def _limited(message: bytes, values: int, page: int) -> bytes:
    number, request, *controls = parts(message)
    *others, attributes = parts(request)
    selection = b"".join(
        element(one[0], _in_range(content(one), values)) for one in parts(attributes)
    )
    search = element(request[0], b"".join(others) + element(attributes[0], selection))
    return with_paging(
        message_of(number, search, *controls), lambda size, cookie: (min(size, page), cookie)
    )


def _in_range(name: bytes, values: int) -> bytes:
    match = _MEMBER.fullmatch(name)
    if not match:
        return name
    start = int(match[2] or 0)
    return b"%s;range=%d-%d" % (match[1], start, start + values - 1)
