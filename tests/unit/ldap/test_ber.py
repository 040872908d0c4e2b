"""Entries are read exactly as ldap3 reads them, and nothing is read out of what is no entry."""

import warnings
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ldap3.protocol.rfc4511 import LDAPMessage
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error

from accessreview.ldap.ber import (
    LARGEST,
    Heads,
    MalformedError,
    check,
    content,
    message,
    read_entry,
)
from tests.unit.ldap import messages
from tests.unit.ldap.messages import Length, attribute, element, entry, four_bytes, shortest

LENGTHS = st.sampled_from((shortest, four_bytes, lambda size: b"\x82" + size.to_bytes(2, "big")))
NUMBER = b"\x01"
NAMES = st.sampled_from((b"cn", b"member", b"member;range=0-1499", b"jpegPhoto", b"x" * 130))
VALUES = st.lists(st.binary(max_size=6) | st.binary(min_size=120, max_size=140), max_size=4)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4)
Read = tuple[bytes, dict[str, tuple[bytes, ...]]]


def read(raw: bytes, heads: Heads | None = None) -> Read:
    """The entry of a message; whatever is wrong with it is a MalformedError."""
    try:
        at, end = message(raw, 0)
        if not 0 < end == len(raw):
            raise MalformedError("there is not exactly one message")
        begin, at = content(raw, at, 0x02, end)
        if raw[begin:at] != NUMBER:
            raise MalformedError("it answers another request")
        dn, attributes, at = read_entry(raw, at, end, {} if heads is None else heads)
        check(raw, at, end)
    except IndexError:
        raise MalformedError("it ends too early") from None
    return dn, attributes


def read_by_ldap3(raw: bytes) -> Read:
    """With its own, slow decoder; one attribute named twice has the values of both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        decoded, rest = decoder.decode(raw, asn1Spec=LDAPMessage())
    assert not rest
    found = decoded["protocolOp"]["searchResEntry"]
    attributes: dict[str, tuple[bytes, ...]] = {}
    for each in found["attributes"]:
        name = bytes(each["type"]).decode().lower()
        attributes[name] = attributes.get(name, ()) + tuple(map(bytes, each["vals"]))
    return bytes(found["object"]), attributes


@given(st.binary(max_size=140), ATTRIBUTES, LENGTHS)
def test_an_entry_comes_back_as_it_was_written(
    dn: bytes, attributes: dict[bytes, list[bytes]], length: Length
) -> None:
    raw = messages.message(NUMBER, entry(dn, attributes, length), length=length)
    expected = {name.decode().lower(): tuple(values) for name, values in attributes.items()}
    assert read(raw) == (dn, expected) == read_by_ldap3(raw)


@given(st.lists(st.tuples(ATTRIBUTES, LENGTHS), min_size=2, max_size=4))
def test_what_was_learnt_from_one_entry_does_not_change_the_next(
    several: list[tuple[dict[bytes, list[bytes]], Length]],
) -> None:
    heads: Heads = {}
    for attributes, length in several:
        raw = messages.message(NUMBER, entry(b"cn=x", attributes, length), length=length)
        assert read(raw, heads) == read(raw)


@given(st.data())
def test_a_damaged_entry_is_refused_or_read_as_ldap3_reads_it(data: st.DataObject) -> None:
    attributes = {b"cn": [b"ann", b"x" * 130], b"member": [b"cn=1", b"cn=2"], b"mail": []}
    length = data.draw(LENGTHS)
    raw = bytearray(messages.message(NUMBER, entry(b"cn=ann", attributes, length), length=length))
    heads: Heads = {}
    read(bytes(raw), heads)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        found = read(bytes(raw), heads)
    except MalformedError:
        return
    try:
        assert found == read_by_ldap3(bytes(raw))
    except (PyAsn1Error, UnicodeDecodeError):
        pytest.fail(f"ldap3 refuses {bytes(raw)!r}, which is read as {found}")


@given(st.binary(max_size=60))
@example(b"\x30\x80\x00\x00")
@example(b"\x30\x85\x00\x00\x00\x00\x05")
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(MalformedError):
        read(noise)


def test_values_of_an_attribute_that_is_named_twice_are_all_kept() -> None:
    parts = attribute(b"member", [b"cn=1"]), attribute(b"Member", [b"cn=2", b"cn=3"])
    raw = element(0x64, element(0x04, b"cn=all"), element(0x30, *parts))
    assert read(messages.message(NUMBER, raw))[1] == {"member": (b"cn=1", b"cn=2", b"cn=3")}


def test_a_message_is_whole_only_with_its_last_byte() -> None:
    raw = messages.message(NUMBER, entry(b"cn=x", {b"cn": [b"y" * 300]}))
    ends = {message(raw[:size], 0)[1] for size in range(len(raw) + 1)}
    assert ends == {0, len(raw)}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x30\x80",
        b"\x30\x85\x00\x00\x00\x00\x01",
        b"\x30\x84" + (LARGEST + 1).to_bytes(4, "big"),
        b"HTTP/1.1",
    ],
    ids=["indefinite", "five bytes", "too large", "no message"],
)
def test_a_length_that_no_message_has_is_refused_before_its_content_comes(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        message(raw, 0)


@pytest.mark.parametrize(
    "parts",
    [
        [element(0x04, b"cn=x"), element(0x30), b"\x04\x00"],
        [element(0x04, b"cn=x"), element(0x30, attribute(b"cn", [b"x"]) + b"\x30\x00")],
        [element(0x04, b"cn=x"), element(0x30, element(0x30, element(0x04, b"cn")))],
        [element(0x04, b"cn=x"), element(0x30, attribute(b"", [b"x"]))],
        [element(0x04, b"cn=x"), element(0x30, attribute(b"\xff", [b"x"]))],
        [element(0x04, b"cn=x"), b"\x30\x7f" + attribute(b"cn", [b"x"])],
        [element(0x04, b"cn=x")],
        [],
    ],
)
def test_what_is_not_exactly_an_entry_is_refused(parts: Sequence[bytes]) -> None:
    with pytest.raises(MalformedError):
        read(messages.message(NUMBER, element(0x64, *parts)))


def test_elements_in_elements_without_end_are_refused() -> None:
    raw = b""
    for _ in range(100):
        raw = element(0x30, raw)
    with pytest.raises(MalformedError, match="nested"):
        check(raw, 0, len(raw))
