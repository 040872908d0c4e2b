"""LDAP messages as bytes: what relays between a client and a server need to know of them."""

from collections.abc import Callable, Sequence
from enum import IntEnum

PAGED_RESULTS = b"1.2.840.113556.1.4.319"
START_TLS = b"1.3.6.1.4.1.1466.20037"
_DISCONNECTION = b"1.3.6.1.4.1.1466.20036"
_SHORT_LENGTH = 0x7F
_INTEGER, _STRING, _ENUMERATED, _SEQUENCE = 0x02, 0x04, 0x0A, 0x30
MESSAGE = _SEQUENCE
_REFERRALS, _RESPONSE_NAME = 0xA3, 0x8A


class Operation(IntEnum):
    """By its tag."""

    BIND = 0x60
    BOUND = 0x61
    SEARCH = 0x63
    ENTRY = 0x64
    DONE = 0x65
    MODIFY = 0x66
    MODIFIED = 0x67
    REFERENCE = 0x73
    EXTENDED = 0x77
    EXTENDED_DONE = 0x78


Paging = Callable[[int, bytes], tuple[int, bytes] | None]
"""From size and cookie of a paged-results control to others, or to None: no such control."""


def header(data: bytes, at: int = 0) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins, and where it ends."""
    length = data[at + 1]
    begin = at + 2
    if length > _SHORT_LENGTH:
        begin += length & _SHORT_LENGTH
        length = int.from_bytes(data[at + 2 : begin], "big")
    return begin, begin + length


def parts(one: bytes) -> list[bytes]:
    """The elements inside a constructed one."""
    at, end = header(one)
    found = []
    while at < end:
        _, next_one = header(one, at)
        found.append(one[at:next_one])
        at = next_one
    return found


def content(one: bytes) -> bytes:
    begin, end = header(one)
    return one[begin:end]


def element(tag: int, inside: bytes) -> bytes:
    """Always in the long form of length, which every reader takes."""
    return bytes((tag, 0x84)) + len(inside).to_bytes(4, "big") + inside


def string(value: bytes) -> bytes:
    return element(_STRING, value)


def message_of(number: bytes, *elements: bytes) -> bytes:
    """A message of that id (as an element): an operation, and its controls if there are any."""
    return element(_SEQUENCE, number + b"".join(elements))


def operation(message: bytes) -> int:
    return parts(message)[1][0]


def result(
    message: bytes, code: int, text: str = "", referral: str = "", tag: int | None = None
) -> bytes:
    """A result for the request that ``message`` belongs to, by default of the same operation."""
    number, answered, *_ = parts(message)
    inside = element(_ENUMERATED, bytes((code,))) + string(b"") + string(text.encode())
    if referral:
        inside += element(_REFERRALS, string(referral.encode()))
    return message_of(number, element(answered[0] if tag is None else tag, inside))


def reference(message: bytes, url: str) -> bytes:
    """A continuation reference for the search that ``message`` answers."""
    return message_of(parts(message)[0], element(Operation.REFERENCE, string(url.encode())))


def disconnection(text: str) -> bytes:
    """The notice of disconnection, by which a server says goodbye unasked."""
    inside = element(_ENUMERATED, b"\x34") + string(b"") + string(text.encode())
    inside += element(_RESPONSE_NAME, _DISCONNECTION)
    return message_of(element(_INTEGER, b"\0"), element(Operation.EXTENDED_DONE, inside))


def renumbered(message: bytes, number: int) -> bytes:
    _, *others = parts(message)
    return message_of(element(_INTEGER, number.to_bytes(4, "big")), *others)


def rewritten(message: bytes, old: bytes, new: bytes) -> bytes:
    """An entry with ``old`` replaced in its name, its attributes' names and all their values."""
    number, entry, *controls = parts(message)
    name, attributes = parts(entry)
    changed = b"".join(
        element(one[0], _replaced(kind, old, new) + _in_each(values, old, new))
        for one in parts(attributes)
        for kind, values in (parts(one),)
    )
    whole = _replaced(name, old, new) + element(attributes[0], changed)
    return message_of(number, element(entry[0], whole), *controls)


def with_paging(message: bytes, change: Paging) -> bytes:
    """With the paged-results control changed, where the message has one."""
    number, asked, *controls = parts(message)
    return message_of(
        number, asked, *(element(some[0], _with_paging(parts(some), change)) for some in controls)
    )


def _with_paging(controls: Sequence[bytes], change: Paging) -> bytes:
    kept = []
    for control in controls:
        *head, value = parts(control)
        if content(head[0]) != PAGED_RESULTS:
            kept.append(control)
            continue
        size, cookie = parts(content(value))
        changed = change(int.from_bytes(content(size), "big"), content(cookie))
        if changed:
            inside = element(_INTEGER, changed[0].to_bytes(4, "big")) + string(changed[1])
            paged = element(value[0], element(_SEQUENCE, inside))
            kept.append(element(control[0], b"".join(head) + paged))
    return b"".join(kept)


def _in_each(values: bytes, old: bytes, new: bytes) -> bytes:
    return element(values[0], b"".join(_replaced(one, old, new) for one in parts(values)))


def _replaced(one: bytes, old: bytes, new: bytes) -> bytes:
    return element(one[0], content(one).replace(old, new))
