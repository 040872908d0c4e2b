"""Whatever bytes a package holds, verification gives verdicts in sentences and never raises."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessreview.cli.evidence_check import verified
from accessreview.evidence.parse import Row
from accessreview.model.canonical import canonical_json
from accessreview.model.errors import IntegrityError
from accessreview.signing.seal import archived_files, seal
from tests.forgery import Forgery
from tests.unit.evidence.conftest import Story, closed, residue

Forge = Callable[[Story], Forgery]
JSON_FILES = (
    "manifest.json", "campaign.json", "population.json", "items.jsonl", "sign_offs.jsonl",
    "findings.jsonl", "plan.jsonl", "removals.jsonl", "audit.jsonl",
)  # fmt: skip
# Neither signed off nor in the trail, or compared by the re-performance.
UNCHECKED = {
    "manifest.json": {"engine"},
    "campaign.json": {"assessment", "fallback_reviewer"},
    "population.json": {"unresolved"},
    "items.jsonl": {"routing"},
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(max_size=8),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "2026-03-02", "gone", "signed", "a" * 5000, "-"]),
    st.just([]),
    st.just({}),
    st.lists(st.integers(0, 9), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("manifest.json", "manifest"),
        ("campaign.json", "campaign"),
        ("items.jsonl", "campaign"),
        ("population.json", "population"),
        ("sign_offs.jsonl", "sign_offs"),
        ("plan.jsonl", "plan"),
        ("removals.jsonl", "removals"),
        ("audit.jsonl", "audit"),
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(
    forge: Forge, name: str, check: str
) -> None:
    honest = forge(closed).files[name]
    row = honest.splitlines()[0]
    rest = honest[len(row) :]
    key = json.dumps(next(iter(json.loads(row)))).encode()
    for changed in (
        b" " + row + rest,
        row.replace(b"{", b"{" + key + b":1,", 1) + rest,
        row.replace(b'"', b"'", 2) + rest,
        row[:-1] + b',"z":1.5}' + rest,
        row[:-1] + b',"z":NaN}' + rest,
        row[:-1] + b',"z":' + b"9" * 5000 + b"}" + rest,
        row[:-1] + b',"z":"\\ud800"}' + rest,
        row[:-1] + b',"z":' + b"[" * 100_000 + b"]" * 100_000 + b"}" + rest,
        b"[]" + rest,
        b"\xff\xfe" + row + rest,
        honest[:-1] if name.endswith("l") else b"",
    ):
        forgery = forge(closed)
        forgery.files[name] = changed
        if name != "manifest.json":
            forgery.list_again()
        assert name in forgery.failing_as_listed()[check], changed[:80]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - JSON
    found = [path] if path else []
    if not isinstance(value, dict | list):
        return found
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        found += _places(item, (*path, key))
    return found


def _mutated(data: st.DataObject, value: Row) -> Row:
    """One value anywhere put in place of another, taken away, or put where none was."""
    path = data.draw(st.sampled_from(_places(value)))
    within: Any = value
    for key in path[:-1]:
        within = within[key]
    match data.draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            within[path[-1]] = data.draw(VALUES)
        case "remove":
            del within[path[-1]]
        case _ if isinstance(within, dict):
            within[data.draw(st.text(max_size=3))] = data.draw(VALUES)
        case _:
            within.append(data.draw(VALUES))
    return value


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_change_of_any_value_ends_in_verdicts(forge: Forge, data: st.DataObject) -> None:
    """And in a failed one, but for what only the re-performance can tell."""
    forgery = forge(data.draw(st.sampled_from([closed, residue])))
    name = data.draw(st.sampled_from(JSON_FILES))
    lines = forgery.files[name].splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    mutated = canonical_json(_mutated(data, json.loads(lines[place])))
    end = b"\n" if name.endswith("l") else b""
    changed = b"\n".join([*lines[:place], mutated, *lines[place + 1 :]]) + end
    told = _told(name, changed) != _told(name, forgery.files[name])
    forgery.files[name] = changed
    failing = forgery.failing_as_listed() if name == "manifest.json" else forgery.failing()
    assert all(sentence.endswith(".") for sentence in failing.values()), failing
    assert failing or not told


def _told(name: str, data: bytes) -> object:
    """What of a file is checked; a field that is null may as well be missing."""
    return [
        {
            key: value
            for key, value in json.loads(line).items()
            if value is not None and key not in UNCHECKED.get(name, ())
        }
        for line in data.splitlines()
        if name not in {"findings.jsonl", "plan.jsonl"}
    ]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_damage_to_a_sealed_archive_ends_in_a_sentence(
    forge: Forge, data: st.DataObject
) -> None:
    """The seal is made anew after the damage, so that the archive itself has to be read."""
    forgery = forge(closed)
    bytes_ = bytearray(forgery.sealed())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(bytes_) - 130))
        bytes_[place] = data.draw(st.integers(0, 255))
    told = ""
    try:
        files = archived_files(bytes(bytes_))
        told = verified(seal(files, forgery.signer), None, None)[0].detail
    except IntegrityError as error:
        told = str(error)
    assert told.endswith(".")
