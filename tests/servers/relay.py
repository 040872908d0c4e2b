"""Between a client and the simulated vCenter: passes everything on, but fails where it is told.

It sees the SOAP method of each request, so that a fault can be put at one step.
"""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPSConnection

from tests.servers.certificates import Issued
from tests.servers.https import Exchange, running_https
from tests.servers.vcsim import Vcsim

_METHOD = re.compile(rb"<soapenv:Body><(\w+)")
_FAULT = (
    b'<?xml version="1.0"?><soapenv:Envelope'
    b' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>'
    b"<faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring><detail>"
    b'<NoPermissionFault xmlns="urn:vim25"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="NoPermission">'
    b'<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>'
    b"</NoPermissionFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


class Fault(StrEnum):
    SILENCE = "silence"
    HANG_UP = "hang up"
    CUT_BODY = "cut body"
    CUT_XML = "cut XML"
    GARBAGE = "garbage"
    HTML = "HTML"
    UNAVAILABLE = "503"
    REDIRECT = "redirect"
    NO_PERMISSION = "no permission"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the simulator answered, and to whom it is to be passed on or not."""

    exchange: Exchange
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def intact(self) -> None:
        self.exchange.answer(self.status, self.body, *self.headers)

    def hang_up(self) -> None:
        raise ConnectionAbortedError

    def cut_body(self) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.body)}\r\n\r\n".encode()
        self.exchange.write(head + self.body[: len(self.body) // 2])
        raise ConnectionAbortedError

    def cut_xml(self) -> None:
        self.exchange.answer(200, self.body[: len(self.body) // 2], *self.headers)

    def no_permission(self) -> None:
        """Echo the request, credentials and all, as a hostile server would."""
        self.exchange.answer(500, _FAULT % self.exchange.body.replace(b"<", b"["))


_ANSWERS: Mapping[Fault | None, Callable[[Answer], None]] = {
    None: Answer.intact,
    Fault.SILENCE: lambda one: one.exchange.silent(),
    Fault.HANG_UP: Answer.hang_up,
    Fault.CUT_BODY: Answer.cut_body,
    Fault.CUT_XML: Answer.cut_xml,
    Fault.GARBAGE: lambda one: one.exchange.answer(200, b"\x1f\x8b\x00\xff" * 100),
    Fault.HTML: lambda one: one.exchange.answer(200, b"<html><body>It works!</body></html>"),
    Fault.UNAVAILABLE: lambda one: one.exchange.answer(503, one.exchange.body),
    Fault.REDIRECT: lambda one: one.exchange.answer(
        302, b"", ("Location", "https://elsewhere.invalid/sdk")
    ),
    Fault.NO_PERMISSION: Answer.no_permission,
}


Deed = Callable[[Answer], None]
"""What becomes of an answer of the server."""


@contextmanager
def running_relay(
    certificate: Issued, vcsim: Vcsim, fault_at: Callable[[str], Fault | None]
) -> Iterator[int]:
    """Relay to ``vcsim``; ``fault_at`` is asked with the SOAP method of each request, or ``""``.

    Yields the port.
    """
    with running_between(certificate, vcsim, lambda method: _ANSWERS[fault_at(method)]) as port:
        yield port


@contextmanager
def running_between(
    certificate: Issued, vcsim: Vcsim, deed_at: Callable[[str], Deed]
) -> Iterator[int]:
    """As ``running_relay``, with any deed at each request."""
    context = ssl.create_default_context(cafile=vcsim.ca_file)

    def relay(exchange: Exchange) -> None:
        named = _METHOD.search(exchange.body)
        deed = deed_at(named[1].decode() if named else "")
        upstream = HTTPSConnection(vcsim.host, vcsim.port, context=context, timeout=30)
        try:
            upstream.request(
                exchange.method,
                exchange.path,
                exchange.body,
                {name: value for name, value in exchange.headers if name != "Accept-Encoding"},
            )
            response = upstream.getresponse()
            body = response.read()
            cookies = [("Set-Cookie", one) for one in response.headers.get_all("Set-Cookie", [])]
            deed(Answer(exchange, response.status, body, tuple(cookies)))
        finally:
            upstream.close()

    with running_https(certificate, relay) as port:
        yield port
