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
_LENGTH_BYTES = 4
_AROUND_NAME = 3
"""Tag and length before the name of an attribute, and the tag of the set behind it."""
_SHORTEST_HEADER = 2
_LONGEST_HEADER = _SHORTEST_HEADER + _LENGTH_BYTES
_DEEPEST = 8


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
    data: bytes, at: int, limit: int, names: dict[bytes, str]
) -> tuple[bytes, dict[str, tuple[bytes, ...]], int]:
    """Name and attributes of the entry at ``at``, and where it ends.

    Attributes are by lower-case description, options included. ``names`` keeps from one entry to
    the next what stands before the values of an attribute: one look-up checks all of that again.

    Raises:
        MalformedError: it is no entry, or not exactly one.
    """
    at, limit = content(data, at, ENTRY, limit)
    begin, end = content(data, at, OCTETS, limit)
    dn = data[begin:end]
    at, last = content(data, end, SEQUENCE, limit)
    found: dict[str, tuple[bytes, ...]] = {}
    while at < last:
        # What `content` does stands here as well, for calls would take as long as all the rest;
        # that one reaches too far is noticed in the end.
        if data[at] != SEQUENCE:
            raise MalformedError("an attribute is no sequence")
        size, at = data[at + 1], at + 2
        if size >= _LONG:
            size, at = _long_length(data, at - 1)
        part = at + size
        head = at + data[at + 1] + _AROUND_NAME
        name = names.get(data[at:head])
        if name is None:
            name, head = _attribute(data, at, part, names)
        values = _values(data, head, part)
        found[name] = found[name] + values if name in found else values
        at = part
    if not at == last == limit:
        raise MalformedError("an entry does not end with its attributes")
    return dn, found, limit


def _attribute(data: bytes, at: int, part: int, names: dict[bytes, str]) -> tuple[str, int]:
    """The description of an attribute, and where the length of its values is.

    Raises:
        MalformedError: it is no attribute; their descriptions are ASCII.
    """
    begin, end = content(data, at, OCTETS, part)
    content(data, end, SET, part)
    description = data[begin:end]
    if not description or not description.isascii():
        raise MalformedError("an attribute has no name")
    name = description.decode("ascii").lower()
    if data[at + 1] < _LONG:
        names[data[at : end + 1]] = name
    return name, end + 1


def _values(data: bytes, at: int, end: int) -> tuple[bytes, ...]:
    """The values of an attribute, from the length of their set on.

    Raises:
        MalformedError: they do not fill their set, or the set not the attribute.
    """
    size, at = data[at], at + 1
    if size >= _LONG:
        size, at = _long_length(data, at - 1)
    elif size and data[at] == OCTETS and data[at + 1] == size - 2 and at + size == end:
        return (data[at + 2 : end],)
    if at + size != end:
        raise MalformedError("an attribute does not end with its values")
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
    count = data[at] - _LONG
    if not 0 < count <= _LENGTH_BYTES:
        raise MalformedError("a length is indefinite or has too many bytes")
    begin = at + 1 + count
    if begin > len(data):
        raise IndexError
    return int.from_bytes(data[at + 1 : begin], "big"), begin
