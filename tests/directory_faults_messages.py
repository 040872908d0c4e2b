"""Rows: connections that break or fall silent, and what is no LDAP."""

import random
from collections.abc import Iterator

from tests.directory_faults import HASTE, IN_VAIN, KINDS, SHAPES, Fault, everywhere
from tests.directory_faults_staging import over_wire, relayed
from tests.faults import Outcome
from tests.servers.ldap_messages import element, message_of, string
from tests.servers.ldap_relay import At, Deed, Misbehaviour

_BROKEN = "the connection failed"
_ODD = "the answer was not understood"
_SECOND = 40
"""An entry of the second page."""
_NUMBER = element(0x02, b"\x03")
"""That of the request for the second page."""


def rows() -> Iterator[Fault]:
    yield from _breaks()
    yield from _wires()
    yield from _silences()
    yield from _garbage()
    yield from _random_bytes()
    yield from _wrong_numbers()


def _breaks() -> Iterator[Fault]:
    for what, deed in (("hung up", Deed.HANG_UP), ("reset", Deed.RESET)):
        for moment, at, number, part, outcome in (
            ("sign-in", At.BOUND, 1, 0, Outcome.NOTHING),
            ("first search", At.SEARCH, 1, 0, Outcome.NOTHING),
            ("within the fifth entry", At.ENTRY, 5, 9, Outcome.NOTHING),
            ("within an entry of the second page", At.ENTRY, _SECOND, 9, Outcome.PARTIAL),
            ("end of the second page", At.PAGE, 2, 7, Outcome.PARTIAL),
        ):
            stage = relayed(Misbehaviour(deed, at, number, part=part))
            yield from everywhere(what, moment, outcome, _BROKEN, stage)
    for server in KINDS:
        stage = relayed(Misbehaviour(Deed.HANG_UP, number=SHAPES[server].all))
        yield Fault(server, "hung up", "last page of all", Outcome.PARTIAL, _BROKEN, stage)
    stage = relayed(Misbehaviour(Deed.DISCONNECT, number=2, text="audit-secret"))
    words = "closed by the server"
    yield from everywhere("session ended", "second page", Outcome.PARTIAL, words, stage)


def _wires() -> Iterator[Fault]:
    for what, happens, words in (
        ("TLS cut", "cut", "failed"),
        ("half-open connection", "dead", IN_VAIN),
        ("bit flipped in TLS", "flipped", "TLS failed"),
    ):
        for moment, at, outcome in (
            ("in the handshake", 300, Outcome.NOTHING),
            ("in the first page", 6_000, Outcome.NOTHING),
            ("in a later page", 20_000, Outcome.PARTIAL),
        ):
            yield from everywhere(what, moment, outcome, words, over_wire(happens, at))


def _silences() -> Iterator[Fault]:
    for moment, at, number, part, outcome in (
        ("sign-in", At.BOUND, 1, 0, Outcome.NOTHING),
        ("within the fifth entry", At.ENTRY, 5, 9, Outcome.NOTHING),
        ("end of the second page", At.PAGE, 2, 0, Outcome.PARTIAL),
    ):
        stage = relayed(Misbehaviour(Deed.FALL_SILENT, at, number, part=part), **HASTE)
        yield from everywhere("silence", moment, outcome, IN_VAIN, stage)
    stage = relayed(Misbehaviour(Deed.LOSE, number=2), **HASTE)
    yield from everywhere("result withheld", "second page", Outcome.PARTIAL, IN_VAIN, stage)
    stage = relayed(Misbehaviour(Deed.DRIBBLE, At.ENTRY, _SECOND, pause=0.01), **HASTE)
    what, moment = "a byte at a time, too slowly", "from the second page on"
    yield from everywhere(what, moment, Outcome.PARTIAL, IN_VAIN, stage)
    for server in KINDS:
        stage = relayed(Misbehaviour(Deed.DRIBBLE, number=SHAPES[server].all))
        what = "a byte at a time, in time"
        yield Fault(server, what, "last page of all", Outcome.COMPLETE, "", stage)


def _garbage() -> Iterator[Fault]:
    too_long = element(0x30, string(b"cn") + b"\x31\x03\x04\x7fx")
    for what, payload in {
        "no LDAP": b"\x17\xff\x00\x80 no BER \r\n",
        "two gigabytes announced": b"\x30\x84\x7f\xff\xff\xff\x02\x01\x03",
        "an indefinite length": b"\x30\x80\x02\x01\x03\x64\x00\x00\x00",
        "a length of nine bytes": b"\x30\x89" + bytes(8) + b"\x05\x02\x01\x03\x64\x00",
        "an entry longer than its message": b"\x30\x06\x02\x01\x03\x64\x7f\x04",
        "a value longer than its entry": _of_page(0x64, string(b"cn=x") + element(0x30, too_long)),
        "an entry without a name": _of_page(0x64, b""),
        "an unknown operation": _of_page(0x7E, b""),
        "another operation": _of_page(0x61, b"\x0a\x01\x00\x04\x00\x04\x00"),
        "nothing but a number": message_of(_NUMBER),
    }.items():
        stage = relayed(Misbehaviour(Deed.GARBAGE, At.ENTRY, _SECOND, payload=payload))
        yield from everywhere(f"garbage: {what}", "second page", Outcome.PARTIAL, _ODD, stage)
    stage = relayed(Misbehaviour(Deed.GARBAGE, At.BOUND))
    yield from everywhere("garbage: no LDAP", "sign-in", Outcome.NOTHING, _ODD, stage)


def _of_page(tag: int, inside: bytes) -> bytes:
    return message_of(_NUMBER, element(tag, inside))


def _random_bytes() -> Iterator[Fault]:
    dice = random.Random(4)  # noqa: S311 - the same ones each time
    for server in KINDS:
        for what, deed in (("in place of", Deed.GARBAGE), ("before", Deed.INSERT)):
            for _ in range(2):
                number = dice.randint(26, SHAPES[server].entries)
                payload = bytes((0x30, 0x20)) + dice.randbytes(0x20)
                stage = relayed(Misbehaviour(deed, At.ENTRY, number, payload=payload))
                moment = f"{what} entry {number}"
                yield Fault(server, "random bytes", moment, Outcome.PARTIAL, _ODD, stage)


def _wrong_numbers() -> Iterator[Fault]:
    for moment, at, number, outcome in (
        ("sign-in", At.BOUND, 1, Outcome.NOTHING),
        ("an entry", At.ENTRY, _SECOND, Outcome.PARTIAL),
        ("end of the second page", At.PAGE, 2, Outcome.PARTIAL),
    ):
        stage = relayed(Misbehaviour(Deed.STRANGE_ID, at, number))
        yield from everywhere("answer to another request", moment, outcome, _ODD, stage)
    stage = relayed(Misbehaviour(Deed.REPEAT, number=2))
    yield from everywhere("result twice", "second page", Outcome.PARTIAL, _ODD, stage)
    for server in KINDS:
        stage = relayed(Misbehaviour(Deed.REPEAT, number=SHAPES[server].all))
        yield Fault(server, "result twice", "last page of all", Outcome.COMPLETE, "", stage)
