"""The manifest: strict in every key, and written so that it can be read back."""

import json
from datetime import UTC, timedelta
from typing import Any

import pytest

from accessreview.bundles.faults import Faults
from accessreview.bundles.manifest import Manifest, format_manifest, parse_manifest
from accessreview.model.errors import InputError
from tests.snapshots import NOON, SOURCES, a_source

DIGEST = "0" * 64


def document(**changes: object) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(format_manifest(NOON, SOURCES, {"groups.csv": DIGEST}))
    return written | changes


def source(**changes: object) -> dict[str, Any]:
    written: dict[str, Any] = document()["sources"][0]
    return written | changes


def parse(data: bytes | dict[str, Any]) -> tuple[Manifest | None, list[str]]:
    faults = Faults()
    manifest = parse_manifest(
        data if isinstance(data, bytes) else json.dumps(data).encode(), faults
    )
    try:
        faults.raise_if_any()
    except InputError as error:
        return manifest, list(error.problems)
    return manifest, []


def test_what_is_written_is_read_back() -> None:
    taken_at = NOON + timedelta(microseconds=120)
    sources = (a_source("vc", gaps=("Some “folder” was not read.",)), *SOURCES[1:])

    manifest, problems = parse(format_manifest(taken_at, sources, {"groups.csv": DIGEST}))

    assert manifest == Manifest(taken_at, sources, {"groups.csv": DIGEST})
    assert problems == []


def test_gaps_and_files_may_be_absent_and_a_byte_order_mark_present() -> None:
    written = document()
    del written["files"], written["sources"][0]["gaps"]

    manifest, problems = parse(b"\xef\xbb\xbf" + json.dumps(written).encode())

    assert manifest == Manifest(NOON, SOURCES, None)
    assert problems == []


@pytest.mark.parametrize("time", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000+00:00"])
def test_times_are_utc_in_either_spelling(time: str) -> None:
    manifest, _ = parse(document(taken_at=time))

    assert manifest is not None
    assert manifest.taken_at == NOON
    assert manifest.taken_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            document(format="x"),
            "format is not “accessreview-snapshot”; this is not a snapshot bundle.",
        ),
        (document(version=2), "version 2 is not 1, the one that can be read here."),
        (document(version=True), "version True is not 1, the one that can be read here."),
        (document(version="1"), 'version is “"1"”, not a number.'),
        (document(comment=""), "“comment” is not known."),
        (document(sources={}), "sources is “{}”, not a list."),
        (document(sources=["x"]), "sources[0] is not an object."),
        (
            document(sources=[source(kind="ldap")]),
            "sources[0].kind is “ldap”, not one of vcenter, directory, esxi.",
        ),
        (
            document(sources=[source(coverage="most")]),
            "sources[0].coverage is “most”, not one of full, partial.",
        ),
        (document(sources=[source(gaps=[1])]), "sources[0].gaps is not a list of texts."),
        (document(sources=[source(gaps="x")]), 'sources[0].gaps is “"x"”, not a list.'),
        (document(sources=[source(id=5)]), "sources[0].id is “5”, not a text."),
        (document(sources=[source(extra=5)]), "sources[0].“extra” is not known."),
        (document(files=[]), "files is “[]”, not an object."),
        (
            document(files={"groups.csv": "abc"}),
            "files gives “groups.csv” no SHA-256 of 64 hexadecimal digits.",
        ),
        (
            document(files={"manifest.json": DIGEST}),
            "files lists the manifest itself, which cannot hold its own digest.",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_fault_names_the_key_and_the_value(changed: dict[str, Any], problem: str) -> None:
    manifest, problems = parse(changed)

    assert manifest is None
    assert problems == [f"manifest.json: {problem}"]


@pytest.mark.parametrize("key", ["taken_at", "sources", "version"])
def test_a_missing_key_is_named(key: str) -> None:
    written = document()
    del written[key]

    _, problems = parse(written)

    assert problems[0] == f"manifest.json: {key} is missing."


@pytest.mark.parametrize("key", ["id", "kind", "name", "coverage", "started_at", "finished_at"])
def test_a_missing_key_of_a_source_is_named(key: str) -> None:
    written = source()
    del written[key]

    assert parse(document(sources=[written])) == (
        None,
        [f"manifest.json: sources[0].{key} is missing."],
    )


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00+01:00",
        "2026-01-31 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T12:00:00.1234567Z",
        "٢٠٢٦-01-31T12:00:00Z",
        "",
    ],
)
def test_a_time_that_is_not_utc_to_the_letter_is_refused(time: str) -> None:
    assert parse(document(taken_at=time)) == (
        None,
        [f"manifest.json: taken_at is “{time}”, not a time in UTC such as 2026-01-31T02:05:00Z."],
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b'{"format": 1, "format": 2}',
        b'{"version": NaN}',
        b"[" * 100_000,
        b'{"version": ' + b"9" * 10_000 + b"}",
    ],
    ids=["empty", "cut off", "not UTF-8", "repeated key", "NaN", "nested too deep", "long number"],
)
def test_bytes_that_are_not_json_are_refused_in_a_sentence(data: bytes) -> None:
    manifest, problems = parse(data)

    assert manifest is None
    assert [text.partition(":")[0] for text in problems] == ["manifest.json is not JSON in UTF-8"]


def test_all_faults_of_a_manifest_are_told_at_once() -> None:
    changed = document(
        taken_at="now", sources=[source(kind="x", started_at=1), source(id=None)], more=1
    )

    _, problems = parse(changed)

    assert len(problems) == 5
