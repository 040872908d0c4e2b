"""A document read part by part is the document read at once."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.collectors.offline.json_documents import documents
from accessreview.collectors.offline.json_parts import JsonParts
from accessreview.model.errors import InputError
from tests.unit.collectors.offline.exported import exported

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_DOCUMENT = st.dictionaries(
    st.text("abcd", min_size=1, max_size=2), st.lists(_VALUE, max_size=3) | _VALUE, max_size=4
)


def _read(text: str) -> object:
    """The whole, lists of the outermost object element by element."""
    parts = JsonParts(exported(text), "by hand")
    found: object
    if parts.starts("{"):
        found = {
            key: list(parts.items()) if parts.starts("[") else parts.value()
            for key in parts.members()
        }
    else:
        found = parts.value()
    parts.end()
    return found


def _at_once(text: str) -> object:
    (document,) = (document for _, document in documents(exported(text)))
    return document


@settings(deadline=None)
@given(_DOCUMENT, st.sampled_from([None, 1]))
def test_the_parts_are_the_whole(document: dict[str, object], indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    try:
        expected = _at_once(text)
    except InputError:  # a key twice, in other case
        with pytest.raises(InputError):
            _read(text)
    else:
        assert _read(text) == expected


@pytest.mark.parametrize("end", range(1, 40))
def test_a_document_that_is_cut_off_is_refused(end: int) -> None:
    text = '{"graph": [1, {"a": [true, null]}, "x"]}'
    _read(text)

    with pytest.raises(InputError, match="line 1: no valid JSON"):
        _read(text[:end])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no valid JSON"),
        ('{"a": 1} {}', "Extra data"),
        ('{"a": 1, "A": 2}', "line 1: the key a is there twice"),
        ('{"a": 1,\n}', "line 2: no valid JSON"),
        ('{"a": [1\n2]}', "line 2: no valid JSON (Expecting ',')"),
        ("{1: 2}", "Expecting a key"),
        ('{"a" 1}', "Expecting ':'"),
        ('{"a": [NaN]}', "line 1: what starts here is refused (NaN is no JSON)"),
        ('{"a": [{"b": 1, "B": 2}]}', "the key B is there twice"),
        ('{"a": [' + "[" * 100_000 + "]" * 100_000 + "]}", "nested too deeply"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        _read(text)
    assert said in str(refused.value)
    assert str(refused.value).startswith("export, line ")
