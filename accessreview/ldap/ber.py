"""BER as far as LDAP uses it (RFC 4511, 5.1): definite lengths, and no element beyond its parent.

Everywhere an ``IndexError`` means that the data end within an element; callers take it for a
``MalformedError``, so that nothing has to be looked at twice.
"""

INTEGER = 0x02
OCTETS = 0x04
SEQUENCE = 0x30
SET = 0x31
ENTRY = 0x64
CONTROLS = 0xA0

LARGEST = 1 << 28
"""Of one message, in bytes: several million members of a group."""

_CONSTRUCTED = 0x20
_LONG = 0x80
_TWO_BYTES = 0x82
_LENGTH_BYTES = 4
_SHORTEST_HEADER = 2
_LONGEST_HEADER = _SHORTEST_HEADER + _LENGTH_BYTES
_DEEPEST = 8

Heads = dict[bytes, tuple[str, int]]
"""By all that stands before the only value of an attribute, tags and lengths: its lower-case name
and how long it is, value included. What was checked once is known by one look-up afterwards."""


class MalformedError(Exception):
    """What the server said is no LDAP."""


def message(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the message at ``at`` begins and ends; twice 0 until that has come.

    Raises:
        MalformedError: it is no message, or larger than any may be.
    """
    have = len(data) - at
    if have and data[at] != SEQUENCE:
        raise MalformedError("it does not begin as a message")
    if have < _LONGEST_HEADER and (have < _SHORTEST_HEADER or have < data[at + 1] - _LONG + 2):
        return 0, 0
    length, begin = data[at + 1], at + 2
    if length >= _LONG:
        length, begin = _long_length(data, at + 1)
    if length > LARGEST:
        raise MalformedError(f"a message of {length} bytes is announced")
    return begin, begin + length


def content(data: bytes, at: int, tag: int, limit: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends.

    Raises:
        MalformedError: it is another element, or reaches beyond ``limit``.
    """
    if data[at] != tag:
        raise MalformedError(f"element {data[at]:#04x} stands where {tag:#04x} has to")
    length, begin = data[at + 1], at + 2
    if length >= _LONG:
        length, begin = _long_length(data, at + 1)
    end = begin + length
    if end > limit:
        raise MalformedError("an element reaches beyond what holds it")
    return begin, end


def read_entry(
    data: bytes, at: int, limit: int, heads: Heads
) -> tuple[bytes, dict[str, tuple[bytes, ...]], int]:
    """Name and attributes of the entry at ``at``, and where it ends.

    Attributes are by lower-case description, options included. ``heads`` are what was learnt from
    the entries before.

    Raises:
        MalformedError: it is no entry, or not exactly one.
    """
    at, limit = content(data, at, ENTRY, limit)
    begin, end = content(data, at, OCTETS, limit)
    dn = data[begin:end]
    at, last = content(data, end, SEQUENCE, limit)
    found: dict[str, tuple[bytes, ...]] = {}
    while at < last:
        # Where the value begins if there is one, and lengths take a byte each, or five, as Active
        # Directory writes those of containers. If it is otherwise, nothing is known by that head.
        head = at + (data[at + 3] + 8 if data[at + 1] < _LONG else data[at + 7] + 16)
        known = heads.get(data[at:head])
        if known is None:
            name, values, at = _attribute(data, at, last, heads)
        else:
            name, size = known
            at += size  # that one reaches too far is noticed in the end
            values = (data[head:at],)
        found[name] = found[name] + values if name in found else values
    if not at == last == limit:
        raise MalformedError("an entry does not end with its attributes")
    return dn, found, limit


def _attribute(
    data: bytes, at: int, limit: int, heads: Heads
) -> tuple[str, tuple[bytes, ...], int]:
    """The description of an attribute, its values, and where it ends.

    Raises:
        MalformedError: it is no attribute; their descriptions are ASCII.
    """
    begin, part = content(data, at, SEQUENCE, limit)
    begin, end = content(data, begin, OCTETS, part)
    first, last = content(data, end, SET, part)
    description = data[begin:end]
    if not description or not description.isascii():
        raise MalformedError("an attribute has no name")
    if last != part:
        raise MalformedError("an attribute does not end with its values")
    name = description.decode("ascii").lower()
    values = _values(data, first, last)
    if len(values) == 1 and len(values[0]) < _LONG:
        heads[data[at : last - len(values[0])]] = name, last - at
    return name, values, last


def _values(data: bytes, at: int, end: int) -> tuple[bytes, ...]:
    """The values of an attribute, which fill their set.

    Raises:
        MalformedError: they do not.
    """
    values: list[bytes] = []
    while at < end:
        if data[at] != OCTETS:
            raise MalformedError("a value is no string of bytes")
        length, begin = data[at + 1], at + 2
        if length >= _LONG:
            length, begin = _long_length(data, at + 1)
        at = begin + length
        values.append(data[begin:at])
    if at != end:
        raise MalformedError("a value reaches beyond what holds it")
    return tuple(values)


def check(data: bytes, at: int, end: int, depth: int = 0) -> None:
    """See to it that elements, in each other too, fill the data from ``at`` to ``end`` exactly.

    Raises:
        MalformedError: they do not, or are nested deeper than any of LDAP.
    """
    if depth > _DEEPEST:
        raise MalformedError("elements are nested too deeply")
    while at < end:
        tag = data[at]
        begin, at = content(data, at, tag, end)
        if tag & _CONSTRUCTED:
            check(data, begin, at, depth + 1)


def _long_length(data: bytes, at: int) -> tuple[int, int]:
    """The length whose first byte of several is at ``at``, and where the content begins."""
    if data[at] == _TWO_BYTES:  # as most are
        return data[at + 1] << 8 | data[at + 2], at + 3
    count = data[at] - _LONG
    if not 0 < count <= _LENGTH_BYTES:
        raise MalformedError("a length is indefinite or has too many bytes")
    begin = at + 1 + count
    if begin > len(data):
        raise IndexError
    return int.from_bytes(data[at + 1 : begin], "big"), begin
