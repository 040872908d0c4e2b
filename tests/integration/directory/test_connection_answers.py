"""Answers come out as ldap3's own receiving gives them; what is no answer ends the connection."""

import base64
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ldap3
import pytest

from accessreview.ldap.connection import open_connection
from accessreview.ldap.port import Connection, Entry
from accessreview.ldap.receive import receive_fast
from accessreview.ldap.settings import Security
from accessreview.ldap.tls import BoundedSocket
from accessreview.model.errors import CollectionError
from accessreview.tls import Deadline
from tests.integration.directory.conftest import Server, Slapds
from tests.servers.listener import Answer, running_listener
from tests.servers.slapd import SUFFIX, Slapd, group, person
from tests.unit.ldap.messages import element, entry, message, result

pytestmark = pytest.mark.integration

EVERYTHING = ["*", "+"]
BINARY = base64.b64encode(bytes(range(256)) * 40).decode()
ENTRIES = (
    "".join(person(f"u{number:04d}") for number in range(1200))
    + person("ann", f"jpegPhoto:: {BINARY}", "cn;lang-de: Änne", "mail: ann@corp.example")
    + f"dn: cn=Doe\\, John \\+ \\22Jo\\22 \\<x\\>+uid=jo,ou=people,{SUFFIX}\nobjectClass: person\n"
    f'objectClass: uidObject\ncn: Doe, John + "Jo" <x>\nuid: jo\nsn: Doe\n\n'
    f"dn:: {base64.b64encode(f'cn=Zoë #1,ou=people,{SUFFIX}'.encode()).decode()}\n"
    f"objectClass: person\ncn:: {base64.b64encode('Zoë #1'.encode()).decode()}\nsn: 東\n\n"
    + group("all", *(f"u{number:04d}" for number in range(1200)))
    + f"dn: ou=away,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\nou: away\n"
    f"ref: ldap://127.0.0.1:1/ou=away,dc=other\nref: ldap://127.0.0.1:2/\n\n"
)
Answers = list[dict[str, Any]]


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(ENTRIES) as running:
        yield running


@contextmanager
def stock(url: str, bind_dn: str, password: str, *, fast: bool) -> Iterator[ldap3.Connection]:
    """ldap3 as it is, but for how it receives."""
    server = ldap3.Server(url, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server,
        bind_dn,
        password,
        check_names=False,
        return_empty_attributes=False,
        auto_range=False,
    )
    if fast:
        receive_fast(connection)
    connection.open()
    if fast:
        connection.socket = BoundedSocket(connection.socket, Deadline(10, 60))
    try:
        assert connection.bind()
        yield connection
    finally:
        connection.unbind()


def answers(connection: ldap3.Connection, base: str, attributes: Sequence[str]) -> Answers:
    """Whatever a paged search of the subtree brings, with its result at the end."""
    found: Answers = []
    cookie = None
    while True:
        connection.search(
            base,
            "(objectClass=*)",
            attributes=list(attributes),
            paged_size=500,
            paged_cookie=cookie,
        )
        controls = connection.result.pop("controls")
        cookie = controls["1.2.840.113556.1.4.319"]["value"]["cookie"]
        for answer in connection.response or ():
            found.extend(comparable(answer))
        found.append(dict(connection.result))
        if not cookie:
            return found


def comparable(answer: dict[str, Any]) -> Answers:
    if received := answer.get("entries"):
        return [{"dn": dn, "attributes": attributes} for dn, attributes in received.read()]
    if answer["type"] != "searchResEntry":
        return [answer]
    attributes = {
        name.lower(): tuple(values or ()) for name, values in answer["raw_attributes"].items()
    }
    return [{"dn": answer["dn"], "attributes": attributes}]


@pytest.mark.parametrize(
    "attributes", [EVERYTHING, ["cn", "member"], ["1.1"]], ids=["all", "some", "none"]
)
def test_every_answer_is_what_ldap3_itself_receives(
    slapd: Slapd, attributes: Sequence[str]
) -> None:
    read: list[Answers] = []
    for fast in (False, True):
        url, account = f"ldap://127.0.0.1:{slapd.port}", f"cn=audit,{SUFFIX}"
        with stock(url, account, "audit-secret", fast=fast) as connection:
            read.append(answers(connection, SUFFIX, attributes))
    by_ldap3, ours = read
    assert ours == by_ldap3
    assert len(ours) > 1200
    assert any(answer.get("type") == "searchResRef" for answer in ours)


def test_many_pages_take_no_more_memory_than_few(slapd: Slapd, server: Server) -> None:
    def peak(filter_: str) -> tuple[int, int]:
        with open_connection(server(slapd, page_size=50), CollectionError) as connection:
            tracemalloc.start()
            try:
                count = sum(1 for _ in connection.pages(SUFFIX, filter_, EVERYTHING))
                return count, tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    few, many = "(uid=u00*)", "(uid=u*)"
    peak(few)  # what is loaded and kept at the first time
    (hundred, of_few), (all_, of_many) = peak(few), peak(many)
    assert (hundred, all_) == (100, 1200)
    assert of_many - of_few < 1 << 18  # to hold all takes six times as much


class Script:
    """Answers one request after the other, each with the messages that it is given for it."""

    def __init__(self, *pieces: Callable[[bytes], Iterator[bytes]]) -> None:
        self._todo = [whole(lambda number: message(number, result(0x61))), *pieces]

    def __call__(self, request: bytes) -> Iterator[bytes]:
        return self._todo.pop(0)(request) if self._todo else iter(())


@contextmanager
def answering(server: Server, slapd: Slapd, *pieces: Answer) -> Iterator[Connection]:
    """A connection to a server that signs anybody in and goes on as told."""
    with running_listener(Script(*pieces)) as listener:
        settings = server(slapd, security=Security.PLAIN, port=listener.port, timeout_seconds=1)
        with open_connection(settings, CollectionError) as connection:
            yield connection


def whole(messages: Callable[[bytes], bytes]) -> Answer:
    """All at once, with the number of the request in them."""
    return lambda request: iter([messages(number_of(request))])


def number_of(request: bytes) -> bytes:
    return request[4 : 4 + request[3]]


def good(number: bytes) -> bytes:
    return message(number, entry(b"cn=x", {b"cn": [b"x"]}))


def done(number: bytes) -> bytes:
    return message(number, result(0x65))


BAD: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda _: b"\xff" * 100,
    "another number": lambda _: message(b"\x7f\x00", entry(b"cn=x", {})),
    "another operation": lambda number: message(number, result(0x61)),
    "nothing but a number": lambda number: element(0x30, element(0x02, number)),
    "less than its number": lambda number: b"\x30\x01" + element(0x02, number),
    "a value too long": lambda number: good(number).replace(b"\x01x", b"\x7fx"),
    "a set too short": lambda number: good(number).replace(b"\x31\x03", b"\x31\x01"),
    "more than the entry": lambda number: message(number, entry(b"cn=x", {}), b"\x04\x00"),
    "no attributes": lambda number: message(number, element(0x64, element(4, b"cn=x"))),
    "a result cut short": lambda number: message(number, element(0x65, b"\x0a\x01")),
    "a control too long": lambda number: message(number, result(0x65), b"\xa0\x02\x30\x7f"),
    "indefinite": lambda number: b"\x30\x80" + good(number)[2:] + b"\x00\x00",
    "a gigabyte announced": lambda _: b"\x30\x84\x40\x00\x00\x00",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_malformed_answer_is_an_error_at_once_and_nothing_more_is_believed(
    slapd: Slapd, server: Server, bad: Callable[[bytes], bytes]
) -> None:
    answer = whole(lambda number: good(number) + bad(number) + done(number))
    with answering(server, slapd, answer, whole(done)) as connection:
        with pytest.raises(CollectionError, match="the answer was not understood"):
            connection.entry("cn=x", ["cn"])
        assert not connection.is_open


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pieces_of_any_size_make_the_same_answers(slapd: Slapd, server: Server, size: int) -> None:
    def bit_by_bit(request: bytes) -> Iterator[bytes]:
        everything = good(number_of(request)) + done(number_of(request))
        for at in range(0, len(everything), size):
            yield everything[at : at + size]

    with answering(server, slapd, bit_by_bit) as connection:
        assert connection.entry("cn=x", ["cn"]) == Entry("cn=x", {"cn": (b"x",)})


def test_an_entry_without_its_result_is_not_an_answer(slapd: Slapd, server: Server) -> None:
    with (
        answering(server, slapd, whole(good)) as connection,
        pytest.raises(CollectionError, match="no answer came in time"),
    ):
        connection.entry("cn=x", ["cn"])


def test_a_server_that_ends_the_session_is_believed(slapd: Slapd, server: Server) -> None:
    name = element(0x8A, b"1.3.6.1.4.1.1466.20036")
    notice = message(b"\x00", element(0x78, b"\x0a\x01\x34", b"\x04\x00", b"\x04\x00", name))
    with answering(server, slapd, whole(lambda number: good(number) + notice)) as connection:
        with pytest.raises(CollectionError, match="closed by the server"):
            connection.entry("cn=x", ["cn"])
        assert not connection.is_open


def test_what_follows_an_answer_is_kept_for_the_next(slapd: Slapd, server: Server) -> None:
    def early(number: bytes) -> bytes:
        following = int.from_bytes(number, "big") + 1
        length = following.bit_length() // 8 + 1
        return good(number) + done(number) + good(following.to_bytes(length, "big"))[:9]

    answers_ = whole(early), whole(lambda number: good(number)[9:] + done(number))
    with answering(server, slapd, *answers_) as connection:
        assert connection.entry("cn=x", ["cn"]) == connection.entry("cn=x", ["cn"])


def test_nothing_that_came_in_clear_is_read_as_if_it_had_been_encrypted(
    slapd: Slapd, server: Server
) -> None:
    def agree(number: bytes) -> bytes:
        return message(number, result(0x78)) + message(number, result(0x61))

    with running_listener(whole(agree)) as listener:
        settings = server(slapd, security=Security.STARTTLS, port=listener.port)
        with (
            pytest.raises(CollectionError, match="in clear where encryption had been agreed on"),
            open_connection(settings, CollectionError),
        ):
            pass
    assert b"audit" not in listener.received
