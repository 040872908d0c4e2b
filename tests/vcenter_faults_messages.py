"""Rows: answers that are cut, stall, are no answers, or lead elsewhere, at each call."""

import gzip
from collections.abc import Iterator

from tests.faults import Outcome, Times
from tests.servers.relay import Answer, Deed
from tests.vcenter_faults import HASTE, IN_VAIN, Fault, Stage
from tests.vcenter_faults_staging import answered, bytes_instead, damaged, edited, ordered, wire

_NOTHING, _PARTIAL, _COMPLETE = Outcome.NOTHING, Outcome.PARTIAL, Outcome.COMPLETE
_ALL, _MORE = "RetrieveAllPermissions", "ContinueRetrievePropertiesEx"

_CALLS = (
    ("sign-in: the services", "RetrieveServiceContent", 1, _NOTHING),
    ("sign-in: the password", "Login", 1, _NOTHING),
    ("what the account may read", "HasPrivilegeOnEntity", 1, _NOTHING),
    ("the roles", "Fetch", 1, _NOTHING),
    ("the permissions", _ALL, 1, _NOTHING),
    ("the view of the inventory", "CreateContainerView", 1, _NOTHING),
    ("the first page", "RetrievePropertiesEx", 1, _NOTHING),
    ("the third page", _MORE, 2, _NOTHING),
    ("the last page", _MORE, 5, _NOTHING),
    ("the end of the view", "DestroyView", 1, _COMPLETE),
    ("what the account may read below", "HasPrivilegeOnEntities", 1, _PARTIAL),
    ("sign-out", "Logout", 1, _COMPLETE),
)
_DEEDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("hung up", "the connection failed", {"kind": "drop"}),
    ("cut off", "cut off or is no XML", {"kind": "truncate", "percent": 50}),
    ("half of the XML", "cut off or is no XML", {"kind": "short", "percent": 50}),
    ("garbage within", "cut off or is no XML", {"kind": "garbage", "percent": 50}),
    ("an empty answer", "cut off or is no XML", {"kind": "short", "percent": 0}),
    ("HTTP 503", "HTTP status 503", {"kind": "status", "status": 503}),
    ("HTTP 403", "HTTP status 403", {"kind": "status", "status": 403}),
    (
        "redirect",
        "HTTP status 302",
        {"kind": "redirect", "location": "https://elsewhere.invalid/sdk"},
    ),
    ("session ended", "the session ended", {"kind": "fault", "fault": "NotAuthenticated"}),
    ("system error", "vCenter answered", {"kind": "fault", "fault": "RuntimeFault"}),
    ("no permission", "lacks the privilege", {"kind": "fault", "fault": "NoPermission"}),
)
_PERCENTS = (
    ("the roles", "Fetch", 1),
    ("the permissions", _ALL, 1),
    ("the first page", "RetrievePropertiesEx", 1),
    ("the last page", _MORE, 5),
)


def rows() -> Iterator[Fault]:
    for moment, method, call, outcome in _CALLS:
        # What is refused as a whole is asked in parts: then they have to be refused as well.
        times = 1 if outcome is not _PARTIAL else 99
        for what, words, damage in _DEEDS:
            said = "may not read these" if times > 1 and what == "no permission" else words
            stage = ordered(damaged(method, call, times=times, **damage))
            yield _row(what, moment, outcome, said, stage)
        yield from _waits(moment, method, call, outcome)
    yield from _at_each_percent()
    yield from _http()
    yield from _xml()


def _waits(moment: str, method: str, call: int, outcome: Outcome) -> Iterator[Fault]:
    times: Times = {**HASTE}
    if method == "DestroyView":  # only one wait is lost by it
        times["deadline_seconds"] = 20
    stage = ordered(damaged(method, call, kind="stall"), **times)
    yield _row("silence", moment, outcome, IN_VAIN, stage)
    left = outcome if method != "DestroyView" else _PARTIAL
    stage = ordered(damaged(method, call, kind="drip"), **HASTE)
    yield _row("a byte now and then", moment, left, IN_VAIN, stage)


def _row(what: str, moment: str, outcome: Outcome, words: str, *stages: Stage) -> Fault:
    return Fault(what, moment, outcome, "" if outcome is _COMPLETE else words, stages)


def _at_each_percent() -> Iterator[Fault]:
    for moment, method, call in _PERCENTS:
        for what, kind, last in (
            ("cut off at each percent", "truncate", 99),
            ("XML that ends at each percent", "short", 99),
            ("garbage after each percent", "garbage", 100),
        ):
            stages = (
                ordered(damaged(method, call, kind=kind, percent=percent))
                for percent in range(last + 1)
            )
            yield _row(what, moment, _NOTHING, "cut off or is no XML", *stages)


def _http() -> Iterator[Fault]:
    moment = "the permissions"
    for what, words, text in (
        ("no HTTP", "cut off or is no answer", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("a line without an end", "cut off or is no answer", b"HTTP/1.1 200 " + b"a" * 70_000),
        (
            "a thousand headers",
            "cut off or is no answer",
            b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n",
        ),
        ("a negative length", "no XML", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        (
            "a wrong length of a piece",
            "cut off or is no answer",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ),
    ):
        yield _row(what, moment, _NOTHING, words, answered(_ALL, wire(text)))
    yield _row("packed", moment, _COMPLETE, "", answered(_ALL, _packed(100)))
    yield _row("packed and cut", moment, _NOTHING, "no XML", answered(_ALL, _packed(50)))
    yield _row(
        "not packed as it says", moment, _NOTHING, "not understood", answered(_ALL, _mislabelled)
    )
    yield _row("less than was announced", moment, _NOTHING, "no XML", answered(_ALL, _short_by(9)))
    yield _row("no end of the headers", moment, _NOTHING, "cut off", answered(_ALL, _headers_only))


def _packed(percent: int) -> Deed:
    def deed(answer: Answer) -> None:
        packed = gzip.compress(answer.body)
        part = packed[: len(packed) * percent // 100]
        answer.exchange.answer(200, part, *answer.headers, ("Content-Encoding", "gzip"))

    return deed


def _mislabelled(answer: Answer) -> None:
    answer.exchange.answer(200, answer.body, *answer.headers, ("Content-Encoding", "gzip"))


def _short_by(number: int) -> Deed:
    def deed(answer: Answer) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer.body)}\r\n\r\n".encode()
        answer.exchange.write(head + answer.body[:-number])
        raise ConnectionAbortedError

    return deed


def _headers_only(answer: Answer) -> None:
    answer.exchange.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n")
    raise ConnectionAbortedError


def _xml() -> Iterator[Fault]:
    moment = "the permissions"
    bomb = "".join(f'<!ENTITY e{number + 1} "{f"&e{number};" * 10}">' for number in range(1, 12))
    for what, words, text in (
        ("no element at all", "no XML", "<?xml version='1.0'?>"),
        ("a billion laughs", "no XML", f'<!DOCTYPE l [<!ENTITY e1 "l">{bomb}]><l>&e12;</l>'),
        (
            "an entity from elsewhere",
            "no XML",
            '<!DOCTYPE l [<!ENTITY e SYSTEM "file:///etc/passwd">]><l>&e;</l',
        ),
        ("another encoding than said", "no XML", '<?xml version="1.0" encoding="utf-16"?><l/>'),
        ("NUL characters", "no XML", "<l>\0</l>"),
        ("a hundred thousand elements in each other", "does not end", "<l>" * 100_000),
    ):
        stage = answered(_ALL, bytes_instead(text.encode()))
        yield _row(what, moment, _NOTHING, words, stage)
    for what, words, pattern, instead in (
        ("a number that is none", "not understood", "<roleId>-?[0-9]+<", "<roleId>many<"),
        ("a truth that is none", "not understood", "<propagate>true<", "<propagate>perhaps<"),
        ("an unknown element", "not understood", "<group>", "<club>x</club><group>"),
        ("an entity without a type", "not understood", '<entity type="[A-Za-z]+">', "<entity>"),
        ("an entity of an unknown type", "not understood", 'type="Datacenter"', 'type="Moon"'),
    ):
        yield _row(what, moment, _NOTHING, words, edited(_ALL, pattern, instead))
    stage = edited("RetrievePropertiesEx", "xsd:string", "xsd:unheard")
    yield _row("a value of an unknown type", "the first page", _NOTHING, "not understood", stage)
