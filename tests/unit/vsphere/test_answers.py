"""Answers that do not end, or unpack to more than anybody can hold, end all the same."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import pytest

from accessreview.model.errors import CollectionError
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue
from tests.servers.https import Exchange, running_https

Settings = Callable[..., VCenterSettings]

VERSIONS = b"<namespaces><namespace><version>8.0.2.0</version></namespace></namespaces>"
HEAD = (
    b'<?xml version="1.0"?><soapenv:Envelope'
    b' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>'
)
MORE = b"<about><name>a</name></about>" * 1000
FAULT = (
    b'<?xml version="1.0"?><soapenv:Envelope'
    b' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>'
    b"<faultcode>ServerFaultCode</faultcode><faultstring>no</faultstring><detail>"
    b'<NoPermissionFault xmlns="urn:vim25" xsi:type="NoPermission"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    b'<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>'
    b"</NoPermissionFault>"
    b"</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


def _packed(pieces: Iterator[bytes], window: int) -> Iterator[bytes]:
    packing = zlib.compressobj(9, zlib.DEFLATED, window)
    for piece in pieces:
        if packed := packing.compress(piece):
            yield packed
    yield packing.flush()


def _chunked(exchange: Exchange, pieces: Iterator[bytes], encoding: str = "identity") -> None:
    head = "HTTP/1.1 500 Whatever\r\nTransfer-Encoding: chunked\r\n"
    exchange.write(f"{head}Content-Encoding: {encoding}\r\n\r\n".encode())
    for piece in pieces:
        exchange.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if exchange.stopped.is_set():
            return
    exchange.write(b"0\r\n\r\n")


def _then(first: bytes, more: bytes) -> Iterator[bytes]:
    yield first
    yield from repeat(more)


@contextmanager
def _refusing(
    ca: Authority, folder: Path, settings: Settings, answer: Callable[[Exchange], None]
) -> Iterator[str]:
    def answered(exchange: Exchange) -> None:
        if exchange.path.endswith(".xml"):
            exchange.answer(200, VERSIONS)
        else:
            answer(exchange)

    with running_https(issue(ca, folder), answered) as port:
        with (
            pytest.raises(CollectionError) as refused,
            open_session(settings(port=port, deadline_seconds=1), CollectionError),
        ):
            pass
        yield str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [
        lambda exchange: _chunked(exchange, _then(HEAD, MORE)),
        lambda exchange: _chunked(exchange, _then(HEAD + b"<about><name>", b"a" * 65536)),
        lambda exchange: _chunked(exchange, _packed(_then(HEAD, MORE * 100), 31), "gzip"),
    ],
    ids=["elements", "one text", "packed a thousandfold"],
)
def test_an_answer_without_an_end_is_left_at_the_deadline(
    ca: Authority, tmp_path: Path, settings: Settings, answer: Callable[[Exchange], None]
) -> None:
    with _refusing(ca, tmp_path, settings, answer) as sentence:
        assert "no answer came in time" in sentence


def test_elements_within_elements_without_an_end_are_left_before_memory_is_full(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    def answer(exchange: Exchange) -> None:
        _chunked(exchange, _then(b"<a>", b"<a>" * 9000))

    with _refusing(ca, tmp_path, settings, answer) as sentence:
        assert sentence.endswith("the answer does not end.")


def test_too_much_in_time_is_left_as_well(
    ca: Authority,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accessreview.vsphere.answers._LONGEST", 100_000)

    def answer(exchange: Exchange) -> None:
        _chunked(exchange, _then(HEAD, MORE))

    with _refusing(ca, tmp_path, settings, answer) as sentence:
        assert sentence.endswith("the answer does not end.")


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15)])
def test_packed_answers_are_understood(
    ca: Authority, tmp_path: Path, settings: Settings, encoding: str, window: int
) -> None:
    def answer(exchange: Exchange) -> None:
        _chunked(exchange, _packed(iter([FAULT]), window), encoding)

    with _refusing(ca, tmp_path, settings, answer) as sentence:
        assert sentence.endswith("the account lacks the privilege System.View.")


def test_a_packed_answer_that_is_cut_is_no_answer(
    ca: Authority, tmp_path: Path, settings: Settings
) -> None:
    def answer(exchange: Exchange) -> None:
        (packed,) = [b"".join(_packed(iter([FAULT]), 31))]
        _chunked(exchange, iter([packed[:60]]), "gzip")

    with _refusing(ca, tmp_path, settings, answer) as sentence:
        assert "failed: the answer" in sentence
