"""``snapshot check``: rows and digest, or every fault."""

import json
from pathlib import Path

from click.testing import CliRunner

from accessreview.bundles.writer import write_bundle
from accessreview.cli import main
from tests.snapshots import a_snapshot


def test_a_sound_bundle_is_counted_and_digested(tmp_path: Path) -> None:
    write_bundle(a_snapshot(), tmp_path / "bundle.zip", "parquet")

    result = CliRunner().invoke(main, ["snapshot", "check", str(tmp_path / "bundle.zip")])

    *tables, digest = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert result.stderr == ""
    assert [(row["table"], row["rows"]) for row in tables] == [
        ("entities", 5),
        ("placements", 1),
        ("roles", 2),
        ("role_privileges", 2),
        ("permissions", 2),
        ("accounts", 2),
        ("groups", 2),
        ("principal_names", 2),
        ("members", 2),
    ]
    assert digest == {"digest": a_snapshot().digest}


def test_a_refused_bundle_prints_its_faults_and_no_row(tmp_path: Path) -> None:
    write_bundle(a_snapshot(), tmp_path / "bundle")
    members = tmp_path / "bundle" / "members.csv"
    members.write_bytes(members.read_bytes() + b"corp,g1,corp,none\r\n" * 120)

    result = CliRunner().invoke(main, ["snapshot", "check", str(tmp_path / "bundle")])

    told = result.stderr.splitlines()
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told[0] == (
        "members.csv was changed: its SHA-256 is not the one that manifest.json lists."
    )
    assert told[1] == "members.csv row 4: member “none” is no account or group of source “corp”."
    assert len(told) == 101
    assert told[-1] == "… and 140 more; 240 problems in all."


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["snapshot", "check", str(tmp_path / "none")])

    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}/none does not exist, or is neither a folder nor a zip file.\n"
    )


def test_files_that_were_not_read_are_told_of(tmp_path: Path) -> None:
    write_bundle(a_snapshot(), tmp_path / "bundle")
    (tmp_path / "bundle" / "notes.txt").touch()

    result = CliRunner().invoke(main, ["snapshot", "check", str(tmp_path / "bundle")])

    assert result.exit_code == 0
    assert result.stderr == "“notes.txt” is no part of a bundle and was not read.\n"
