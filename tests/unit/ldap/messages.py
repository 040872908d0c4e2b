"""LDAP messages as bytes, with lengths in any form that BER allows."""

from collections.abc import Callable, Iterable, Mapping, Sequence

Length = Callable[[int], bytes]


def shortest(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(raw),)) + raw


def four_bytes(size: int) -> bytes:
    """As Active Directory writes every length of a container."""
    return b"\x84" + size.to_bytes(4, "big")


def element(tag: int, *contents: bytes, length: Length = shortest) -> bytes:
    content = b"".join(contents)
    return bytes((tag,)) + length(len(content)) + content


def attribute(name: bytes, values: Iterable[bytes], length: Length = shortest) -> bytes:
    return element(
        0x30,
        element(0x04, name),
        element(0x31, *(element(0x04, value) for value in values), length=length),
        length=length,
    )


def entry(
    dn: bytes, attributes: Mapping[bytes, Sequence[bytes]], length: Length = shortest
) -> bytes:
    return element(
        0x64,
        element(0x04, dn),
        element(0x30, *(attribute(*each, length) for each in attributes.items()), length=length),
        length=length,
    )


def message(number: bytes, operation: bytes, *rest: bytes, length: Length = shortest) -> bytes:
    return element(0x30, element(0x02, number), operation, *rest, length=length)


def result(tag: int, code: int = 0) -> bytes:
    return element(tag, bytes((0x0A, 0x01, code)), element(0x04), element(0x04))
