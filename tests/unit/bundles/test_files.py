"""A bundle as files in memory: what belongs to it, what does not, and one digest for all of it."""

import json
from collections.abc import Callable

import pytest

from accessreview.bundles.files import TableFormat, bundle_files, read_bundle_files
from accessreview.model.canonical import sha256
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Snapshot
from tests.snapshots import a_snapshot, rows_of

FORMATS: tuple[TableFormat, ...] = ("csv", "parquet")


def unlisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same bundle without the digests of its files, so that a test may change them."""
    manifest = json.loads(files["manifest.json"])
    del manifest["files"]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture
def files() -> dict[str, bytes]:
    return unlisted(dict(bundle_files(a_snapshot())))


def problems(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_bundle_files(files)
    return list(refused.value.problems)


def same(one: Snapshot, other: Snapshot) -> bool:
    return (
        one.digest == other.digest
        and one.sources == other.sources
        and one.taken_at == other.taken_at
        and rows_of(one.tables) == rows_of(other.tables)
    )


@pytest.mark.parametrize("table_format", FORMATS)
def test_a_bundle_is_read_back_as_the_snapshot_it_was(table_format: TableFormat) -> None:
    files = bundle_files(a_snapshot(), table_format)

    assert same(read_bundle_files(files), a_snapshot())
    assert not any(len(table) for table in read_bundle_files(files).annex.values())
    assert files == bundle_files(a_snapshot(), table_format)


@pytest.mark.parametrize("table_format", FORMATS)
def test_the_annex_goes_along_when_asked_for(table_format: TableFormat) -> None:
    files = bundle_files(a_snapshot(), table_format, annex=True)

    read = read_bundle_files(files)

    assert same(read, a_snapshot())
    assert rows_of(read.annex) == rows_of(a_snapshot().annex)


def reversed_rows(data: bytes) -> bytes:
    header, *rows = data.splitlines(keepends=True)
    return b"".join([header, *reversed(rows)])


@pytest.mark.parametrize(
    "respelled",
    [
        pytest.param(lambda data: data.replace(b"\r\n", b"\n"), id="LF"),
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="BOM"),
        pytest.param(reversed_rows, id="other order"),
        pytest.param(lambda data: data.removesuffix(b"\r\n"), id="no last line end"),
    ],
)
def test_the_spelling_of_csv_does_not_change_the_digest(
    files: dict[str, bytes], respelled: Callable[[bytes], bytes]
) -> None:
    changed = {
        name: respelled(data) if name.endswith(".csv") else data for name, data in files.items()
    }

    assert read_bundle_files(changed).digest == a_snapshot().digest


def test_formats_may_be_mixed_and_empty_tables_left_out(files: dict[str, bytes]) -> None:
    del files["members.csv"]
    without = read_bundle_files(files)
    files["members.csv"] = b"member,group,group_source,member_source\n"
    files["groups.parquet"] = bundle_files(a_snapshot(), "parquet")["groups.parquet"]
    del files["groups.csv"]

    assert read_bundle_files(files).digest == without.digest != a_snapshot().digest


def test_a_row_more_is_another_digest(files: dict[str, bytes]) -> None:
    files["groups.csv"] += b"corp,g3,more\n"

    assert read_bundle_files(files).digest != a_snapshot().digest


def test_a_table_held_twice_is_refused(files: dict[str, bytes]) -> None:
    files["members.parquet"] = bundle_files(a_snapshot(), "parquet")["members.parquet"]

    assert problems(files) == [
        "members.parquet and members.csv both hold table members; remove one."
    ]


@pytest.mark.parametrize("name", ["member.csv", "Members.csv", "members.CSV", "sub/members.csv"])
def test_a_file_that_looks_like_a_table_is_never_passed_over(
    files: dict[str, bytes], name: str
) -> None:
    files[name] = files["members.csv"]

    (problem,) = problems(files)

    assert problem.startswith(f"“{name}” is no table of a bundle; tables are NAME.csv or ")


def test_other_files_are_left_unread_and_told_of(files: dict[str, bytes]) -> None:
    files |= {"notes.txt": b"\xff", "__MACOSX/._members.csv": b"\xff"}
    told: list[str] = []

    read_bundle_files(files, told.append)

    assert told == [
        "“__MACOSX/._members.csv” is no part of a bundle and was not read.",
        "“notes.txt” is no part of a bundle and was not read.",
    ]


def test_without_a_manifest_nothing_is_a_bundle(files: dict[str, bytes]) -> None:
    del files["manifest.json"]

    assert problems(files) == [
        "manifest.json is missing; without it this is not a snapshot bundle."
    ]


@pytest.mark.parametrize("name", ["members.csv", "placements.csv"])
def test_a_listed_file_must_be_there_and_unchanged(name: str) -> None:
    whole = dict(bundle_files(a_snapshot()))

    changed = {**whole, name: whole[name].replace(b"\r\n", b"\n")}
    missing = {other: data for other, data in whole.items() if other != name}

    assert problems(changed) == [
        f"{name} was changed: its SHA-256 is not the one that manifest.json lists."
    ]
    assert problems(missing) == [f"manifest.json lists “{name}”, which is missing from the bundle."]


def test_a_table_that_the_manifest_does_not_list_is_refused() -> None:
    whole = dict(bundle_files(a_snapshot()))
    whole["locators.csv"] = b"source,id,locator\n"

    assert problems(whole) == ["locators.csv is not among the files that manifest.json lists."]


def test_a_listed_file_that_is_no_table_is_verified_too(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    listed = {name: sha256(data) for name, data in files.items() if name != "manifest.json"}
    manifest["files"] = listed | {"notes.txt": sha256(b"as it was")}
    files["manifest.json"] = json.dumps(manifest).encode()

    assert problems({**files, "notes.txt": b"changed"}) == [
        "notes.txt was changed: its SHA-256 is not the one that manifest.json lists."
    ]
    assert read_bundle_files({**files, "notes.txt": b"as it was"}).digest == a_snapshot().digest


def test_faults_of_all_files_are_told_at_once_with_their_rows(files: dict[str, bytes]) -> None:
    files["placements.csv"] += b"vc,vm\nvc,none,host\n"
    files["groups.csv"] += b"corp,a1,x\n"
    files["members.csv"] += b"corp,g9,corp,a1\ncorp,g1,corp,a9\n"
    files["roles.csv"] = files["roles.csv"].replace(b"false", b"no")
    files["accounts.csv"] += b"corp,a3,caf\xe9,,,human,true,\n"

    assert problems(files) == [
        "placements.csv row 3: has 2 fields instead of 3: “vc,vm”.",
        "placements.csv row 4: entity “none” is no entity of source “vc”.",
        "roles.csv row 3: system “no” is neither true nor false.",
        "accounts.csv row 4: login “caf\\xe9” is not text in UTF-8 without NUL.",
        "groups.csv row 4: id “a1” is the id of an account of the same source.",
        "members.csv row 4: group “g9” is no group of source “corp”.",
        "members.csv row 5: member “a9” is no account or group of source “corp”.",
    ]


def test_a_row_that_could_not_be_read_is_not_missed_by_others(files: dict[str, bytes]) -> None:
    files["groups.csv"] = files["groups.csv"].replace(b"corp,g2,all", b"corp,g2")

    assert problems(files) == ["groups.csv row 3: has 2 fields instead of 3: “corp,g2”."]


def test_rows_that_repeat_a_key_name_the_first_one(files: dict[str, bytes]) -> None:
    files["groups.csv"] += b"corp,g1,again\n"

    assert problems(files) == ["groups.csv row 4: source/id “corp/g1” repeats the key of row 2."]


def test_a_manifest_that_contradicts_itself_is_refused(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["sources"].append(manifest["sources"][0])
    files["manifest.json"] = json.dumps(manifest).encode()

    assert problems(files) == ["manifest.json: source “corp” is listed twice."]


def test_the_first_hundred_faults_are_told_and_all_are_counted(files: dict[str, bytes]) -> None:
    files["members.csv"] += b"corp,g1\n" * 70 + b"".join(
        b"corp,g1,corp,none-%d\n" % number for number in range(80)
    )

    with pytest.raises(InputError) as refused:
        read_bundle_files(files)

    assert len(refused.value.problems) == 100
    assert refused.value.total == 150
