"""Packed strings are what a tuple of the same strings would be, whatever is in them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessreview.model import text_index, texts
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts

ANY = st.text(st.sampled_from("abAB\0é€ß\ud800\udce9𝄞"), max_size=20) | st.text(max_size=4)
LISTS = st.lists(ANY, max_size=12)
SETS = st.lists(ANY, max_size=12, unique=True)


@pytest.fixture(autouse=True, params=["packed", "few"], scope="module")
def _size(request: pytest.FixtureRequest) -> object:
    """Run everything for large and for small sequences: they are treated differently."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "packed":
            patch.setattr(texts, "_FEW", -1)
            patch.setattr(texts, "_CHUNK", 3)
            patch.setattr(text_index, "_FEW", 0)
        yield


@given(LISTS)
def test_packed_strings_read_as_they_were_given(strings: list[str]) -> None:
    packed = Texts(strings)
    assert sum(packed.lengths) == len(packed.body)

    assert len(packed) == len(strings)
    assert list(packed) == strings
    assert [packed[number] for number in range(-len(strings), len(strings))] == strings * 2
    assert packed[1:-1] == tuple(strings[1:-1])
    assert packed == tuple(strings)
    assert packed == Texts(strings)
    assert packed != (*strings, "a")
    assert packed != Texts((*strings, "a"))
    assert hash(packed) == hash(Texts(strings))


@given(LISTS, ANY)
def test_strings_are_found_where_they_stand_first(strings: list[str], wanted: str) -> None:
    packed = Texts(strings)
    assert len(packed.data) >= len(packed.body)

    assert (wanted in packed) == (wanted in strings)
    for string in strings:
        assert packed.index(string) == strings.index(string)
    if wanted not in strings:
        with pytest.raises(ValueError, match="not among"):
            packed.index(wanted)


@given(LISTS)
def test_the_order_is_that_of_code_points(strings: list[str]) -> None:
    packed = Texts(strings)
    order = packed.order()

    assert sorted(order.tolist()) == list(range(len(strings)))
    assert list(packed.take(order)) == sorted(strings)
    assert packed.is_ascending() == all(left < right for left, right in pairwise(strings))
    assert Texts(sorted(set(strings))).is_ascending()


@given(SETS, LISTS)
def test_an_index_finds_what_is_there_and_nothing_else(
    strings: list[str], wanted: list[str]
) -> None:
    index = TextIndex(Texts(strings))

    expected = [strings.index(one) if one in strings else -1 for one in wanted]
    assert index.find(Texts(wanted)).tolist() == expected
    assert index.find(Texts(strings)).tolist() == list(range(len(strings)))


def test_what_was_found_among_strings_says_nothing_of_others() -> None:
    wanted, held = Texts(["b", "a"]), Texts(["a", "b"])
    first = TextIndex(held).find(wanted).tolist()

    assert first == TextIndex(held).find(wanted).tolist() == [1, 0]
    assert TextIndex(Texts(["b", "c"])).find(wanted).tolist() == [0, -1]
    del held
    assert TextIndex(Texts(["b", "a"])).find(wanted).tolist() == [0, 1]


def test_equal_hashes_do_not_make_strings_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Texts, "hashes", lambda self: (self.lengths % np.int64(2)).astype(np.uint64)
    )

    assert TextIndex(Texts(["a", "bc"])).find(Texts(["b", "bc", "a", "bcde"])).tolist() == [
        -1,
        1,
        0,
        -1,
    ]
    assert TextIndex(Texts(["a", "b"])).find(Texts(["b", "a", "c"])).tolist() == [1, 0, -1]


@given(LISTS)
def test_case_is_folded_as_python_folds_it(strings: list[str]) -> None:
    assert list(Texts(strings).casefold()) == [string.casefold() for string in strings]


@given(LISTS)
def test_faulty_are_the_strings_that_no_file_can_hold(strings: list[str]) -> None:
    expected = [
        number
        for number, string in enumerate(strings)
        if "\0" in string or any("\ud800" <= char <= "\udfff" for char in string)
    ]

    assert Texts(strings).faulty().tolist() == expected


@pytest.mark.parametrize(
    ("data", "lengths"),
    [(b"\xff", [1]), ("é".encode(), [1, 1]), (b"a\xc3", [2]), (b"\xed\xa0\x80", [3])],
    ids=["no such byte", "cut in two", "cut off", "surrogate"],
)
def test_bytes_that_are_no_utf8_are_refused(data: bytes, lengths: list[int]) -> None:
    with pytest.raises(UnicodeDecodeError):
        Texts.packed(np.frombuffer(data, dtype=np.uint8), np.array(lengths))


@given(SETS)
def test_strings_are_taken_over_from_their_bytes(strings: list[str]) -> None:
    sound = [string for string in strings if string.isprintable()]
    encoded = [string.encode() for string in sound]

    taken = Texts.packed(
        np.frombuffer(b"".join(encoded), dtype=np.uint8), np.array([len(one) for one in encoded])
    )

    assert list(taken) == sound
