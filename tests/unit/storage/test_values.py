"""Stored values come back exactly; what cannot come back exactly is an error."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from accessreview.model.access import EntityRef
from accessreview.model.errors import IntegrityError
from accessreview.model.remediation import Change
from accessreview.model.snapshot import Coverage, Source, SourceKind
from accessreview.storage.values import decode, decode_texts, encode

AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
SOURCE = Source("s", SourceKind.ESXI, "n", Coverage.PARTIAL, ("a", "b"), AT, AT)


@dataclass(frozen=True, slots=True)
class Newer:
    vcenter: str
    id: str
    added: int = 7


@dataclass(frozen=True, slots=True)
class Pair:
    both: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Task:
    change: Change


def test_a_value_comes_back_as_it_was() -> None:
    assert decode(Source, encode(SOURCE)) == SOURCE
    assert decode(Pair, encode(Pair(("a", 1)))) == Pair(("a", 1))


def test_a_field_added_since_takes_its_default() -> None:
    assert decode(Newer, encode(EntityRef("vc", "vm"))) == Newer("vc", "vm", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"id":"vm","vcenter":"vc","added":1,"unknown":1}',
        '{"id":"vm","vcenter":1}',
        '{"id":null,"vcenter":"vc"}',
        '{"id":"vm","vcenter":"vc","added":true}',
    ],
)
def test_what_is_no_such_value_is_an_error(text: str) -> None:
    with pytest.raises(IntegrityError, match="Newer cannot be read"):
        decode(Newer, text)


@pytest.mark.parametrize(("field", "value"), [("kind", "moon"), ("started_at", "soon")])
def test_what_is_not_of_the_fields_kind_is_an_error(field: str, value: str) -> None:
    changed = {**json.loads(encode(SOURCE)), field: value}

    with pytest.raises(IntegrityError, match="Source cannot be read"):
        decode(Source, json.dumps(changed))


def test_a_tuple_of_another_length_is_an_error() -> None:
    with pytest.raises(IntegrityError):
        decode(Pair, '{"both":["a",1,2]}')


def test_a_change_of_no_known_kind_is_an_error() -> None:
    with pytest.raises(IntegrityError):
        decode(Task, '{"change":{"group":"g"}}')


def test_texts_come_back_and_nothing_else_does() -> None:
    assert decode_texts(encode({"a": "\x00"})) == {"a": "\x00"}
    for text in ("[1]", '{"a":1}', "x"):
        with pytest.raises(IntegrityError):
            decode_texts(text)
